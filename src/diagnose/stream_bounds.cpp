#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "diagnose/server_words.h"
#include "diagnose/severity.h"
#include "diagnose/stream_facts.h"
#include "diagnose/wording.h"

namespace plimsoll {
namespace {

constexpr std::int64_t kLongestSuggestion = 10'000;
constexpr std::int64_t kShortestSuggestion = 1000;

/// One digit and zeros, not below `count`: 6,800 → 7,000.
std::int64_t rounded_up(std::int64_t count) {
  std::int64_t unit = 1;
  while (count / unit >= 10) unit *= 10;
  return (count + unit - 1) / unit * unit;
}

/// About a day's entries, between 1,000 and 10,000, and never less than the slowest group has still
/// to read.
std::int64_t suggested_cap(const Stream& stream) {
  std::int64_t cap = kLongestSuggestion;
  if (stream.growth && stream.growth->items_per_day && *stream.growth->items_per_day < 1e9) {
    const auto day = std::llround(std::max(0.0, *stream.growth->items_per_day));
    cap = std::clamp(rounded_up(std::max<std::int64_t>(day, 1)), kShortestSuggestion,
                     kLongestSuggestion);
  }
  for (const ConsumerGroup& group : stream.groups) {
    // A lag can read too high after a trim: no more than what is there can still be read.
    const std::int64_t unread = std::min(group.lag.value_or(0), stream.length);
    if (unread > cap) cap = rounded_up(unread);
  }
  return cap;
}

bool unread_unknown(const Stream& stream) {
  return std::any_of(stream.groups.begin(), stream.groups.end(),
                     [](const ConsumerGroup& group) { return !group.lag; });
}

std::optional<Bytes> bytes_of_entries(const Stream& stream, std::int64_t entries) {
  if (!stream.entry_bytes || stream.entry_bytes->count() < 0) return std::nullopt;
  const double bytes =
      static_cast<double>(entries) * static_cast<double>(stream.entry_bytes->count());
  return bytes < 9e18 ? std::optional{Bytes{std::llround(bytes)}} : std::nullopt;
}

void propose_cap(Finding& finding, const RuleContext& context, const Stream& stream) {
  const std::int64_t cap = suggested_cap(stream);
  const std::string key = redis_argument(stream.key);
  finding.remedy = sentences(
      {say("First the writers: every XADD takes MAXLEN ~ {0} (a starting point; keep what a reader "
           "that comes late needs). Then trim once what is there.",
           "Primero quienes escriben: cada XADD lleva MAXLEN ~ {0} (un punto de partida; conserva "
           "lo que necesite un lector que llegue tarde). Después recorta una vez lo que hay.",
           {std::to_string(cap)}),
       stream.length <= cap
           ? say("It is below that today, so nothing is removed yet.",
                 "Hoy está por debajo, así que todavía no se quita nada.")
           : say("The oldest entries go, 10,000 at most each time: repeat until it answers 0.",
                 "Se van las entradas más antiguas, 10.000 como mucho cada vez: repítelo hasta que "
                 "responda 0."),
       unread_unknown(stream)
           ? say("What its groups have still to read is not known: look before trimming.",
                 "No se sabe qué les queda por leer a sus grupos: míralo antes de recortar.")
           : Text{}});
  finding.commands = {"XTRIM " + key + " MAXLEN ~ " + std::to_string(cap)};
  if (stream.length > cap) {
    finding.frees = bytes_of_entries(stream, stream.length - cap);
  } else {
    finding.frees = Bytes{};
  }
  finding.steady_state = bytes_of_entries(stream, cap);
  if (stream.growth && stream.growth->bytes_per_day && *stream.growth->bytes_per_day > 0) {
    finding.stops = BytesPerDay{*stream.growth->bytes_per_day};
  }
  finding.severity = severity_of({Harm::grows, context.to_line(finding.store), bytes_of(stream),
                                  stream.growth ? stream.growth->bytes_per_day : std::nullopt});
}

void judge_uncapped(RuleContext& context, const RedisCensus& server, const Stream& stream) {
  constexpr Rule kRule = Rule::stream_uncapped;
  if (stream.ttl || is_tiny(context, stream)) return;
  if (stream_cap(stream, server.node_max_entries)) return;
  const std::optional<bool> untouched = never_trimmed(stream);
  if (untouched == false) {
    // Entries are gone and no cap shows: readers delete them, or somebody trims by hand.
    const bool deleted = stream.max_deleted && *stream.max_deleted != StreamId{};
    if (deleted && stream.growth && stream.growth->items_per_day.value_or(0) > 0) {
      context.gap(kRule, "redis/" + server.target, label(stream),
                  say("its entries are deleted one by one, which hides whether a cap holds",
                      "sus entradas se borran una a una, y eso oculta si hay un límite"),
                  say("compare its length in an hour", "compara su longitud dentro de una hora"));
    }
    return;
  }
  Finding finding;
  finding.rule = kRule;
  finding.store = id_of(server, stream);
  propose_cap(finding, context, stream);
  const auto bytes = bytes_of(stream);
  const Text held = bytes ? say("{}, {}", "{}, {}", {counted(stream.length, kEntries), *bytes})
                          : counted(stream.length, kEntries);
  finding.title =
      say("{}: stream without a cap, {}", "{}: stream sin límite, {}", {label(stream), held});
  finding.evidence = stream_evidence(server, stream);
  finding.cause =
      untouched
          ? say("It holds every entry it ever took: nothing trims it. One writer that adds without "
                "MAXLEN is enough.",
                "Conserva todas las entradas que ha recibido: nadie lo recorta. Basta con que uno "
                "de los que escriben añada sin MAXLEN.")
          : say("This server does not count what was added, so this rests on its length alone: it "
                "stands near no round number, and no trim was seen.",
                "Este servidor no cuenta lo añadido, así que esto se basa solo en su longitud: no "
                "está cerca de ningún número redondo y no se ha visto recorte alguno.");
  if (!untouched) finding.severity = at_most(finding.severity, Severity::medium);
  context.add(std::move(finding), bytes);
}

/// ~ACKED and ~DELREF delete nothing on these (redis/redis#14656).
bool trims_nothing_when_acked(const RedisCensus& server) {
  if (server.server_name != "redis") return false;
  const auto parts = split(server.version, '.');
  if (parts.size() != 3) return false;
  const auto patch = parse_int(parts[2]);
  if (!patch || parts[0] != "8") return false;
  return (parts[1] == "2" && *patch < 7) || (parts[1] == "4" && *patch < 4);
}

void judge_biting(RuleContext& context, const RedisCensus& server, const Stream& stream) {
  if (stream.ttl || is_tiny(context, stream)) return;
  if (!stream.entries_added || !stream.added_between_samples || !stream.length_between_samples)
    return;
  const bool was_trimmed = *stream.entries_added > stream.length &&
                           (!stream.max_deleted || *stream.max_deleted == StreamId{});
  const bool follows = *stream.length_between_samples >= *stream.added_between_samples;
  if (!was_trimmed || !follows || *stream.added_between_samples <= 2 * server.node_max_entries)
    return;
  Finding finding;
  finding.rule = Rule::stream_cap_cannot_bite;
  finding.store = id_of(server, stream);
  propose_cap(finding, context, stream);
  finding.title =
      say("{}: it was trimmed once, and now grows by all that is added",
          "{}: se recortó alguna vez, y ahora crece con todo lo que se añade", {label(stream)});
  finding.evidence = stream_evidence(server, stream)
                         .add("added_between_samples", *stream.added_between_samples, "entries",
                              "XINFO STREAM entries-added, read twice")
                         .add("length_between_samples", *stream.length_between_samples, "entries",
                              "XINFO STREAM length, read twice")
                         .add("node_max_entries", std::int64_t{server.node_max_entries}, "entries",
                              "stream-node-max-entries");
  finding.cause = trims_nothing_when_acked(server)
                      ? say("On this version an approximate trim with ACKED or DELREF deletes "
                            "nothing; or it is only ever trimmed by hand.",
                            "En esta versión, un recorte aproximado con ACKED o DELREF no borra "
                            "nada; o solo se recorta a mano.")
                      : say("It is trimmed by hand, by a LIMIT smaller than one node, or by one of "
                            "its writers only.",
                            "Se recorta a mano, con un LIMIT menor que un nodo, o solo lo hace uno "
                            "de los que escriben.");
  context.add(std::move(finding), bytes_of(stream));
}

void judge_orphan(RuleContext& context, const RedisCensus& server, const Stream& stream) {
  constexpr Rule kRule = Rule::stream_orphan;
  if (stream.ttl || is_tiny(context, stream)) return;
  const std::optional<bool> orphan = is_orphan(context, server, stream);
  if (!orphan) {
    context.gap(
        kRule, "redis/" + server.target, label(stream),
        say("its ids are not times, so they do not say when it was last written",
            "sus ids no son fechas, así que no dicen cuándo se escribió por última vez"),
        say("compare its entries-added in an hour", "compara su entries-added dentro de una hora"));
    return;
  }
  if (!*orphan) return;
  const Instant last = *last_written(server, stream);
  const auto silence = std::chrono::duration_cast<Seconds>(context.now() - last);
  const auto bytes = bytes_of(stream);
  Finding finding;
  finding.rule = kRule;
  finding.store = id_of(server, stream);
  finding.severity = at_least(severity_of({Harm::tidies, {}, bytes, {}}),
                              context.worth_reporting(bytes, {}) ? Severity::low : Severity::info);
  finding.title = say("{}: orphan stream, {} and nobody has written it for {}",
                      "{}: stream huérfano, {} y nadie lo escribe desde hace {}",
                      {label(stream), counted(stream.length, kEntries), silence});
  finding.evidence = stream_evidence(server, stream)
                         .add("silence", silence, "seconds", "now − last-generated-id")
                         .add("groups", static_cast<std::int64_t>(stream.groups.size()), "groups",
                              "XINFO STREAM groups");
  finding.cause =
      say("Its producer is gone and its entries stay. MAXLEN takes effect when something is added: "
          "on a producer that does not exist it changes nothing.",
          "Su productor ya no existe y sus entradas se quedan. MAXLEN actúa al añadir: en un "
          "productor que no existe no cambia nada.");
  const std::string key = redis_argument(stream.key);
  finding.remedy =
      sentences({say("Make sure no reader still polls it, then let it expire in a day, or remove "
                     "it at once with UNLINK.",
                     "Asegúrate de que ningún lector lo consulte todavía y deja que caduque en un "
                     "día, o elimínalo ya con UNLINK."),
                 stream.groups.empty()
                     ? Text{}
                     : say("With it go {}: their readers then get NOGROUP.",
                           "Con él se van {}: sus lectores recibirán NOGROUP.",
                           {counted(static_cast<std::int64_t>(stream.groups.size()), kGroups)})});
  finding.commands = {"EXPIRE " + key + " 86400"};
  finding.frees = bytes;
  finding.steady_state = Bytes{};
  context.add(std::move(finding), bytes);
}

}  // namespace

void judge_stream_bounds(RuleContext& context, const RedisCensus& server) {
  for (const Stream& stream : server.streams) {
    judge_orphan(context, server, stream);
    // What nobody writes does not grow: a cap would change nothing.
    if (is_orphan(context, server, stream).value_or(false)) continue;
    judge_uncapped(context, server, stream);
    judge_biting(context, server, stream);
  }
}

}  // namespace plimsoll
