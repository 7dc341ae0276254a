#include "report/store_words.h"

#include <array>
#include <cmath>

#include "base/text.h"
#include "report/moment_words.h"
#include "report/words.h"

namespace plimsoll {
namespace {

std::string in(Language language, std::string_view en, std::string_view es,
               std::initializer_list<TextArgument> arguments = {}) {
  return say(en, es, arguments).in(language);
}

std::string store_label(const Store& store) { return store.kind; }

std::string capitalised(std::string word) {
  if (!word.empty() && word[0] >= 'a' && word[0] <= 'z') {
    word[0] = static_cast<char>(word[0] - 'a' + 'A');
  }
  return word;
}

std::string rate_line(const Store& store, Language language) {
  if (!store.growth) return {};
  std::string text;
  if (const auto& items = store.growth->items_per_day; items && std::abs(*items) >= 0.5) {
    text = in(language, "~{} {}/day", "~{} {}/día",
              {static_cast<std::int64_t>(std::llround(*items)), item_unit(store.kind)});
  }
  const std::string bytes = growth_words(store, language);
  if (!bytes.empty()) text += (text.empty() ? "" : " · ") + bytes;
  if (text.empty()) return {};
  return text + " (" + source_words(store.growth->source).in(language) + ")";
}

}  // namespace

Text item_unit(std::string_view kind) {
  constexpr std::array<std::string_view, 5> kTables{"table", "hypertable", "partitioned_table",
                                                    "continuous_aggregate", "materialized_view"};
  for (const std::string_view table : kTables) {
    if (kind == table) return say("rows", "filas");
  }
  if (kind == "stream") return say("entries", "entradas");
  if (kind == "key_family") return say("keys", "claves");
  if (kind == "key") return say("elements", "elementos");
  if (kind == "directory") return say("files", "ficheros");
  return say("items", "elementos");
}

std::string items_words(const Store& store, Language language) {
  if (!store.items) return {};
  return std::string{store.items_exact ? "" : "~"} +
         in(language, "{} {}", "{} {}", {*store.items, item_unit(store.kind)});
}

std::string period_words(const Store& store, Language language) {
  if (!store.oldest || !store.newest) return {};
  const auto span = std::chrono::round<Seconds>(*store.newest - *store.oldest);
  const std::string first = day_words(*store.oldest, language);
  const std::string last = day_words(*store.newest, language);
  const std::string range = first == last ? first : first + " → " + last;
  return range + " (" + format_argument(span, language) + ")";
}

std::string growth_words(const Store& store, Language language) {
  if (!store.growth || !store.growth->bytes_per_day) return {};
  const double rate = *store.growth->bytes_per_day;
  if (std::abs(rate) < 1) return in(language, "steady", "estable");
  return (rate > 0 ? "+" : "") + format_argument(BytesPerDay{rate}, language);
}

std::string in_time(Seconds within, Language language) {
  if (within.count() <= 0) return in(language, "now", "ya");
  return in(language, "in {}", "en {}", {within});
}

std::string time_words(const Store& store, Language language) {
  const auto within = time_to_line(store);
  return within ? in_time(*within, language) : std::string{};
}

std::vector<std::pair<std::string, std::string>> store_facts(const Store& store,
                                                             Language language) {
  std::vector<std::pair<std::string, std::string>> facts;
  const auto add = [&](std::string label, std::string value) {
    if (!value.empty()) facts.emplace_back(std::move(label), std::move(value));
  };
  const bool table = item_unit(store.kind).en == "rows";
  add(table ? in(language, "Table", "Tabla")
            : capitalised(kind_words(store_label(store)).in(language)),
      short_name(store.id));
  if (store.bytes) add(in(language, "Size", "Tamaño"), format_argument(*store.bytes, language));
  if (store.items) {
    add(capitalised(item_unit(store.kind).in(language)),
        (store.items_exact ? "" : "~") + format_argument(*store.items, language));
  }
  add(in(language, "Period", "Período"), period_words(store, language));
  add(in(language, "Rate", "Tasa"), rate_line(store, language));
  add(in(language, "Bound", "Límite"), bound_words(store.bound).in(language));
  return facts;
}

std::string target_title(const ResourceId& id, Language language) {
  const std::string target = target_of(id);
  const std::size_t slash = target.find('/');
  const std::string name = slash == std::string::npos ? "" : printable(target.substr(slash + 1));
  for (const TargetKind kind :
       {TargetKind::postgres, TargetKind::redis, TargetKind::docker, TargetKind::host}) {
    if (target.substr(0, slash) != name_of(kind)) continue;
    const std::string title = target_words(kind).in(language);
    return name.empty() || name == name_of(kind) ? title : title + " " + name;
  }
  return printable(target);
}

std::string target_title(const Target& target, Language language) {
  return target_title(std::string{name_of(target.kind)} + "/" + target.name + "/", language);
}

std::string severity_counts(const Diagnosis& diagnosis, Language language) {
  struct Words {
    Severity level;
    const char *en, *one_es, *many_es;
  };
  constexpr std::array<Words, 5> kLevels{{{Severity::critical, "critical", "crítico", "críticos"},
                                          {Severity::high, "high", "alto", "altos"},
                                          {Severity::medium, "medium", "medio", "medios"},
                                          {Severity::low, "low", "bajo", "bajos"},
                                          {Severity::info, "info", "informativo", "informativos"}}};
  std::string text;
  for (const Words& words : kLevels) {
    std::int64_t count = 0;
    for (const Finding& finding : diagnosis.findings) count += finding.severity == words.level;
    if (count == 0) continue;
    text += text.empty() ? "" : ", ";
    text += in(language, "{} {}", "{} {}",
               {count, Text{words.en, count == 1 ? words.one_es : words.many_es}});
  }
  return text;
}

std::string group_store(const Group& group, Language language) {
  const ResourceId& id = group.first().store;
  if (kind_of_id(id) == "memory") return target_title(id, language);  // of the server as a whole
  if (group.findings.size() == 1) return short_name(id);
  return count_words(static_cast<std::int64_t>(group.findings.size()),
                     {"store", "stores", "almacén", "almacenes"})
      .in(language);
}

std::string group_title(const Group& group, const Overview& overview, Language language) {
  if (group.findings.size() == 1) return printable(group.first().title.in(language));
  Bytes sum;
  for (const Finding* finding : group.findings) {
    const Store* store = overview.store(finding->store);
    if (store != nullptr) sum += store->bytes.value_or(Bytes{});
  }
  const std::string rule = capitalised(rule_words(group.first().rule).in(language));
  return in(language, "{}: {}, {}", "{}: {}, {}", {rule, group_store(group, language), sum});
}

std::string gain_words(const Gain& gain, Language language) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : "; ") + part; };
  if (gain.frees && gain.frees->count() > 0) {
    add(in(language, "frees {}", "libera {}", {*gain.frees}));
  }
  if (gain.steady_state) {
    add(gain.ceiling
            ? in(language, "then holds {} at most", "después ocupará {} como mucho",
                 {*gain.steady_state})
            : in(language, "then holds about {}", "después ocupará unos {}", {*gain.steady_state}));
  }
  if (gain.stops && gain.stops->bytes > 0) {
    add(in(language, "ends {} of growth", "detiene un crecimiento de {}", {*gain.stops}));
  }
  return text;
}

}  // namespace plimsoll
