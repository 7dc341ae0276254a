#include "writer/table_row.h"

#include <array>
#include <bit>
#include <cstring>

namespace plimsoll {
namespace {

constexpr std::chrono::sys_days kPostgresEpoch{std::chrono::year{2000} / 1 / 1};
constexpr std::int32_t kTextOid = 25;

template <typename T>
char* put_number(char* at, T value) {
  for (int shift = (static_cast<int>(sizeof(T)) - 1) * 8; shift >= 0; shift -= 8)
    *at++ = static_cast<char>(static_cast<std::make_unsigned_t<T>>(value) >> shift);
  return at;
}

/// Characters of valid UTF-8 without zero bytes; -1 for anything else.
std::ptrdiff_t characters_of(std::string_view text) {
  std::ptrdiff_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++count) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c != 0 && c < 0x80) {
      ++i;
      continue;
    }
    const std::size_t length = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
    if (c < 0xC2 || c > 0xF4 || text.size() - i < length) return -1;
    std::uint32_t point = c & (0xFFU >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xC0U) != 0x80) return -1;
      point = (point << 6U) | (next & 0x3FU);
    }
    const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
    if (overlong || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return -1;
    i += length;
  }
  return count;
}

constexpr std::array<std::int64_t, 19> kPowers = [] {
  std::array<std::int64_t, 19> powers{};
  std::int64_t power = 1;
  for (auto& each : powers) {
    each = power;
    if (power < 1'000'000'000'000'000'000) power *= 10;
  }
  return powers;
}();

/// numeric as the server stores it: digits of base 10,000 around the point.
struct NumericDigits {
  std::array<std::int16_t, 12> digits{};
  std::size_t count = 0;
  std::int16_t weight = 0;
};

/// `units` is not negative, in 10^-scale.
NumericDigits digits_of_units(std::uint64_t units, int scale) {
  const auto power = static_cast<std::uint64_t>(kPowers[static_cast<std::size_t>(scale)]);
  const std::uint64_t whole = units / power;
  const int groups = (scale + 3) / 4;
  // The fraction padded to whole groups does not fit 64 bits from 17 digits on, so group by group.
  std::uint64_t fraction = units % power;
  NumericDigits number;
  std::array<std::int16_t, 5> high{};
  std::size_t highs = 0;
  for (std::uint64_t rest = whole; rest > 0; rest /= 10'000)
    high[highs++] = static_cast<std::int16_t>(rest % 10'000);
  number.weight = static_cast<std::int16_t>(static_cast<int>(highs) - 1);
  while (highs > 0) number.digits[number.count++] = high[--highs];
  std::uint64_t unit = power;
  for (int group = 0; group < groups; ++group) {
    std::uint64_t digit = 0;
    for (int place = 0; place < 4; ++place) {
      unit /= 10;
      digit = digit * 10 + (unit > 0 ? fraction / unit : 0);
      fraction = unit > 0 ? fraction % unit : 0;
    }
    number.digits[number.count++] = static_cast<std::int16_t>(digit);
  }
  return number;
}

void strip_zeros(NumericDigits& number, std::size_t& first) {
  while (first < number.count && number.digits[first] == 0) {
    ++first;
    --number.weight;
  }
  while (number.count > first && number.digits[number.count - 1] == 0) --number.count;
  if (number.count == first) number.weight = 0;
}

}  // namespace

Row::Row(const TableShape& shape) : shape_{&shape} {
  for (std::size_t i = 0; i < shape.columns.size(); ++i) {
    if (shape.columns[i].name == shape.time_column) time_index_ = i;
  }
}

void Row::begin(char* at, char* end) {
  at_ = at;
  end_ = end;
  column_ = 0;
  overflow_ = end - at < 2;
  wrong_ = nullptr;
  time_.reset();
  if (!overflow_) at_ = put_number(at_, static_cast<std::int16_t>(shape_->columns.size()));
}

bool Row::expect(ColumnType type) {
  if (wrong_ != nullptr) return false;
  if (column_ >= shape_->columns.size()) {
    wrong_ = "more values than columns";
    return false;
  }
  if (shape_->columns[column_].type != type) {
    wrong_ = "a value of another type than its column";
    return false;
  }
  return true;
}

char* Row::field(ColumnType type, std::int32_t size) {
  if (!expect(type)) return nullptr;
  ++column_;
  if (overflow_ || end_ - at_ < 4 + std::ptrdiff_t{size}) {
    overflow_ = true;
    return nullptr;
  }
  char* const value = put_number(at_, size);
  at_ = value + size;
  return value;
}

Row& Row::null() {
  if (wrong_ != nullptr) return *this;
  if (column_ >= shape_->columns.size()) {
    wrong_ = "more values than columns";
  } else if (shape_->columns[column_].not_null) {
    wrong_ = "null in a column that is not null";
  } else if (overflow_ || end_ - at_ < 4) {
    overflow_ = true;
    ++column_;
  } else {
    at_ = put_number(at_, std::int32_t{-1});
    ++column_;
  }
  return *this;
}

Row& Row::timestamptz(Instant instant) {
  if (column_ == time_index_) time_ = instant;
  const auto since =
      instant - std::chrono::time_point_cast<std::chrono::microseconds>(kPostgresEpoch);
  if (char* at = field(ColumnType::timestamptz, 8)) put_number(at, std::int64_t{since.count()});
  return *this;
}

Row& Row::date(std::chrono::sys_days day) {
  if (column_ == time_index_) time_ = Instant{day};
  if (char* at = field(ColumnType::date, 4))
    put_number(at, static_cast<std::int32_t>((day - kPostgresEpoch).count()));
  return *this;
}

Row& Row::time(std::chrono::microseconds since_midnight) {
  if (since_midnight < std::chrono::microseconds{0} || since_midnight > kOneDay)
    wrong_ = "a time that is none of a day";
  if (char* at = field(ColumnType::time, 8)) put_number(at, std::int64_t{since_midnight.count()});
  return *this;
}

Row& Row::int4(std::int32_t value) {
  if (char* at = field(ColumnType::int4, 4)) put_number(at, value);
  return *this;
}

Row& Row::int8(std::int64_t value) {
  if (char* at = field(ColumnType::int8, 8)) put_number(at, value);
  return *this;
}

Row& Row::float8(double value) {
  if (char* at = field(ColumnType::float8, 8)) put_number(at, std::bit_cast<std::int64_t>(value));
  return *this;
}

Row& Row::numeric(std::int64_t units, int scale) {
  if (!expect(ColumnType::numeric)) return *this;
  const Column& column = shape_->columns[column_];
  std::uint64_t amount =
      units < 0 ? 0 - static_cast<std::uint64_t>(units) : static_cast<std::uint64_t>(units);
  if (scale < 0 || scale > 18) {
    wrong_ = "a numeric of a scale that is none";
    return *this;
  }
  if (scale > column.scale) {
    const auto power =
        static_cast<std::uint64_t>(kPowers[static_cast<std::size_t>(scale - column.scale)]);
    amount = amount / power + (amount % power >= power - amount % power ? 1 : 0);
    scale = column.scale;
  }
  const auto limit =
      static_cast<std::uint64_t>(kPowers[static_cast<std::size_t>(column.precision)]);
  for (; scale < column.scale && amount < limit; ++scale) amount *= 10;
  if (amount >= limit) wrong_ = "a numeric of more digits than its column has";
  if (wrong_ != nullptr) return *this;

  auto number = digits_of_units(amount, column.scale);
  std::size_t first = 0;
  strip_zeros(number, first);
  const auto count = number.count - first;
  char* at = field(ColumnType::numeric, static_cast<std::int32_t>(8 + 2 * count));
  if (at == nullptr) return *this;
  at = put_number(at, static_cast<std::int16_t>(count));
  at = put_number(at, number.weight);
  at = put_number(at, static_cast<std::int16_t>(units < 0 && count > 0 ? 0x4000 : 0));
  at = put_number(at, static_cast<std::int16_t>(column.scale));
  for (std::size_t i = first; i < number.count; ++i) at = put_number(at, number.digits[i]);
  return *this;
}

Row& Row::text(std::string_view value) {
  if (wrong_ != nullptr) return *this;
  const bool bounded =
      column_ < shape_->columns.size() && shape_->columns[column_].type == ColumnType::varchar;
  const auto characters = characters_of(value);
  if (characters < 0) wrong_ = "a text that is no UTF-8, or holds a zero byte";
  if (bounded && characters > shape_->columns[column_].length)
    wrong_ = "a text longer than its column";
  char* const at = field(bounded ? ColumnType::varchar : ColumnType::text,
                         static_cast<std::int32_t>(value.size()));
  if (at != nullptr) std::memcpy(at, value.data(), value.size());
  return *this;
}

Row& Row::text_array(std::span<const std::string_view> values) {
  std::size_t size = values.empty() ? 12 : 20;
  for (const auto& value : values) {
    size += 4 + value.size();
    if (characters_of(value) < 0) wrong_ = "a text that is no UTF-8, or holds a zero byte";
  }
  char* at = field(ColumnType::text_array, static_cast<std::int32_t>(size));
  if (at == nullptr) return *this;
  at = put_number(at, std::int32_t{values.empty() ? 0 : 1});
  at = put_number(at, std::int32_t{0});  // no nulls
  at = put_number(at, kTextOid);
  if (values.empty()) return *this;
  at = put_number(at, static_cast<std::int32_t>(values.size()));
  at = put_number(at, std::int32_t{1});  // begins at 1
  for (const auto& value : values) {
    at = put_number(at, static_cast<std::int32_t>(value.size()));
    std::memcpy(at, value.data(), value.size());
    at += value.size();
  }
  return *this;
}

Row& Row::jsonb(std::string_view json) {
  if (wrong_ == nullptr && characters_of(json) < 0)
    wrong_ = "a text that is no UTF-8, or holds a zero byte";
  char* const at = field(ColumnType::jsonb, static_cast<std::int32_t>(json.size() + 1));
  if (at == nullptr) return *this;
  *at = 1;  // the format's version
  std::memcpy(at + 1, json.data(), json.size());
  return *this;
}

}  // namespace plimsoll
