#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"

namespace plimsoll::postgres {

class Row;

/// What a query returned, as the server wrote it: columns by name, cells of text or NULL. All cells
/// share one buffer, so that 5,000 partitions of 20 columns cost about as much as their text.
class Rows {
 public:
  explicit Rows(std::vector<std::string> columns) : columns_{std::move(columns)} {}
  Rows(std::initializer_list<std::string_view> columns)
      : columns_{columns.begin(), columns.end()} {}

  /// As many cells as there are columns, or it asserts.
  void add_row(const std::vector<std::optional<std::string>>& cells);
  /// One cell after the other, row by row.
  void add_cell(std::optional<std::string_view> cell);
  void reserve(std::size_t rows, std::size_t characters);

  std::size_t size() const { return columns_.empty() ? 0 : cells_.size() / columns_.size(); }
  bool empty() const { return size() == 0; }
  const std::vector<std::string>& columns() const { return columns_; }
  Row operator[](std::size_t row) const;

 private:
  friend class Row;
  struct Cell {
    std::size_t begin = 0;
    std::int64_t length = -1;  ///< -1: NULL
  };
  std::vector<std::string> columns_;
  std::vector<Cell> cells_;
  std::string text_;
};

/// A view of one row; lives as long as its Rows. A column that is not there reads as NULL: an older
/// server or extension has no such column. A cell that does not parse reads as NULL too.
class Row {
 public:
  Row(const Rows& rows, std::size_t index) : rows_{&rows}, index_{index} {}

  std::optional<std::string_view> cell(std::string_view column) const;
  std::string text(std::string_view column) const;  ///< NULL is ""
  std::optional<std::string> optional_text(std::string_view column) const;
  std::optional<std::int64_t> integer(std::string_view column) const;
  std::optional<double> real(std::string_view column) const;
  std::optional<Bytes> bytes(std::string_view column) const;
  std::optional<bool> boolean(std::string_view column) const;     ///< "t", "f", "true", "false"
  bool flag(std::string_view column) const;                       ///< NULL is false
  std::optional<Instant> instant(std::string_view column) const;  ///< "infinity" is empty

 private:
  const Rows* rows_;
  std::size_t index_;
};

}  // namespace plimsoll::postgres
