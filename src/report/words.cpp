#include "report/words.h"

#include <algorithm>

#include "base/text.h"

namespace plimsoll {
namespace {

/// The position after the n-th '/' of an id; npos where there are fewer.
std::size_t after_slash(std::string_view id, int n) {
  std::size_t at = 0;
  for (int i = 0; i < n; ++i) {
    at = id.find('/', at);
    if (at == std::string_view::npos) return at;
    ++at;
  }
  return at;
}

/// "10000 entries" → 10000 and "entries".
struct Quantity {
  std::int64_t number = 0;
  std::string unit;
};
std::optional<Quantity> quantity_of(std::string_view text) {
  const std::size_t space = text.find(' ');
  const auto number = parse_int(text.substr(0, space));
  if (!number) return std::nullopt;
  return Quantity{*number, space == std::string_view::npos ? std::string{}
                                                           : std::string{text.substr(space + 1)}};
}

Text bytes_words(const std::string& value) {
  const auto bytes = parse_int(value);
  return bytes ? say("{}", "{}", {Bytes{*bytes}}) : verbatim(printable(value));
}

/// An interval as PostgreSQL writes it: "7 days", "180 days", "1 mon", "24:00:00".
Text interval_words(const std::string& value) {
  const auto quantity = quantity_of(value);
  if (quantity && quantity->unit.rfind("day", 0) == 0)
    return say("{}", "{}", {Seconds{Days{quantity->number}}});
  if (quantity && quantity->unit.rfind("mon", 0) == 0) {
    return quantity->number == 1 ? say("1 month", "1 mes")
                                 : say("{} months", "{} meses", {quantity->number});
  }
  return verbatim(printable(value));
}

struct ValueWriter {
  Text operator()(Unknown) const { return say("not known", "se desconoce"); }
  Text operator()(Unbounded) const { return say("no limit", "sin límite"); }
  Text operator()(bool yes) const { return yes ? say("yes", "sí") : say("no", "no"); }
  Text operator()(const std::string& text) const { return verbatim(printable(text)); }
  template <typename Value>
  Text operator()(const Value& value) const {
    return say("{}", "{}", {value});
  }
};

}  // namespace

Text unit_words(std::string_view unit) {
  if (unit == "rows") return say("rows", "filas");
  if (unit == "entries") return say("entries", "entradas");
  if (unit == "keys") return say("keys", "claves");
  if (unit == "files") return say("files", "ficheros");
  if (unit == "chunks") return say("chunks", "chunks");
  if (unit == "partitions") return say("partitions", "particiones");
  if (unit == "consumers") return say("consumers", "consumidores");
  if (unit == "groups") return say("groups", "grupos");
  if (unit == "segments") return say("segments", "segmentos");
  if (unit == "transactions") return say("transactions", "transacciones");
  if (unit == "scans") return say("scans", "lecturas");
  if (unit == "calls") return say("calls", "llamadas");
  if (unit == "restarts") return say("restarts", "reinicios");
  if (unit == "containers") return say("containers", "contenedores");
  if (unit == "kills") return say("kills", "veces");
  if (unit == "inodes") return say("inodes", "inodos");
  if (unit == "jobs") return say("jobs", "tareas");
  if (unit == "cores") return say("cores", "núcleos");
  if (unit == "runs") return say("runs", "ejecuciones");
  if (unit == "failures") return say("failures", "fallos");
  if (unit == "milliseconds") return say("ms", "ms");
  if (unit == "streams") return say("streams", "streams");
  if (unit == "days") return say("days", "días");
  if (unit == "seconds") return say("seconds", "segundos");
  if (unit == "rows/day" || unit == "rows_per_day") return say("rows/day", "filas/día");
  if (unit == "entries/day" || unit == "entries_per_day") return say("entries/day", "entradas/día");
  return verbatim(printable(unit));
}

Text value_words(const Fact& fact) {
  const Text value = std::visit(ValueWriter{}, fact.value);
  // A unit is said only beside a bare number: "10.0 GB bytes" says it twice.
  const bool bare = std::holds_alternative<std::int64_t>(fact.value) ||
                    std::holds_alternative<double>(fact.value);
  if (!bare || fact.unit.empty()) return value;
  return say("{} {}", "{} {}", {value, unit_words(fact.unit)});
}

Text bound_words(const Bound& bound) {
  const std::string& value = bound.value;
  switch (bound.kind) {
    case BoundKind::unknown:
      return say("not known", "se desconoce");
    case BoundKind::none:
      return say("none", "ninguno");
    case BoundKind::retention:
      return value.empty() ? say("retention", "retención")
                           : say("keeps {}", "guarda {}", {interval_words(value)});
    case BoundKind::stream_cap: {
      const auto entries = quantity_of(value);
      if (!entries) return say("capped", "con tope");
      return say("{} entries", "{} entradas", {entries->number});
    }
    case BoundKind::ttl: {
      const auto seconds = quantity_of(value);
      if (!seconds) return say("expires", "caduca");
      return say("expires in {}", "caduca en {}", {Seconds{seconds->number}});
    }
    case BoundKind::maxmemory:
      return say("maxmemory {}", "maxmemory {}", {bytes_words(value)});
    case BoundKind::memory_limit:
      return say("limit {}", "límite {}", {bytes_words(value)});
    case BoundKind::log_rotation:
      return say("rotates {}", "rota {}", {printable(value)});
    case BoundKind::retained_wal_cap:
      return say("at most {}", "máximo {}", {bytes_words(value)});
    case BoundKind::capacity:
      return say("capacity {}", "capacidad {}", {bytes_words(value)});
    case BoundKind::by_nature:
      return say("does not grow", "no crece");
  }
  return {};
}

Text short_bound_words(const Bound& bound) {
  switch (bound.kind) {
    case BoundKind::unknown:
      return verbatim("?");
    case BoundKind::by_nature:
      return verbatim("-");
    case BoundKind::retention:
      return bound.value.empty() ? bound_words(bound) : interval_words(bound.value);
    case BoundKind::ttl: {
      const auto seconds = quantity_of(bound.value);
      if (!seconds) return verbatim("TTL");
      return {"TTL " + short_span(Seconds{seconds->number}, Language::en),
              "TTL " + short_span(Seconds{seconds->number}, Language::es)};
    }
    case BoundKind::stream_cap: {
      const auto entries = quantity_of(bound.value);
      return entries ? say("{}", "{}", {entries->number}) : bound_words(bound);
    }
    case BoundKind::maxmemory:
    case BoundKind::memory_limit:
    case BoundKind::retained_wal_cap:
    case BoundKind::capacity:
      return bytes_words(bound.value);
    case BoundKind::log_rotation:
      return verbatim(printable(bound.value));
    case BoundKind::none:
      break;
  }
  return bound_words(bound);
}

std::string short_span(Seconds span, Language language) {
  const bool es = language == Language::es;
  const auto seconds = span.count();
  if (seconds <= 0) return es ? "ya" : "now";
  const auto of = [&](std::int64_t unit, const char* name) {
    return std::to_string((seconds + unit / 2) / unit) + " " + name;
  };
  constexpr std::int64_t kDay = 86400;
  if (seconds >= 2 * 365 * kDay) return of(365 * kDay, es ? "a" : "y");
  if (seconds >= 2 * kDay) return of(kDay, "d");
  if (seconds >= 2 * 3600) return of(3600, "h");
  return seconds >= 120 ? of(60, "min") : of(1, "s");
}

Text count_words(std::int64_t count, const Noun& noun) {
  return count == 1
             ? say("1 {}", "1 {}", {Text{std::string{noun.one_en}, std::string{noun.one_es}}})
             : say("{} {}", "{} {}",
                   {count, Text{std::string{noun.many_en}, std::string{noun.many_es}}});
}

std::string short_name(const ResourceId& id) {
  const std::size_t at = after_slash(id, 3);
  std::string_view name = id;
  if (at != std::string::npos) name.remove_prefix(at);
  // The schema that everybody means is not said; commands always say it.
  constexpr std::string_view kPublic = "public.";
  if (id.rfind("postgres/", 0) == 0 && name.substr(0, kPublic.size()) == kPublic) {
    name.remove_prefix(kPublic.size());
  }
  return printable(name);
}

std::string_view kind_of_id(std::string_view id) {
  const std::size_t at = after_slash(id, 2);
  if (at == std::string_view::npos) return {};
  return id.substr(at, id.find('/', at) - at);
}

std::string target_of(const ResourceId& id) {
  const std::size_t at = after_slash(id, 2);
  return at == std::string::npos ? id : id.substr(0, at - 1);
}

}  // namespace plimsoll
