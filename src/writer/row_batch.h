#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "writer/table_row.h"

namespace plimsoll {

/// What is known of a batch without looking into it.
struct BatchFacts {
  std::uint64_t epoch = 0;  ///< of the process that made it: random
  std::uint64_t id = 0;     ///< rises by one within an epoch
  std::uint32_t rows = 0;
  Instant first{};  ///< of its rows' times
  Instant last{};
};

/// Rows in the binary COPY format, in room that is allocated once.
class RowBatch {
 public:
  explicit RowBatch(const TableShape& shape, std::size_t bytes) : bytes_(bytes), row_{shape} {}

  Row& begin();
  enum class End { taken, full, wrong, outside };
  /// `outside`: its time is before `oldest` or after `newest`. `full`: it would fit an empty batch.
  End end(Instant oldest, Instant newest);
  const char* why_wrong() const { return row_.wrong_; }
  void clear();

  bool empty() const { return facts.rows == 0; }
  std::string_view rows() const { return {bytes_.data(), size_}; }
  std::size_t capacity() const { return bytes_.size(); }

  BatchFacts facts;

 private:
  std::vector<char> bytes_;
  std::size_t size_ = 0;
  Row row_;
};

/// The part of `rows` that begins at row `first` and has `count` of them.
std::string_view rows_between(std::string_view rows, std::size_t first, std::size_t count);

}  // namespace plimsoll
