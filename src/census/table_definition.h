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
/// collect_definition() from the catalogs. Definitions are the server's own texts, with every name
/// qualified; a statement holds {table} where the table's name goes.
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
  std::vector<std::string> grants;  ///< whole GRANT statements of the column
  std::string options;              ///< n_distinct='-0.5', …
};
struct IndexDefinition {
  std::string name;
  std::string definition;  ///< pg_get_indexdef
  bool unique = false, primary = false, valid = true, clustered = false, replica_identity = false;
  std::string constraint;  ///< its name where it backs one
  std::string constraint_definition;
  std::vector<std::string> columns;  ///< key columns by name; an expression is ""
  std::string comment;
  std::string constraint_comment;
};
struct ConstraintDefinition {
  std::string name;
  std::string type;        ///< "c" check, "f" foreign key, "x" exclusion, "t" constraint trigger
  std::string definition;  ///< pg_get_constraintdef
  bool validated = true;
  std::string comment;
  std::string referenced;  ///< by a foreign key: the other table, quoted and qualified
};
struct TriggerDefinition {
  std::string name;
  std::string definition;  ///< pg_get_triggerdef
  std::string enabled;     ///< "O", "D", "R", "A"
  bool row_level = false;
  bool uses_transition_tables = false;
  bool before = false;
  std::string language, source;  ///< of its function
  std::string comment;
};
struct ViewDefinition {
  TableName name;
  bool materialized = false;
  std::string definition;            ///< pg_get_viewdef
  std::vector<std::string> options;  ///< reloptions
};

struct TableDefinition {
  std::string target;  ///< "main"
  TableName table;
  std::string oid;
  std::string owner;
  std::string persistence;  ///< "p", "u", "t"
  std::string kind;         ///< relkind
  std::string tablespace, access_method;
  std::vector<std::string> options;  ///< reloptions
  std::string replica_identity;      ///< "d", "n", "f", "i"
  std::vector<ColumnDefinition> columns;
  std::vector<IndexDefinition> indexes;
  std::vector<ConstraintDefinition> constraints;
  std::vector<std::string> referenced_by;  ///< tables with a foreign key to it
  std::vector<TriggerDefinition> triggers;
  std::vector<ViewDefinition> views;   ///< that depend on it, directly
  std::vector<std::string> functions;  ///< and whatever else depends on it or on its row type
  std::vector<std::string> rules;      ///< besides views' own
  std::vector<std::string> policies;   ///< CREATE POLICY statements, and their comments
  bool row_security = false, force_row_security = false;
  std::vector<std::string> publications;
  std::vector<std::string> owned_sequences;  ///< of serial columns: ALTER SEQUENCE … OWNED BY
  std::vector<std::string> statistics;       ///< CREATE STATISTICS statements
  std::vector<std::string> grants;           ///< GRANT statements, a REVOKE before them if needed
  std::vector<std::string> inheritance;      ///< parents or children by inheritance, a row type
  std::string comment;
  int server_version = 0;  ///< server_version_num: 150004
};

/// The CHECK that stands on a table while it becomes a partition: a mark of this program's own.
std::string until_constraint_name(const std::string& table);

/// 32 hexadecimal digits that change with any of the above but the target, the oid, the server's
/// version and a CHECK of that name; part of an Observation. Tells definitions apart, and is no
/// protection against somebody who wants two to look the same.
std::string fingerprint_of(const TableDefinition& definition);

}  // namespace plimsoll
