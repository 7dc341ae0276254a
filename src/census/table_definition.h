#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace plimsoll {

struct TableName {
  std::string schema;
  std::string name;
  std::string qualified() const { return schema + "." + name; }
  friend bool operator==(const TableName&, const TableName&) = default;
};

/// Everything that must be the same of a table when another relation takes its place. Read by
/// collect/postgres from the catalogs, in one snapshot.
struct ColumnDefinition {
  std::string name;
  std::string type;  ///< format_type, with modifier
  bool not_null = false;
  std::string default_value;  ///< pg_get_expr; empty: none
  std::string identity;       ///< "a", "d" or empty
  std::string generated;      ///< "s" or empty
  std::string collation;      ///< quoted and qualified where it is not the type's own
  std::string storage, compression;
  std::optional<int> statistics;
  std::string comment;
  std::vector<std::string> grants;  ///< whole GRANT statements of the column, with {table} for the name
};
struct IndexDefinition {
  std::string name;
  std::string definition;  ///< pg_get_indexdef
  bool unique = false, primary = false, valid = true, clustered = false, replica_identity = false;
  std::string constraint;  ///< its name where it backs one
  std::string constraint_definition;
  std::vector<std::string> columns;  ///< key columns by name; an expression is ""
  std::string comment;
};
struct ConstraintDefinition {
  std::string name;
  std::string type;        ///< "c" check, "f" foreign key, "x" exclusion, "t" constraint trigger
  std::string definition;  ///< pg_get_constraintdef
  bool validated = true;
  std::string comment;
};
struct TriggerDefinition {
  std::string name;
  std::string definition;  ///< pg_get_triggerdef
  std::string enabled;     ///< "O", "D", "R", "A"
  bool row_level = false;
  bool uses_transition_tables = false;
};
struct ViewDefinition {
  TableName name;
  bool materialized = false;
};

struct TableDefinition {
  std::string target;  ///< "main"
  TableName table;
  std::string oid;
  std::string owner;
  std::string persistence;      ///< "p", "u", "t"
  std::string kind;             ///< relkind
  std::string tablespace, access_method;
  std::vector<std::string> options;  ///< reloptions
  std::string replica_identity;      ///< "d", "n", "f", "i"
  std::vector<ColumnDefinition> columns;
  std::vector<IndexDefinition> indexes;
  std::vector<ConstraintDefinition> constraints;
  std::vector<std::string> referenced_by;  ///< tables with a foreign key to it
  std::vector<TriggerDefinition> triggers;
  std::vector<ViewDefinition> views;        ///< that depend on it, directly
  std::vector<std::string> functions;       ///< that depend on its row type
  std::vector<std::string> rules;           ///< besides views' own
  std::vector<std::string> policies;        ///< row level security
  bool row_security = false, force_row_security = false;
  std::vector<std::string> publications;
  std::vector<std::string> owned_sequences;  ///< by a serial or identity column
  std::vector<std::string> statistics;       ///< CREATE STATISTICS statements
  std::vector<std::string> grants;           ///< whole GRANT statements, with {table} for the name
  std::vector<std::string> inheritance;      ///< parents or children by inheritance
  std::string comment;
};

/// Changes with any of the above but the oid; part of an Observation.
std::string fingerprint_of(const TableDefinition& definition);

}  // namespace plimsoll
