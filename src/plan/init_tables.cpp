#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "base/text.h"
#include "diagnose/table_facts.h"
#include "plan/init_rules.h"
#include "policy/policy.h"

namespace plimsoll {
namespace {

constexpr double kShareOfDisk = 0.8;  ///< of what is free: the rest is for the others

/// What init makes of one table.
struct Judged {
  const PostgresCensus& server;
  const Table& table;
  Seconds keep{};
  Seconds chunk{};  ///< 0: not said
  std::optional<Seconds> compress_after;
  std::vector<Text> reasons;
  bool active = true;
  bool listed = true;
};

/// A pattern names this table and no other of the census.
std::string pattern_for(const Census& census, const Table& table) {
  const bool shared = std::any_of(
      census.postgres.begin(), census.postgres.end(), [&](const PostgresCensus& server) {
        return std::any_of(server.tables.begin(), server.tables.end(), [&](const Table& other) {
          return other.name == table.name && other.schema != table.schema;
        });
      });
  const bool bare =
      table.schema == "public" && !shared && table.name.find('.') == std::string::npos;
  return pattern_of(bare ? table.name : table.qualified());
}

/// The longest of the usual widths that divides the window into six parts or more.
Seconds width_for(Seconds keep, bool whole_days) {
  constexpr std::array<Seconds, 5> kWidths{kOneDay * 30, kOneDay * 7, kOneDay, Seconds{6 * 3600},
                                           Seconds{3600}};
  const auto least = whole_days ? kOneDay : Seconds{3600};
  for (const Seconds width : kWidths) {
    if (width >= least && keep % width == Seconds{0} && keep / width >= 6 && keep / width <= 100)
      return width;
  }
  for (const Seconds width : kWidths) {
    if (width >= least && keep / width >= 6) return width;
  }
  return least <= keep ? least : Seconds{0};
}

std::optional<Seconds> present_width(const Table& table) {
  if (const auto* hypertable = std::get_if<Hypertable>(&table.shape))
    return interval_of(*hypertable);
  if (const auto* parts = std::get_if<PartitionedTable>(&table.shape))
    return widest_partition(*parts);
  return std::nullopt;
}

/// What it has where at least two fit in the window, for then nothing needs to change.
Seconds chunk_for(const Table& table, Seconds keep) {
  const bool whole_days = table.time && table.time->type == "date";
  const auto present = present_width(table);
  const Seconds unit = present && *present >= kOneDay ? kOneDay : Seconds{3600};
  if (present && *present > Seconds{0} && *present * 2 <= keep) {
    const bool whole = *present % unit == Seconds{0} && (!whole_days || *present >= kOneDay);
    return whole ? *present : Seconds{0};
  }
  return width_for(keep, whole_days);
}

/// The window its own retention job keeps.
std::optional<Seconds> kept_now(const PostgresCensus& server, const Table& table) {
  const Job* job = retention_job(server, table);
  if (job == nullptr) return std::nullopt;
  if (job->window_length) return job->window_length;
  const auto units = epoch_units_per_second(table);
  if (!job->window_integer || !units) return std::nullopt;
  return Seconds{*job->window_integer / *units};
}

/// Why a window of time cannot be put on it without somebody's word; empty where it can.
Text obstacle(const PostgresCensus& server, const Table& table) {
  if (server.in_recovery)
    return say("this server is a replica: its primary keeps the bound",
               "este servidor es una réplica: el límite lo pone su primario");
  if (!table.time || !is_utf8(table.time->name))
    return say("no column says when a row is from: name one with time:, if there is one",
               "ninguna columna dice de cuándo es cada fila: indíquela con time:, si la hay");
  if (const auto* hypertable = std::get_if<Hypertable>(&table.shape)) {
    if (hypertable->integer_time && !epoch_units_per_second(table))
      return say("its time is an integer, and it is not known what it counts",
                 "su tiempo es un entero y no se sabe qué cuenta");
  }
  if (const auto* parts = std::get_if<PartitionedTable>(&table.shape)) {
    if (parts->strategy != "range" || parts->key.find(table.time->name) == std::string::npos)
      return say("its partitions are not of time, so none can be dropped for its age",
                 "sus particiones no son de tiempo, así que ninguna se elimina por su edad");
  }
  if (table.updated.value_or(0) > table.inserted.value_or(0))
    return say("its rows are updated more than they are added: is it a log, or what is so now?",
               "sus filas se actualizan más de lo que se añaden: ¿es un registro o un estado?");
  const bool emptied = table.inserted && table.deleted && *table.inserted > 0 &&
                       *table.deleted >= *table.inserted / 2;
  if (emptied && !std::holds_alternative<Hypertable>(table.shape))
    return say("somebody deletes its rows already ({} since the statistics began)",
               "alguien borra ya sus filas ({} desde que empezaron las estadísticas)",
               {*table.deleted});
  return {};
}

bool is_worth_it(const Table& table, const DiagnoseOptions& thresholds) {
  const auto least = static_cast<double>(thresholds.worth_reporting.count());
  return !table.bytes || *table.bytes >= thresholds.worth_reporting ||
         bytes_per_day(table).value_or(0) >= least;
}

Text size_of(const Table& table) {
  const auto rate = bytes_per_day(table);
  const Text bytes = table.bytes ? say("{}", "{}", {*table.bytes})
                                 : say("of unknown size", "de tamaño desconocido");
  return rate && *rate > 0 ? say("{}, {} more", "{}, {} más", {bytes, BytesPerDay{*rate}}) : bytes;
}

/// Less than suggested, where the disk has no room for it.
void fit_disk(Judged& judged) {
  const auto held = steady_state(judged.table, judged.keep, judged.chunk);
  const auto rate = bytes_per_day(judged.table);
  if (!held || !rate || *rate <= 0 || !judged.server.free_disk) return;
  const double room = kShareOfDisk * static_cast<double>(judged.server.free_disk->count()) +
                      static_cast<double>(judged.table.bytes.value_or(Bytes{}).count());
  if (static_cast<double>(held->count()) <= room) return;
  const double days = std::floor(room / *rate) - static_cast<double>(judged.chunk / kOneDay);
  const Seconds wished = judged.keep;
  judged.keep = std::clamp(kOneDay * static_cast<std::int64_t>(std::clamp(days, 1.0, 36500.0)),
                           kOneDay, std::max(wished, kOneDay));
  judged.chunk = chunk_for(judged.table, judged.keep);
  if (judged.keep == wished) return;
  judged.reasons.push_back(say("{} do not fit on its disk: {} are free there",
                               "{} no caben en su disco: quedan {} libres",
                               {wished, *judged.server.free_disk}));
}

void choose_window(Judged& judged, double server_rate, const InitScene& scene) {
  const ResourceId id = id_of(judged.server, judged.table);
  const auto present = kept_now(judged.server, judged.table);
  const bool fits =
      present && *present >= Seconds{60} && !scene.found(Rule::retention_window_too_long, id);
  if (fits) {
    judged.keep = *present;
    judged.reasons.push_back(say("the window its retention job keeps now",
                                 "la ventana que mantiene ahora su tarea de retención"));
  } else {
    judged.keep = suggested_window(judged.table, server_rate, scene.options.thresholds);
  }
  judged.chunk = chunk_for(judged.table, judged.keep);
  if (!fits) fit_disk(judged);
  if (const auto held = steady_state(judged.table, judged.keep, judged.chunk);
      held && held->count() > 0)
    judged.reasons.push_back(say("{}; at {} it will hold about {}", "{}; con {} tendrá unos {}",
                                 {size_of(judged.table), judged.keep, *held}));
  else
    judged.reasons.push_back(size_of(judged.table));
  for (const Job& job : judged.server.jobs) {
    const bool own =
        job.procedure == "policy_compression" && job.hypertable == judged.table.qualified();
    if (own && job.window_length && job.window_length->count() > 0 &&
        *job.window_length < judged.keep)
      judged.compress_after = job.window_length;
  }
}

Judged judge(const PostgresCensus& server, const Table& table, double server_rate,
             const InitScene& scene) {
  Judged judged{server, table, {}, {}, {}, {}, true, true};
  const ResourceId id = id_of(server, table);
  const bool found = scene.found(Rule::hypertable_without_retention, id) ||
                     scene.found(Rule::table_only_grows, id);
  const auto growing = keeps_growing(server, table);
  const bool worth = found || is_worth_it(table, scene.options.thresholds);
  judged.listed = worth && table.kind != "materialized_view" && (found || growing.value_or(true));
  if (!judged.listed) return judged;
  choose_window(judged, server_rate, scene);
  Text why_not = obstacle(server, table);
  if (!growing)
    why_not = say("its growth is not known: ANALYZE it, or look again in an hour",
                  "no se conoce su crecimiento: ejecute ANALYZE o mire de nuevo en una hora");
  else if (!*growing)
    why_not = say("it does not grow any more: old rows go only if you say so",
                  "ya no crece: sus filas antiguas solo se van si usted lo dice");
  if (why_not.empty()) return judged;
  judged.active = false;
  judged.reasons.push_back(why_not);
  return judged;
}

std::string value_of(const Judged& judged) {
  std::string value = "{ ";
  const auto& time = judged.table.time;
  if (time && is_utf8(time->name))
    value.append("time: ").append(yaml_name(time->name)).append(", ");
  value.append("keep: ").append(span_text(judged.keep));
  if (judged.chunk > Seconds{0} && judged.chunk <= judged.keep)
    value.append(", chunk: ").append(span_text(judged.chunk));
  if (judged.compress_after)
    value.append(", compress_after: ").append(span_text(*judged.compress_after));
  return value + " }";
}

/// A rule speaks for every server and every name its pattern matches: where one of those is not to
/// be bounded, none is.
bool reaches_further(const std::string& pattern, const std::vector<Judged>& all) {
  if (pattern.find_first_not_of("*.") == std::string::npos) return true;
  Policy one;
  one.tables.resize(1);
  one.tables.front().pattern = pattern;
  const bool exact = pattern.find_first_of("*?") == std::string::npos;
  return std::any_of(all.begin(), all.end(), [&](const Judged& other) {
    const Table& table = other.table;
    if ((other.active && other.listed) || (exact && !pattern.ends_with(table.name))) return false;
    return rule_for_table(one, table.schema, table.name) != nullptr;
  });
}

}  // namespace

std::vector<DraftedRule> draft_tables(const InitScene& scene) {
  std::vector<Judged> all;
  for (const auto& server : scene.census.postgres) {
    const double rate = total_bytes_per_day(server);
    for (const Table& table : server.tables) all.push_back(judge(server, table, rate, scene));
  }
  std::vector<std::string> order;
  std::map<std::string, const Judged*> longest;  // one rule a name, whatever the server
  for (const Judged& each : all) {
    if (!each.listed) continue;
    const std::string pattern = pattern_for(scene.census, each.table);
    const auto [at, is_new] = longest.emplace(pattern, &each);
    if (is_new) order.push_back(pattern);
    if (each.keep > at->second->keep) at->second = &each;
  }
  std::vector<DraftedRule> rules;
  for (const std::string& pattern : order) {
    const Judged& judged = *longest.at(pattern);
    DraftedRule rule{pattern, value_of(judged), judged.reasons, judged.active};
    if (rule.active && reaches_further(pattern, all)) {
      rule.active = false;
      rule.reasons.push_back(say("a table that does not grow is called so too",
                                 "también se llama así una tabla que no crece"));
    }
    rules.push_back(std::move(rule));
  }
  if (!scene.census.postgres.empty()) {
    rules.push_back({"*",
                     "{ unbounded: report }",
                     {say("all others: one that grows is a finding until it has a rule",
                          "las demás: la que crezca es un hallazgo hasta que tenga regla")},
                     true});
  }
  return rules;
}

}  // namespace plimsoll
