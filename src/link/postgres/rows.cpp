#include "link/postgres/rows.h"

#include <cassert>

#include "base/text.h"

namespace plimsoll::postgres {

void Rows::add_row(const std::vector<std::optional<std::string>>& cells) {
  assert(cells.size() == columns_.size());
  for (const auto& cell : cells) {
    add_cell(cell ? std::optional<std::string_view>{*cell} : std::nullopt);
  }
}

void Rows::add_cell(std::optional<std::string_view> cell) {
  if (!cell) {
    cells_.push_back({});
    return;
  }
  cells_.push_back({text_.size(), static_cast<std::int64_t>(cell->size())});
  text_ += *cell;
}

void Rows::reserve(std::size_t rows, std::size_t characters) {
  cells_.reserve(rows * columns_.size());
  text_.reserve(characters);
}

Row Rows::operator[](std::size_t row) const {
  assert(row < size());
  return Row{*this, row};
}

std::optional<std::string_view> Row::cell(std::string_view column) const {
  const auto& columns = rows_->columns_;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i] != column) continue;
    const auto& cell = rows_->cells_[index_ * columns.size() + i];
    if (cell.length < 0) return std::nullopt;
    return std::string_view{rows_->text_}.substr(cell.begin, static_cast<std::size_t>(cell.length));
  }
  return std::nullopt;
}

std::string Row::text(std::string_view column) const {
  return std::string{cell(column).value_or("")};
}

std::optional<std::string> Row::optional_text(std::string_view column) const {
  const auto found = cell(column);
  if (!found) return std::nullopt;
  return std::string{*found};
}

std::optional<std::int64_t> Row::integer(std::string_view column) const {
  const auto found = cell(column);
  return found ? parse_int(*found) : std::nullopt;
}

std::optional<double> Row::real(std::string_view column) const {
  const auto found = cell(column);
  return found ? parse_double(*found) : std::nullopt;
}

std::optional<Bytes> Row::bytes(std::string_view column) const {
  const auto count = integer(column);
  if (!count) return std::nullopt;
  return Bytes{*count};
}

std::optional<bool> Row::boolean(std::string_view column) const {
  const auto found = cell(column);
  if (!found) return std::nullopt;
  if (*found == "t" || *found == "true") return true;
  if (*found == "f" || *found == "false") return false;
  return std::nullopt;
}

bool Row::flag(std::string_view column) const { return boolean(column).value_or(false); }

std::optional<Instant> Row::instant(std::string_view column) const {
  const auto found = cell(column);
  return found ? parse_iso8601(*found) : std::nullopt;
}

}  // namespace plimsoll::postgres
