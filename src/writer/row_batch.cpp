#include "writer/row_batch.h"

#include <algorithm>

namespace plimsoll {
namespace {

std::int32_t number_at(std::string_view bytes, std::size_t at, int size) {
  std::uint32_t number = 0;
  for (int i = 0; i < size; ++i)
    number = (number << 8U) | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]);
  return static_cast<std::int32_t>(number);
}

std::size_t end_of_row(std::string_view rows, std::size_t at) {
  const auto fields = number_at(rows, at, 2);
  at += 2;
  for (std::int32_t i = 0; i < fields; ++i)
    at += 4 + static_cast<std::size_t>(std::max(0, number_at(rows, at, 4)));
  return at;
}

}  // namespace

Row& RowBatch::begin() {
  row_.begin(bytes_.data() + size_, bytes_.data() + bytes_.size());
  return row_;
}

RowBatch::End RowBatch::end(Instant oldest, Instant newest) {
  if (row_.wrong_ == nullptr && row_.column_ < row_.shape_->columns.size())
    row_.wrong_ = "fewer values than columns";
  if (row_.wrong_ == nullptr && row_.overflow_ && empty()) row_.wrong_ = "larger than a batch";
  if (row_.wrong_ != nullptr) return End::wrong;
  if (*row_.time_ < oldest || *row_.time_ > newest) return End::outside;
  if (row_.overflow_) return End::full;
  size_ = static_cast<std::size_t>(row_.at_ - bytes_.data());
  facts.first = empty() ? *row_.time_ : std::min(facts.first, *row_.time_);
  facts.last = empty() ? *row_.time_ : std::max(facts.last, *row_.time_);
  ++facts.rows;
  return End::taken;
}

void RowBatch::clear() {
  facts = {};
  size_ = 0;
}

std::string_view rows_between(std::string_view rows, std::size_t first, std::size_t count) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < first; ++i) begin = end_of_row(rows, begin);
  std::size_t end = begin;
  for (std::size_t i = 0; i < count; ++i) end = end_of_row(rows, end);
  return rows.substr(begin, end - begin);
}

}  // namespace plimsoll
