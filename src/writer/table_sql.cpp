#include "writer/table_sql.h"

#include <algorithm>

#include "link/postgres/quote.h"

namespace plimsoll {

using postgres::quote_identifier;

const char* const kStage = "pg_temp.plimsoll_stage";

std::string quoted_table(const TableShape& shape) {
  return quote_identifier(shape.schema) + "." + quote_identifier(shape.name);
}

std::string quoted_names(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + quote_identifier(name);
  return text;
}

std::string quoted_columns(const TableShape& shape) {
  std::vector<std::string> names;
  for (const auto& column : shape.columns) names.push_back(column.name);
  return quoted_names(names);
}

std::vector<std::string> create_table(const TableShape& shape, bool partitioned) {
  std::string text = "CREATE TABLE " + quoted_table(shape) + " (";
  for (const auto& column : shape.columns) {
    text += (&column == shape.columns.data() ? "" : ", ") + quote_identifier(column.name) + " " +
            sql_type(column) + (column.not_null ? " NOT NULL" : "");
  }
  if (!shape.primary_key.empty()) text += ", PRIMARY KEY (" + quoted_names(shape.primary_key) + ")";
  text += ")";
  if (partitioned) text += " PARTITION BY RANGE (" + quote_identifier(shape.time_column) + ")";
  std::vector<std::string> statements{text};
  for (const auto& index : shape.indexes) {
    std::string keys;
    for (const auto& key : index) {
      const bool descending = key.ends_with(" DESC") || key.ends_with(" desc");
      const auto name = descending ? key.substr(0, key.size() - 5) : key;
      keys += (keys.empty() ? "" : ", ") + quote_identifier(name) + (descending ? " DESC" : "");
    }
    statements.push_back("CREATE INDEX ON " + quoted_table(shape) + " (" + keys + ")");
  }
  return statements;
}

std::string quoted_batches(const TableShape& shape) {
  return quote_identifier(shape.schema) + ".plimsoll_writer_batches";
}

std::string create_batches(const TableShape& shape) {
  return "CREATE TABLE IF NOT EXISTS " + quoted_batches(shape) +
         " (writer text NOT NULL, table_name text NOT NULL, epoch bigint NOT NULL,"
         " batch_id bigint NOT NULL, rows_settled bigint NOT NULL,"
         " PRIMARY KEY (writer, table_name)) WITH (fillfactor = 20)";
}

std::string create_stage(const TableShape& shape) {
  return "CREATE TEMP TABLE plimsoll_stage ON COMMIT DELETE ROWS AS SELECT " +
         quoted_columns(shape) + " FROM ONLY " + quoted_table(shape) + " WITH NO DATA";
}

std::string insert_from_stage(const TableShape& shape, bool overwrite) {
  const std::string key = quoted_names(shape.primary_key);
  const std::string columns = quoted_columns(shape);
  std::string set;
  for (const auto& column : shape.columns) {
    if (std::find(shape.primary_key.begin(), shape.primary_key.end(), column.name) !=
        shape.primary_key.end())
      continue;
    const auto name = quote_identifier(column.name);
    set += (set.empty() ? "" : ", ") + name + " = EXCLUDED." + name;
  }
  // The stage is filled in order and never updated, so ctid is the order of arrival.
  return "INSERT INTO " + quoted_table(shape) + " (" + columns + ") SELECT DISTINCT ON (" + key +
         ") " + columns + " FROM " + kStage + " ORDER BY " + key + ", ctid" +
         (overwrite ? " DESC" : "") + " ON CONFLICT (" + key + ") DO " +
         (overwrite && !set.empty() ? "UPDATE SET " + set : "NOTHING");
}

}  // namespace plimsoll
