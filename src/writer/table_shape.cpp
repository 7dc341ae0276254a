#include "writer/table_shape.h"

#include <algorithm>
#include <set>

#include "base/text.h"

namespace plimsoll {
namespace {

constexpr int kMostDigits = 18;

tl::unexpected<Error> wrong_shape(const TableShape& shape, Text why) {
  return failure(ErrorCode::malformed, say("the shape of table '{}': {}", "la tabla «{}»: {}",
                                           {printable(shape.name), std::move(why)}));
}

const Column* column_named(const TableShape& shape, const std::string& name) {
  const auto found = std::find_if(shape.columns.begin(), shape.columns.end(),
                                  [&](const Column& column) { return column.name == name; });
  return found == shape.columns.end() ? nullptr : &*found;
}

Result<void> check_key(const TableShape& shape) {
  const auto& key = shape.primary_key;
  for (const auto& name : key) {
    if (column_named(shape, name) == nullptr)
      return wrong_shape(shape, say("its key names no column '{}'",
                                    "su clave nombra «{}», que no "
                                    "es una columna",
                                    {printable(name)}));
  }
  if (!key.empty() && std::find(key.begin(), key.end(), shape.time_column) == key.end())
    return wrong_shape(shape, say("its primary key must hold the time column '{}'",
                                  "su clave primaria debe incluir la columna de tiempo «{}»",
                                  {printable(shape.time_column)}));
  return {};
}

}  // namespace

std::string sql_type(const Column& column) {
  switch (column.type) {
    case ColumnType::timestamptz:
      return "timestamp with time zone";
    case ColumnType::date:
      return "date";
    case ColumnType::time:
      return "time without time zone";
    case ColumnType::int4:
      return "integer";
    case ColumnType::int8:
      return "bigint";
    case ColumnType::float8:
      return "double precision";
    case ColumnType::numeric:
      return "numeric(" + std::to_string(column.precision) + "," + std::to_string(column.scale) +
             ")";
    case ColumnType::varchar:
      return "character varying(" + std::to_string(column.length) + ")";
    case ColumnType::text_array:
      return "text[]";
    case ColumnType::jsonb:
      return "jsonb";
    case ColumnType::text:
      break;
  }
  return "text";
}

Result<void> check_shape(const TableShape& shape) {
  if (shape.name.empty() || shape.schema.empty() || shape.columns.empty())
    return wrong_shape(shape, say("it has no name or no columns", "no tiene nombre o columnas"));
  std::set<std::string> names;
  for (const auto& column : shape.columns) {
    if (column.name.empty() || !names.insert(column.name).second)
      return wrong_shape(
          shape, say("column '{}' is twice there, or has no name",
                     "la columna «{}» está dos veces o no tiene nombre", {printable(column.name)}));
    const bool number = column.type != ColumnType::numeric ||
                        (column.precision >= 1 && column.precision <= kMostDigits &&
                         column.scale >= 0 && column.scale <= column.precision);
    const bool text = column.type != ColumnType::varchar || column.length >= 1;
    if (!number || !text)
      return wrong_shape(shape, say("column '{}' is {}", "la columna «{}» es {}",
                                    {printable(column.name), sql_type(column)}));
  }
  const Column* time = column_named(shape, shape.time_column);
  if (time == nullptr ||
      (time->type != ColumnType::timestamptz && time->type != ColumnType::date) || !time->not_null)
    return wrong_shape(shape, say("its time column must be timestamptz or date, and not null",
                                  "su columna de tiempo debe ser timestamptz o date, y not null"));
  return check_key(shape);
}

std::uint64_t fingerprint_of(const TableShape& shape) {
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a
  const auto mix = [&hash](const std::string& text) {
    for (const char c : text + "\n") hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  };
  mix(shape.schema);
  mix(shape.name);
  for (const auto& column : shape.columns) {
    mix(column.name);
    mix(sql_type(column));
  }
  return hash;
}

}  // namespace plimsoll
