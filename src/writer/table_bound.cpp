#include "writer/table_bound.h"

#include "base/text.h"

namespace plimsoll {
namespace {

/// As the guard does: the policy's chunk in whole days or hours, else a seventh of what is kept.
Seconds width_of_partitions(const TableRule& rule, std::optional<Seconds> keep, bool by_day) {
  constexpr Seconds kHour{3600};
  if (rule.chunk) {
    const Seconds unit = by_day || *rule.chunk >= kOneDay ? kOneDay : kHour;
    return std::max(unit, unit * (*rule.chunk / unit));
  }
  if (!keep || *keep / 7 >= kOneDay * 30) return kOneDay * 30;
  return by_day || *keep / 7 >= kOneDay ? kOneDay : kHour;
}

}  // namespace

Result<TableBound> table_bound(const Policy& policy, const TableShape& shape) {
  const TableRule* rule = rule_for_table(policy, shape.schema, shape.name);
  const std::string shown = printable(shape.name);
  if (rule == nullptr) {
    return failure(ErrorCode::malformed,
                   say("table '{}' is not declared in the policy",
                       "la tabla «{}» no está declarada en la política", {shown}),
                   say("add to `tables` of plimsoll.yaml: {}: {{ time: {}, keep: 7d }}",
                       "añada a `tables` de plimsoll.yaml: {}: {{ time: {}, keep: 7d }}",
                       {shown, printable(shape.time_column)}));
  }
  if (std::holds_alternative<std::monostate>(rule->keep)) {
    return failure(ErrorCode::malformed,
                   say("table '{}': the rule '{}' does not say how long to keep it",
                       "tabla «{}»: la regla «{}» no dice cuánto se conserva",
                       {shown, printable(rule->pattern)}),
                   say("{}: write `keep: 7d` there, or `keep: forever`",
                       "{}: escriba ahí `keep: 7d`, o `keep: forever`", {rule->origin.text()}));
  }
  if (!rule->time.empty() && rule->time != shape.time_column) {
    return failure(ErrorCode::malformed,
                   say("table '{}': its writer keeps time in '{}', the policy says '{}'",
                       "tabla «{}»: quien la escribe usa el tiempo de «{}» y la política dice «{}»",
                       {shown, printable(shape.time_column), printable(rule->time)}),
                   verbatim(rule->origin.text()));
  }
  TableBound bound;
  if (const auto* keep = std::get_if<Seconds>(&rule->keep)) bound.keep = *keep;
  bool by_day = false;
  for (const auto& column : shape.columns)
    by_day = by_day || (column.name == shape.time_column && column.type == ColumnType::date);
  bound.width = width_of_partitions(*rule, bound.keep, by_day);
  bound.plain = rule->plain;
  return bound;
}

}  // namespace plimsoll
