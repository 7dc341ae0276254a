#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "writer/table_shape.h"

namespace plimsoll {

/// One row in PostgreSQL's binary COPY format, written straight into a batch. Values are given in
/// the order of the shape's columns, each by the call of its type; nothing is allocated.
///
/// What the server would refuse is seen here, where only this row is at stake: too many or too few
/// values, one of another type, null in a not-null column, a text that is no UTF-8, holds a zero
/// byte or is longer than its varchar, a numeric of more digits than its precision. Such a row is
/// rejected as a whole. (That a jsonb is JSON is not checked.)
class Row {
 public:
  Row& null();
  Row& timestamptz(Instant instant);
  Row& date(std::chrono::sys_days day);
  Row& time(std::chrono::microseconds since_midnight);
  Row& int4(std::int32_t value);
  Row& int8(std::int64_t value);
  Row& float8(double value);
  /// units / 10^scale, rounded half away from zero to the column's scale: numeric(1234567, 4) is
  /// 123.4567.
  Row& numeric(std::int64_t units, int scale);
  Row& text(std::string_view value);  ///< text and varchar
  Row& text_array(std::span<const std::string_view> values);
  Row& jsonb(std::string_view json);

  /// null() where there is no value, else the call of its type.
  template <typename T, typename Put>
  Row& optional(const std::optional<T>& value, const Put& put) {
    return value ? (this->*put)(*value) : null();
  }

 private:
  friend class RowBatch;
  explicit Row(const TableShape& shape);
  void begin(char* at, char* end);
  bool expect(ColumnType type);
  char* field(ColumnType type, std::int32_t size);  ///< room for a value; null: none, or wrong

  const TableShape* shape_;
  std::size_t time_index_ = 0;
  std::size_t column_ = 0;
  char* at_ = nullptr;
  char* end_ = nullptr;
  bool overflow_ = false;
  const char* wrong_ = nullptr;  ///< why the row is rejected
  std::optional<Instant> time_;  ///< of the time column
};

}  // namespace plimsoll
