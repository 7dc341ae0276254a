#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "diagnose/server_words.h"
#include "diagnose/severity.h"
#include "diagnose/stream_facts.h"
#include "diagnose/wording.h"

namespace plimsoll {
namespace {

constexpr std::int64_t kWorthAcknowledging = 100;  ///< pending entries
constexpr std::int64_t kWorthDeleting = 10;        ///< consumers
constexpr std::size_t kCommandsShown = 10;
constexpr std::int64_t kConsumerBytes = 131;  ///< measured; MEMORY USAGE says twice that

/// The part of the pending entries' memory that so many of them take.
std::optional<Bytes> share_of_pending(const Stream& stream, std::int64_t entries) {
  std::int64_t all = 0;
  for (const ConsumerGroup& group : stream.groups) all += group.pending_entries;
  if (!stream.memory || all <= 0) return std::nullopt;
  return Bytes{std::llround(static_cast<double>(stream.memory->pending.count()) *
                            static_cast<double>(entries) / static_cast<double>(all))};
}

// --- pending entries whose entry is gone -----------------------------------------------------

/// What is surely dangling, where it was not counted: no more entries can be pending and alive than
/// there are.
std::optional<std::int64_t> dangling_of(const Stream& stream, const ConsumerGroup& group) {
  if (group.dangling_pending) return group.dangling_pending;
  if (group.pending_entries == 0) return 0;
  if (group.pending_entries > stream.length) return group.pending_entries - stream.length;
  return std::nullopt;
}

struct Dangling {
  std::int64_t entries = 0;
  bool exact = true;
  std::int64_t pending = 0;  ///< of all groups
  std::vector<const ConsumerGroup*> groups;
};

Dangling dangling_of(RuleContext& context, const RedisCensus& server, const Stream& stream) {
  Dangling found;
  for (const ConsumerGroup& group : stream.groups) {
    found.pending += group.pending_entries;
    const auto dangling = dangling_of(stream, group);
    if (!dangling) {
      if (group.pending_entries < kWorthAcknowledging) continue;
      context.gap(Rule::pending_entries_dangling, "redis/" + server.target,
                  label(stream) + " / " + printable(group.name),
                  say("which of its pending entries are gone was not counted",
                      "no se ha contado cuáles de sus entradas pendientes ya no existen"),
                  say("run again with more time for Redis",
                      "vuelve a ejecutarlo con más tiempo para Redis"));
      continue;
    }
    if (*dangling == 0) continue;
    found.entries += *dangling;
    found.exact = found.exact && group.dangling_pending.has_value() && group.dangling_exact;
    found.groups.push_back(&group);
  }
  return found;
}

/// XPENDING below the first entry that is still there lists exactly the ids that are gone.
std::vector<std::string> acknowledge_commands(const Stream& stream, const Dangling& dangling) {
  std::vector<std::string> commands;
  const std::string end = stream.first_id ? "(" + std::to_string(stream.first_id->ms) + "-" +
                                                std::to_string(stream.first_id->sequence)
                                          : "+";
  for (const ConsumerGroup* group : dangling.groups) {
    if (commands.size() + 2 > kCommandsShown) break;
    const std::string names = redis_argument(stream.key) + " " + redis_argument(group->name);
    commands.push_back("XPENDING " + names + " - " + end + " 1000");
    commands.push_back("XACK " + names + " <the ids it printed>");
  }
  return commands;
}

void judge_dangling(RuleContext& context, const RedisCensus& server, const Stream& stream) {
  const Dangling dangling = dangling_of(context, server, stream);
  if (dangling.entries < kWorthAcknowledging) return;
  const auto bytes = share_of_pending(stream, dangling.entries);
  Finding finding;
  finding.rule = Rule::pending_entries_dangling;
  finding.store = id_of(server, stream);
  finding.severity = severity_of({Harm::grows, {}, bytes, {}});
  const Text count = dangling.exact ? say("{}", "{}", {dangling.entries})
                                    : say("at least {}", "al menos {}", {dangling.entries});
  finding.title =
      say("{}: {} pending entries whose entry is gone",
          "{}: {} entradas pendientes cuya entrada ya no existe", {label(stream), count});
  Evidence evidence{server.taken_at};
  evidence
      .add("dangling_pending", dangling.entries, "entries",
           dangling.exact ? "XPENDING ids without an entry" : "a lower bound of XPENDING ids")
      .add("pending_entries", dangling.pending, "entries", "XINFO GROUPS pending")
      .add("length", stream.length, "entries", "XINFO STREAM length")
      .add_known("dangling_bytes", bytes, "bytes", "about 85–150 B for each, modelled");
  for (const ConsumerGroup* group : dangling.groups) {
    evidence.add("group", printable(group->name), "", "XINFO GROUPS name");
  }
  finding.evidence = evidence;
  finding.cause =
      say("They were delivered, never acknowledged, and then trimmed away: the group's list keeps "
          "their ids for ever, and no reader can ever get them.",
          "Se entregaron, nunca se confirmaron y luego se recortaron: la lista del grupo conserva "
          "sus ids para siempre y ningún lector podrá obtenerlas.");
  finding.remedy =
      say("Acknowledge exactly those ids, a thousand at a time: nothing is lost, since nothing is "
          "left to read, and each batch takes well under a millisecond. Then have the reader "
          "acknowledge what it has done, or they come back.",
          "Confirma exactamente esos ids, de mil en mil: no se pierde nada, porque ya no hay nada "
          "que leer, y cada lote tarda mucho menos de un milisegundo. Después haz que el lector "
          "confirme lo que procesa, o volverán.");
  finding.commands = acknowledge_commands(stream, dangling);
  finding.frees = bytes;
  context.add(std::move(finding), bytes);
}

// --- pending entries that are still there ----------------------------------------------------

struct Leak {
  const ConsumerGroup* group = nullptr;
  std::int64_t live = 0;  ///< pending entries that are still there
  Instant oldest;
};

/// Empty where too few are pending, or none for long; a gap where nobody can tell for how long.
std::optional<Leak> leak_of(RuleContext& context, const RedisCensus& server, const Stream& stream,
                            const ConsumerGroup& group) {
  const std::int64_t live = group.pending_entries - dangling_of(stream, group).value_or(0);
  if (live < kWorthAcknowledging) return std::nullopt;
  // An id below the first entry belongs to a dangling one: it says nothing about those alive.
  const bool tells =
      group.oldest_pending && stream.first_id && *group.oldest_pending >= *stream.first_id;
  const auto oldest =
      tells ? instant_of_stream_id(*group.oldest_pending, server.taken_at) : std::nullopt;
  if (!oldest) {
    context.gap(Rule::pending_entries_leaking, "redis/" + server.target,
                label(stream) + " / " + printable(group.name),
                say("how long its pending entries have waited is not known",
                    "no se sabe cuánto llevan esperando sus entradas pendientes"),
                say("XPENDING with IDLE shows it", "XPENDING con IDLE lo muestra"));
    return std::nullopt;
  }
  if (context.now() - *oldest < context.options().consumer_dead_after) return std::nullopt;
  return Leak{&group, live, *oldest};
}

void judge_leaking(RuleContext& context, const RedisCensus& server, const Stream& stream) {
  std::optional<Leak> worst;
  Evidence evidence{server.taken_at};
  for (const ConsumerGroup& group : stream.groups) {
    const auto leak = leak_of(context, server, stream, group);
    if (!leak) continue;
    evidence.add("group", printable(group.name), "", "XINFO GROUPS name")
        .add("pending_entries", group.pending_entries, "entries", "XINFO GROUPS pending")
        .add("oldest_pending", leak->oldest, "", "XPENDING lowest id")
        .add_known("dangling_pending", group.dangling_pending, "entries", "XPENDING")
        .add("consumers", group.consumer_count, "consumers", "XINFO GROUPS consumers");
    if (!worst || leak->live > worst->live) worst = leak;
  }
  if (!worst) return;
  const ConsumerGroup& group = *worst->group;
  const auto age = std::chrono::duration_cast<Seconds>(context.now() - worst->oldest);
  const auto bytes = share_of_pending(stream, worst->live);
  Finding finding;
  finding.rule = Rule::pending_entries_leaking;
  finding.store = id_of(server, stream);
  finding.severity = severity_of({Harm::grows, {}, bytes, {}});
  finding.title =
      say("{}: {} entries delivered to {} wait for an acknowledgement, the oldest for {}",
          "{}: {} entradas entregadas a {} esperan confirmación, la más antigua desde hace {}",
          {label(stream), worst->live, printable(group.name), age});
  finding.evidence = evidence;
  finding.cause =
      say("Its readers ask only for new entries, so what was delivered before a crash is never "
          "asked for again.",
          "Sus lectores solo piden entradas nuevas, así que lo entregado antes de una caída no se "
          "vuelve a pedir nunca.");
  finding.remedy = say(
      "Mend the reader: at its start it reads its own pending entries (id 0), or claims old ones "
      "with XAUTOCLAIM, and acknowledges. Never acknowledge entries that are still there without "
      "processing them.",
      "Arregla el lector: al arrancar, que lea sus propias pendientes (id 0) o reclame las viejas "
      "con XAUTOCLAIM, y confirme. Nunca confirmes sin procesar entradas que aún existen.");
  finding.commands = {"XPENDING " + redis_argument(stream.key) + " " + redis_argument(group.name) +
                      " - + 10"};
  context.add(std::move(finding), bytes);
}

// --- consumers that never come back ----------------------------------------------------------

/// Something came after it last read: a reader that merely waits for the market to open is not
/// dead.
bool is_dead(const RuleContext& context, const RedisCensus& server, const Stream& stream,
             const Consumer& consumer) {
  const auto silent = consumer.inactive ? consumer.inactive : consumer.idle;
  const auto last = last_written(server, stream);
  if (!silent || !last || *silent < context.options().consumer_dead_after) return false;
  return *last > context.now() - *silent;
}

void judge_consumers(RuleContext& context, const RedisCensus& server, const Stream& stream) {
  std::int64_t dead = 0;
  std::int64_t with_pending = 0;
  std::vector<std::string> commands;
  for (const ConsumerGroup& group : stream.groups) {
    for (const Consumer& consumer : group.consumers) {
      if (!is_dead(context, server, stream, consumer)) continue;
      ++dead;
      if (consumer.pending_entries > 0) {
        ++with_pending;
      } else if (commands.size() < kCommandsShown) {
        commands.push_back("XGROUP DELCONSUMER " + redis_argument(stream.key) + " " +
                           redis_argument(group.name) + " " + redis_argument(consumer.name));
      }
    }
  }
  if (dead < kWorthDeleting) return;
  const Bytes bytes{dead * kConsumerBytes};
  Finding finding;
  finding.rule = Rule::consumers_dead;
  finding.store = id_of(server, stream);
  finding.severity = severity_of({Harm::tidies, {}, bytes, {}});
  finding.title = say("{}: {} consumers have not read for {} or more",
                      "{}: {} consumidores llevan {} o más sin leer",
                      {label(stream), dead, context.options().consumer_dead_after});
  finding.evidence =
      Evidence{server.taken_at}
          .add("dead_consumers", dead, "consumers", "XINFO CONSUMERS inactive, idle")
          .add("with_pending_entries", with_pending, "consumers", "XINFO CONSUMERS pending")
          .add("bytes", bytes, "bytes", "131 B each, measured");
  finding.cause =
      say("Each start of a reader under a new name leaves the old one in the group.",
          "Cada arranque de un lector con un nombre nuevo deja el anterior en el grupo.");
  finding.remedy =
      say("Give readers a stable name. Delete only consumers without pending entries: those of a "
          "deleted one are dropped, not handed on. Claim them first.",
          "Da a los lectores un nombre estable. Elimina solo consumidores sin entradas pendientes: "
          "las de uno eliminado se pierden, no pasan a otro. Reclámalas antes.");
  finding.commands = std::move(commands);
  finding.frees = bytes;
  context.add(std::move(finding), bytes);
}

// --- entries trimmed before they were read ----------------------------------------------------

/// What the group will never get. Valid only while it has not read on: older servers then spoil
/// entries-read.
std::int64_t lost_by(RuleContext& context, const RedisCensus& server, const Stream& stream,
                     const ConsumerGroup& group) {
  if (!stream.first_id || group.last_delivered >= *stream.first_id) return 0;
  if (group.last_delivered == StreamId{} || never_trimmed(stream).value_or(false)) return 0;
  const bool deleted = stream.max_deleted && *stream.max_deleted != StreamId{};
  if (stream.entries_added && group.entries_read && !deleted) {
    return *stream.entries_added - stream.length - *group.entries_read;
  }
  context.gap(Rule::unread_entries_trimmed, "redis/" + server.target,
              label(stream) + " / " + printable(group.name),
              say("what was trimmed unread cannot be counted here",
                  "aquí no se puede contar lo que se recortó sin leer"),
              say("Redis 7.0 and newer count it, where nothing is deleted one by one",
                  "Redis 7.0 y posteriores lo cuentan, si nada se borra una a una"));
  return 0;
}

void judge_unread(RuleContext& context, const RedisCensus& server, const Stream& stream) {
  const ConsumerGroup* worst = nullptr;
  std::int64_t most = 0;
  Evidence evidence = stream_evidence(server, stream);
  for (const ConsumerGroup& group : stream.groups) {
    const std::int64_t lost = lost_by(context, server, stream, group);
    if (lost <= 0) continue;
    evidence.add("group", printable(group.name), "", "XINFO GROUPS name")
        .add("unread_trimmed", lost, "entries", "entries-added − length − entries-read")
        .add_known("entries_read", group.entries_read, "entries", "XINFO GROUPS entries-read")
        .add_known("lag", group.lag, "entries", "XINFO GROUPS lag");
    if (lost <= most) continue;
    most = lost;
    worst = &group;
  }
  if (worst == nullptr) return;
  Finding finding;
  finding.rule = Rule::unread_entries_trimmed;
  finding.store = id_of(server, stream);
  finding.severity = severity_of({Harm::losing, {}, {}, {}});
  finding.title = say(
      "{}: {} trimmed before {} read them", "{}: {} antes de que {} las leyera",
      {label(stream),
       counted(most, {"entry was", "entries were", "entrada se recortó", "entradas se recortaron"}),
       printable(worst->name)});
  finding.evidence = evidence;
  finding.cause =
      say("The group is slower than the cap is long: entries go before it comes to them.",
          "El grupo va más despacio de lo que da el límite: las entradas se van antes de que "
          "llegue a ellas.");
  finding.remedy =
      say("Add consumers or raise the cap; if nobody uses the group any more, destroy it with its "
          "owner's consent. What was trimmed cannot come back.",
          "Añade consumidores o sube el límite; si ya nadie usa el grupo, elimínalo con el visto "
          "bueno de su dueño. Lo recortado no vuelve.");
  context.add(std::move(finding), bytes_of(stream));
}

}  // namespace

void judge_stream_readers(RuleContext& context, const RedisCensus& server) {
  for (const Stream& stream : server.streams) {
    judge_dangling(context, server, stream);
    judge_consumers(context, server, stream);
    judge_leaking(context, server, stream);
    judge_unread(context, server, stream);
  }
}

}  // namespace plimsoll
