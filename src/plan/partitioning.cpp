#include "plan/partitioning.h"

#include <algorithm>

#include "plan/partition_names.h"
#include "plan/partitioning_refusals.h"
#include "plan/sql_text.h"

namespace plimsoll {
namespace {

constexpr const char* kWaiting = "__plimsoll";
constexpr const char* kOld = "__old";

std::string identity_words(const std::string& replica_identity) {
  return replica_identity == "f" ? "FULL" : "NOTHING";
}

/// fillfactor=70 as it stands in a WITH (…).
std::string with_options(const std::vector<std::string>& options) {
  std::string text;
  for (const auto& option : options) {
    const auto at = std::min(option.find('='), option.size());
    if (!text.empty()) text += ", ";
    text += option.substr(0, at);
    if (at < option.size()) text += "=" + sql::literal(std::string_view{option}.substr(at + 1));
  }
  return text;
}

/// Writes the statements of one table.
class Script {
 public:
  Script(const TableDefinition& definition, const PartitionTable& change)
      : definition_{definition},
        change_{change},
        waiting_{parent_in_waiting(change.table)},
        table_{sql::quoted(change.table)},
        old_{sql::quoted(change.old_partition)},
        mark_{sql::quoted(until_constraint_name(change.table.name))},
        until_{bound_literal(change.axis, change.attach_until)} {}

  PartitioningScript write() {
    add_parent();
    add_constraints();
    for (const auto& index : definition_.indexes) add_index(index);
    add_rights();
    for (const auto& trigger : definition_.triggers) add_trigger(trigger);
    add_statistics();
    for (const auto& partition : change_.partitions) add_partition(partition);
    script_.build = script_.prepare.size();
    add_bound();
    add_swap();
    script_.tidy = {"ANALYZE " + table_};
    return std::move(script_);
  }

 private:
  void prepare(std::string statement) { script_.prepare.push_back(std::move(statement)); }
  void swap(std::string statement) { script_.swap.push_back(std::move(statement)); }
  std::string in_schema(const std::string& name) const {
    return sql::quoted(TableName{change_.table.schema, name});
  }
  static bool is_kept(const IndexDefinition& index) { return index.valid; }
  bool is_kept(const ConstraintDefinition& constraint) const {
    return sql::quoted(constraint.name) != mark_ && constraint.type != "t";
  }
  void comment(const std::string& on, const std::string& text) {
    if (!text.empty()) prepare("COMMENT ON " + on + " IS " + sql::literal(text));
  }

  void add_parent();
  void add_column_settings(const std::string& table);
  void add_constraints();
  void add_index(const IndexDefinition& index);
  void add_rights();
  void add_trigger(const TriggerDefinition& trigger);
  void add_statistics();
  void add_partition(const NamedRange& partition);
  void add_bound();
  void add_swap();
  void add_renames();
  void add_views();

  const TableDefinition& definition_;
  const PartitionTable& change_;
  const TableName waiting_;
  const std::string table_, old_, mark_, until_;
  PartitioningScript script_;
};

void Script::add_parent() {
  const auto waiting = sql::quoted(waiting_);
  std::string create = "CREATE TABLE " + waiting + " (LIKE " + table_ +
                       " INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING STORAGE"
                       " INCLUDING COMPRESSION INCLUDING COMMENTS) PARTITION BY RANGE (" +
                       sql::quoted(change_.axis.column) + ")";
  if (!definition_.tablespace.empty())
    create += " TABLESPACE " + sql::quoted(definition_.tablespace);
  prepare(std::move(create));
  prepare("ALTER TABLE " + waiting + " OWNER TO " + sql::quoted(definition_.owner));
  add_column_settings(waiting);
  comment("TABLE " + waiting, definition_.comment);
}

/// What neither LIKE nor PARTITION OF hands on.
void Script::add_column_settings(const std::string& table) {
  for (const auto& column : definition_.columns) {
    const std::string alter = "ALTER TABLE " + table + " ALTER COLUMN " + sql::quoted(column.name);
    if (column.statistics) prepare(alter + " SET STATISTICS " + std::to_string(*column.statistics));
    if (!column.options.empty()) prepare(alter + " SET (" + column.options + ")");
  }
  if (definition_.replica_identity == "f" || definition_.replica_identity == "n") {
    prepare("ALTER TABLE " + table + " REPLICA IDENTITY " +
            identity_words(definition_.replica_identity));
  }
}

void Script::add_constraints() {
  const auto waiting = sql::quoted(waiting_);
  for (const auto& constraint : definition_.constraints) {
    if (!is_kept(constraint)) continue;
    prepare("ALTER TABLE " + waiting + " ADD CONSTRAINT " + sql::quoted(constraint.name) + " " +
            constraint.definition);
    comment("CONSTRAINT " + sql::quoted(constraint.name) + " ON " + waiting, constraint.comment);
  }
}

/// Of the same kind and columns as the old table's, so that attaching finds that one and builds
/// nothing.
void Script::add_index(const IndexDefinition& index) {
  if (!is_kept(index)) return;
  const auto name = name_with_suffix(index.name, kWaiting);
  const auto waiting = sql::quoted(waiting_);
  if (!index.constraint.empty()) {
    prepare("ALTER TABLE " + waiting + " ADD CONSTRAINT " + sql::quoted(name) + " " +
            index.constraint_definition);
    comment("CONSTRAINT " + sql::quoted(name) + " ON " + waiting, index.constraint_comment);
  } else {
    prepare(std::string{index.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX "} +
            sql::quoted(name) + " ON " + waiting + " " +
            std::string{sql::index_body(index.definition)});
  }
  comment("INDEX " + in_schema(name), index.comment);
}

void Script::add_rights() {
  for (const auto& grant : definition_.grants) prepare(sql::for_table(grant, waiting_));
  for (const auto& column : definition_.columns) {
    for (const auto& grant : column.grants) prepare(sql::for_table(grant, waiting_));
  }
  const auto alter = "ALTER TABLE " + sql::quoted(waiting_);
  if (definition_.row_security) prepare(alter + " ENABLE ROW LEVEL SECURITY");
  if (definition_.force_row_security) prepare(alter + " FORCE ROW LEVEL SECURITY");
  for (const auto& policy : definition_.policies) prepare(sql::for_table(policy, waiting_));
}

void Script::add_trigger(const TriggerDefinition& trigger) {
  const auto waiting = sql::quoted(waiting_);
  const auto parts = sql::trigger_parts(trigger.definition);
  prepare(std::string{parts.before} + waiting + std::string{parts.after});
  const std::string alter = "ALTER TABLE " + waiting;
  if (trigger.enabled == "D") prepare(alter + " DISABLE TRIGGER " + sql::quoted(trigger.name));
  if (trigger.enabled == "R")
    prepare(alter + " ENABLE REPLICA TRIGGER " + sql::quoted(trigger.name));
  if (trigger.enabled == "A")
    prepare(alter + " ENABLE ALWAYS TRIGGER " + sql::quoted(trigger.name));
  comment("TRIGGER " + sql::quoted(trigger.name) + " ON " + waiting, trigger.comment);
}

void Script::add_statistics() {
  for (const auto& statement : definition_.statistics) {
    const auto parts = sql::statistics_parts(statement);
    const TableName name{parts.name.schema, name_with_suffix(parts.name.name, kWaiting)};
    prepare("CREATE STATISTICS " + sql::quoted(name) +
            sql::for_table(std::string{parts.rest}, waiting_));
  }
}

void Script::add_partition(const NamedRange& partition) {
  const auto name = sql::quoted(partition.name);
  std::string create = "CREATE TABLE " + name + " PARTITION OF " + sql::quoted(waiting_) +
                       " FOR VALUES FROM (" +
                       bound_literal(change_.axis, partition.range.begin.value_or(Instant{})) +
                       ") TO (" + bound_literal(change_.axis, partition.range.end) + ")";
  if (!definition_.access_method.empty() && definition_.access_method != "heap") {
    create += " USING " + sql::quoted(definition_.access_method);
  }
  if (!definition_.options.empty()) create += " WITH (" + with_options(definition_.options) + ")";
  prepare(std::move(create));
  prepare("ALTER TABLE " + name + " OWNER TO " + sql::quoted(definition_.owner));
  add_column_settings(name);
}

void Script::add_bound() {
  prepare("ALTER TABLE " + table_ + " ADD CONSTRAINT " + mark_ + " CHECK (" +
          sql::quoted(change_.axis.column) + " < " + until_ + ") NOT VALID");
  comment("CONSTRAINT " + mark_ + " ON " + table_, until_mark(change_));
  prepare("ALTER TABLE " + table_ + " VALIDATE CONSTRAINT " + mark_);
}

void Script::add_swap() {
  std::string lock = "LOCK TABLE ONLY " + table_ + ", ONLY " + sql::quoted(waiting_);
  std::vector<std::string> referenced;  // attaching drops triggers of its own there
  for (const auto& constraint : definition_.constraints) {
    const auto& other = constraint.referenced;
    if (other.empty()) continue;
    if (std::find(referenced.begin(), referenced.end(), other) != referenced.end()) continue;
    referenced.push_back(other);
    lock += ", ONLY " + other;
  }
  swap(lock + " IN ACCESS EXCLUSIVE MODE");
  for (const auto& trigger : definition_.triggers) {
    swap("DROP TRIGGER " + sql::quoted(trigger.name) + " ON " + table_);
  }
  add_renames();
  swap("ALTER TABLE " + table_ + " ATTACH PARTITION " + old_ + " FOR VALUES FROM (MINVALUE) TO (" +
       until_ + ")");
  swap("ALTER TABLE " + old_ + " DROP CONSTRAINT " + mark_);
  for (const auto& sequence : definition_.owned_sequences) {
    swap(sql::for_table(sequence, change_.table));
  }
  add_views();
}

void Script::add_renames() {
  swap("ALTER TABLE " + table_ + " RENAME TO " + sql::quoted(change_.old_partition.name));
  swap("ALTER TABLE " + sql::quoted(waiting_) + " RENAME TO " + sql::quoted(change_.table.name));
  for (const auto& index : definition_.indexes) {
    if (!is_kept(index)) continue;
    swap("ALTER INDEX " + in_schema(index.name) + " RENAME TO " +
         sql::quoted(name_with_suffix(index.name, kOld)));
    swap("ALTER INDEX " + in_schema(name_with_suffix(index.name, kWaiting)) + " RENAME TO " +
         sql::quoted(index.name));
  }
  for (const auto& statement : definition_.statistics) {
    const auto name = sql::statistics_parts(statement).name;
    const TableName waiting{name.schema, name_with_suffix(name.name, kWaiting)};
    swap("ALTER STATISTICS " + sql::quoted(name) + " RENAME TO " +
         sql::quoted(name_with_suffix(name.name, kOld)));
    swap("ALTER STATISTICS " + sql::quoted(waiting) + " RENAME TO " + sql::quoted(name.name));
  }
}

/// A view means a table by its number, and would go on reading the old one alone. Its text was
/// taken before the names changed, and now means the new one.
void Script::add_views() {
  for (const auto& view : definition_.views) {
    std::string create = "CREATE OR REPLACE VIEW " + sql::quoted(view.name);
    if (!view.options.empty()) create += " WITH (" + with_options(view.options) + ")";
    auto text = view.definition;
    while (!text.empty() && (text.back() == ';' || text.back() == '\n')) text.pop_back();
    swap(create + " AS" + (text.starts_with(' ') ? "" : " ") + text);
  }
}

}  // namespace

TableName parent_in_waiting(const TableName& table) {
  return {table.schema, name_with_suffix(table.name, kWaiting)};
}

std::string until_mark(const PartitionTable& change) {
  return "plimsoll: " + sql::quoted(change.axis.column) + " < " +
         bound_literal(change.axis, change.attach_until);
}

std::string drop_parent_in_waiting(const TableName& table) {
  return "DROP TABLE IF EXISTS " + sql::quoted(parent_in_waiting(table));
}

std::string drop_until_constraint(const TableName& table) {
  return "ALTER TABLE " + sql::quoted(table) + " DROP CONSTRAINT IF EXISTS " +
         sql::quoted(until_constraint_name(table.name));
}

Result<PartitioningScript> partitioning_script(const TableDefinition& definition,
                                               const PartitionTable& change) {
  if (auto reason = why_not_partitioned(definition, change)) {
    return failure(ErrorCode::unsupported, std::move(*reason));
  }
  return Script{definition, change}.write();
}

}  // namespace plimsoll
