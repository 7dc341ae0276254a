#include <algorithm>

#include "base/text.h"
#include "diagnose/table_facts.h"
#include "plan/table_steps.h"

namespace plimsoll {
namespace {

std::string short_type(const std::string& type) {
  if (type.starts_with("timestamp") && type.ends_with("with time zone")) return "timestamptz";
  if (type.starts_with("timestamp")) return "timestamp";
  return type;
}

}  // namespace

Result<TimeAxis> axis_of(const TableWish& wish) {
  const TableDefinition& definition = *wish.definition;
  const auto& time = wish.table.time;
  const std::string column = !wish.rule.time.empty() ? wish.rule.time : time ? time->name : "";
  if (column.empty())
    return failure(
        ErrorCode::unsupported,
        say("no column says when a row is from", "ninguna columna dice de cuándo es cada fila"),
        say("name it: time: COLUMN in {}", "indíquela: time: COLUMNA en {}",
            {wish.rule.origin.text()}));
  const auto at = std::find_if(definition.columns.begin(), definition.columns.end(),
                               [&](const auto& each) { return each.name == column; });
  if (at == definition.columns.end())
    return failure(
        ErrorCode::unsupported,
        say("there is no column '{}'", "no hay ninguna columna '{}'", {printable(column)}),
        say("correct time: in {}", "corrija time: en {}", {wish.rule.origin.text()}));
  TimeAxis axis{column, short_type(at->type), 0};
  if (axis.type == "timestamptz" || axis.type == "timestamp" || axis.type == "date") return axis;
  const bool integer = axis.type == "bigint" || axis.type == "integer";
  const bool known = time && time->name == column;
  const auto units = integer && known ? epoch_units_per_second(wish.table) : std::nullopt;
  if (!units)
    return failure(ErrorCode::unsupported,
                   say("'{}' is a {}: it is not known what a span of time is on it",
                       "'{}' es {}: no se sabe qué es en ella un intervalo de tiempo",
                       {printable(column), axis.type}),
                   say("a window of time needs a time column, or an integer that reads as an epoch",
                       "una ventana de tiempo necesita una columna temporal, o un entero que se "
                       "lea como época"));
  axis.units_per_second = *units;
  return axis;
}

std::optional<Instant> instant_on(const TimeAxis& axis, const RangeValue& value) {
  if (const auto* instant = std::get_if<Instant>(&value)) return *instant;
  const auto* number = std::get_if<std::int64_t>(&value);
  if (number == nullptr || axis.units_per_second <= 0) return std::nullopt;
  constexpr std::int64_t kMicros = 1'000'000;
  const std::int64_t whole = *number / axis.units_per_second;
  const std::int64_t rest = *number % axis.units_per_second;
  constexpr std::int64_t kFarthest = 9'000'000'000'000;  // microseconds of it still fit
  if (whole > kFarthest / 2 || whole < -kFarthest / 2) return std::nullopt;
  const auto fraction = static_cast<std::int64_t>(static_cast<double>(rest) * kMicros /
                                                  static_cast<double>(axis.units_per_second));
  return instant_of_unix_seconds(whole) + std::chrono::microseconds{fraction};
}

}  // namespace plimsoll
