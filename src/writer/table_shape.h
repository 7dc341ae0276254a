#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace plimsoll {

enum class ColumnType {
  timestamptz,
  date,
  time,
  int4,
  int8,
  float8,
  numeric,  ///< of precision and scale, 18 digits at most
  text,
  varchar,  ///< of length
  text_array,
  jsonb
};

struct Column {
  std::string name;
  ColumnType type = ColumnType::text;
  bool not_null = false;
  int precision = 0;  ///< numeric
  int scale = 0;      ///< numeric
  int length = 0;     ///< varchar, in characters
};

/// A table as its writer knows it. Columns are written in this order.
struct TableShape {
  std::string schema = "public";
  std::string name;
  std::vector<Column> columns;
  std::string time_column;  ///< timestamptz or date: by which it is partitioned and forgotten
  /// With one, a row that is there already is not written twice (OnConflict). It must hold the time
  /// column, since each partition keeps its own index.
  std::vector<std::string> primary_key{};
  /// Made with the table: {"symbol", "time DESC"}.
  std::vector<std::vector<std::string>> indexes{};
};

/// "numeric(12,4)", "character varying(10)": as format_type() writes it.
std::string sql_type(const Column& column);

/// Errors: malformed: no or repeated names, a time column that is none, a key without it, a numeric
/// of more than 18 digits.
Result<void> check_shape(const TableShape& shape);

/// The same for the same columns in the same order; a spool of another shape is not replayed.
std::uint64_t fingerprint_of(const TableShape& shape);

}  // namespace plimsoll
