#include "collect/postgres/definition.h"

#include <algorithm>

#include "base/text.h"
#include "link/postgres/definition_probes.h"

namespace plimsoll {
namespace {

using postgres::Row;
using postgres::Rows;

constexpr char kBetween = '\x1f';

std::vector<std::string> parts_of(const std::optional<std::string>& text) {
  std::vector<std::string> parts;
  if (!text) return parts;
  for (const auto part : split(*text, kBetween)) parts.emplace_back(part);
  return parts;
}

ColumnDefinition parse_column(const Row& row) {
  ColumnDefinition column;
  column.name = row.text("name");
  column.type = row.text("type");
  column.not_null = row.flag("not_null");
  column.default_value = row.text("default_value");
  column.identity = row.text("identity");
  column.generated = row.text("generated");
  column.collation = row.text("collation");
  column.storage = row.text("storage");
  column.compression = row.text("compression");
  if (const auto target = row.integer("statistics")) column.statistics = static_cast<int>(*target);
  column.comment = row.text("comment");
  column.options = row.text("options");
  return column;
}

IndexDefinition parse_index(const Row& row) {
  IndexDefinition index;
  index.name = row.text("name");
  index.definition = row.text("definition");
  index.unique = row.flag("unique");
  index.primary = row.flag("primary");
  index.valid = row.flag("valid");
  index.clustered = row.flag("clustered");
  index.replica_identity = row.flag("replica_identity");
  index.constraint = row.text("constraint");
  index.constraint_definition = row.text("constraint_definition");
  index.columns = parts_of(row.optional_text("key_columns"));
  index.comment = row.text("comment");
  index.constraint_comment = row.text("constraint_comment");
  return index;
}

ConstraintDefinition parse_constraint(const Row& row) {
  return {row.text("name"),      row.text("type"),    row.text("definition"),
          row.flag("validated"), row.text("comment"), row.text("referenced")};
}

TriggerDefinition parse_trigger(const Row& row) {
  TriggerDefinition trigger;
  trigger.name = row.text("name");
  trigger.definition = row.text("definition");
  trigger.enabled = row.text("enabled");
  trigger.row_level = row.flag("row_level");
  trigger.uses_transition_tables = row.flag("uses_transition_tables");
  trigger.before = row.flag("before");
  trigger.language = row.text("language");
  trigger.source = row.text("source");
  trigger.comment = row.text("comment");
  return trigger;
}

ViewDefinition parse_view(const Row& row) {
  return {{row.text("schema"), row.text("name")},
          row.flag("materialized"),
          row.text("definition"),
          parts_of(row.optional_text("options"))};
}

void parse_statement(const Row& row, TableDefinition& definition) {
  const auto kind = row.text("kind");
  auto statement = row.text("statement");
  if (kind == "grant")
    definition.grants.push_back(std::move(statement));
  else if (kind == "policy")
    definition.policies.push_back(std::move(statement));
  else if (kind == "statistics")
    definition.statistics.push_back(std::move(statement));
  else if (kind == "sequence")
    definition.owned_sequences.push_back(std::move(statement));
  else if (kind == "option")
    definition.options.push_back(std::move(statement));
  else if (kind == "column_grant") {
    const auto subject = row.text("subject");
    for (auto& column : definition.columns) {
      if (column.name == subject) column.grants.push_back(statement);
    }
  }
}

void parse_relative(const Row& row, TableDefinition& definition) {
  const auto kind = row.text("kind");
  auto name = row.text("name");
  if (kind == "referenced_by")
    definition.referenced_by.push_back(std::move(name));
  else if (kind == "rule")
    definition.rules.push_back(std::move(name));
  else if (kind == "publication")
    definition.publications.push_back(std::move(name));
  else if (kind == "inheritance")
    definition.inheritance.push_back(std::move(name));
  else if (kind == "dependent")
    definition.functions.push_back(std::move(name));
}

void parse_table(const Row& row, TableDefinition& definition) {
  definition.oid = row.text("oid");
  definition.owner = row.text("owner");
  definition.persistence = row.text("persistence");
  definition.kind = row.text("kind");
  definition.tablespace = row.text("tablespace");
  definition.access_method = row.text("access_method");
  definition.replica_identity = row.text("replica_identity");
  definition.row_security = row.flag("row_security");
  definition.force_row_security = row.flag("force_row_security");
  definition.comment = row.text("comment");
  definition.server_version = static_cast<int>(row.integer("server_version").value_or(0));
}

/// Asks of one oid and hands each row to `take`; the first failure ends it all.
class Questions {
 public:
  Questions(postgres::ProbeReader& reader, std::string oid)
      : reader_{reader}, oid_{std::move(oid)} {}

  template <typename Take>
  Questions& ask(const postgres::Probe& probe, const Take& take) {
    if (error_) return *this;
    const auto rows = reader_.read(probe, {{oid_}, {}, {}});
    if (!rows) {
      error_ = rows.error();
      return *this;
    }
    for (std::size_t i = 0; i < rows->size(); ++i) take((*rows)[i]);
    return *this;
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  postgres::ProbeReader& reader_;
  std::string oid_;
  std::optional<Error> error_;
};

}  // namespace

Result<TableDefinition> collect_definition(postgres::ProbeReader& reader, const std::string& target,
                                           const TableName& table) {
  TableDefinition definition;
  definition.target = target;
  definition.table = table;
  const auto rows = reader.read(postgres::kDefinitionTable, {{table.schema, table.name}, {}, {}});
  if (!rows) return failure(rows.error());
  if (rows->empty()) {
    return failure(ErrorCode::unsupported, say("there is no table {}", "no existe la tabla {}",
                                               {printable(table.qualified())}));
  }
  parse_table((*rows)[0], definition);
  const auto into = [](auto& list, auto parse) {
    return [&list, parse](const Row& row) { list.push_back(parse(row)); };
  };
  Questions questions{reader, definition.oid};
  questions.ask(postgres::kDefinitionColumns, into(definition.columns, parse_column))
      .ask(postgres::kDefinitionIndexes, into(definition.indexes, parse_index))
      .ask(postgres::kDefinitionConstraints, into(definition.constraints, parse_constraint))
      .ask(postgres::kDefinitionTriggers, into(definition.triggers, parse_trigger))
      .ask(postgres::kDefinitionViews, into(definition.views, parse_view))
      .ask(postgres::kDefinitionStatements,
           [&](const Row& row) { parse_statement(row, definition); })
      .ask(postgres::kDefinitionRelatives,
           [&](const Row& row) { parse_relative(row, definition); });
  if (questions.error()) return failure(*questions.error());
  return definition;
}

}  // namespace plimsoll
