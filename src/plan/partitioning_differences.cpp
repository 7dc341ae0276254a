#include <algorithm>
#include <set>

#include "plan/partitioning.h"
#include "plan/sql_text.h"

namespace plimsoll {
namespace {

/// "index USING btree (…)": a line for each thing a table has, without its own name in it.
using Lines = std::multiset<std::string>;

std::string line_of(const ColumnDefinition& column) {
  std::string line = "column " + sql::quoted(column.name) + " " + column.type;
  if (!column.collation.empty()) line += " COLLATE " + column.collation;
  if (column.not_null) line += " NOT NULL";
  for (const auto& [word, text] : {std::pair{"default", &column.default_value},
                                   {"identity", &column.identity},
                                   {"generated", &column.generated},
                                   {"storage", &column.storage},
                                   {"compression", &column.compression},
                                   {"options", &column.options},
                                   {"comment", &column.comment}}) {
    if (!text->empty()) line += std::string{" "} + word + " " + *text;
  }
  if (column.statistics) line += " statistics " + std::to_string(*column.statistics);
  return line;
}

std::string line_of(const IndexDefinition& index, bool named) {
  std::string line = "index ";
  if (named) line += sql::quoted(index.name) + " ";
  if (index.unique) line += "UNIQUE ";
  line += std::string{sql::index_body(index.definition)};
  if (!index.constraint.empty()) line += " " + index.constraint_definition;
  if (!index.comment.empty()) line += " comment " + index.comment;
  if (!index.constraint_comment.empty()) line += " comment " + index.constraint_comment;
  return line;
}

std::string line_of(const TriggerDefinition& trigger) {
  const auto parts = sql::trigger_parts(trigger.definition);
  return "trigger " + std::string{parts.before} + std::string{parts.after} + " " + trigger.enabled +
         " " + trigger.comment;
}

Lines lines_of(const TableDefinition& definition, bool named) {
  Lines lines{"owner " + sql::quoted(definition.owner)};
  if (!definition.comment.empty()) lines.insert("comment " + definition.comment);
  if (definition.row_security) lines.insert("row security");
  if (definition.force_row_security) lines.insert("row security of the owner too");
  for (const auto& column : definition.columns) {
    lines.insert(line_of(column));
    lines.insert(column.grants.begin(), column.grants.end());
  }
  for (const auto& index : definition.indexes) {
    if (index.valid) lines.insert(line_of(index, named));
  }
  const auto mark = until_constraint_name(definition.table.name);
  for (const auto& constraint : definition.constraints) {
    if (constraint.name == mark || constraint.type == "t") continue;
    lines.insert("constraint " + sql::quoted(constraint.name) + " " + constraint.definition + " " +
                 constraint.comment);
  }
  for (const auto& trigger : definition.triggers) lines.insert(line_of(trigger));
  for (const auto& statement : definition.statistics) {
    lines.insert("statistics" + std::string{sql::statistics_parts(statement).rest});
  }
  for (const auto* texts : {&definition.grants, &definition.policies}) {
    lines.insert(texts->begin(), texts->end());
  }
  if (!named) return lines;
  lines.insert(definition.owned_sequences.begin(), definition.owned_sequences.end());
  for (const auto& view : definition.views) {
    std::string line = "view " + sql::quoted(view.name) + " " + view.definition;
    for (const auto& option : view.options) line += " " + option;
    lines.insert(std::move(line));
  }
  return lines;
}

}  // namespace

std::vector<std::string> differences(const TableDefinition& plain,
                                     const TableDefinition& partitioned) {
  const bool named = plain.table == partitioned.table;
  const Lines wanted = lines_of(plain, named);
  const Lines there = lines_of(partitioned, named);
  std::vector<std::string> different;
  std::set_symmetric_difference(wanted.begin(), wanted.end(), there.begin(), there.end(),
                                std::back_inserter(different));
  return different;
}

}  // namespace plimsoll
