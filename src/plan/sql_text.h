#pragma once

#include <string>
#include <string_view>

#include "census/table_definition.h"

// The server's own definitions, put together again under other names.
namespace plimsoll::sql {

/// "odd ""name""": always quoted, as many a keyword is no name.
std::string quoted(std::string_view name);
std::string quoted(const TableName& name);
/// 'text', with E'…' where it holds a backslash.
std::string literal(std::string_view text);

/// Every {table} of a statement replaced.
std::string for_table(std::string statement, const TableName& table);

/// Of pg_get_indexdef, from USING on.
std::string_view index_body(std::string_view definition);
/// Of pg_get_triggerdef, what stands before and after the table's name.
struct TriggerParts {
  std::string_view before, after;
};
TriggerParts trigger_parts(std::string_view definition);
/// The names in "CREATE STATISTICS schema.name …", unquoted, and what follows them.
struct StatisticsParts {
  TableName name;
  std::string_view rest;
};
StatisticsParts statistics_parts(std::string_view statement);

/// Whether SQL text speaks of a name as a word of its own, in whatever case.
bool mentions(std::string_view text, std::string_view name);

}  // namespace plimsoll::sql
