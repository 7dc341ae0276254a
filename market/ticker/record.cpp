#include "ticker/record.h"

#include <algorithm>
#include <array>
#include <limits>
#include <type_traits>

namespace plimsoll::market {
namespace {

constexpr std::uint16_t kFlagOtc = 1U << 0U;
constexpr std::uint16_t kFlagCents = 1U << 1U;
constexpr std::int64_t kUnitsPerCent = Price::kPerDollar / 100;
constexpr std::int64_t kMostUnits = std::numeric_limits<std::uint32_t>::max();
constexpr std::int64_t kMostUnitsInCents = kMostUnits * kUnitsPerCent;
/// The end of the year 9999: a later time would not survive being counted in microseconds.
constexpr std::int64_t kMostMillis = 253'402'300'799'999;

constexpr std::array kPrices{&Quote::last,      &Quote::bid,      &Quote::ask,
                             &Quote::day_open,  &Quote::day_high, &Quote::day_low,
                             &Quote::day_close, &Quote::vwap,     &Quote::prev_close};
constexpr std::array kVolumes{&Quote::day_volume, &Quote::volume_today, &Quote::prev_volume};
constexpr std::array kMinute{&Quote::minute_volume, &Quote::minute_trades};

constexpr std::size_t kFlagsAt = Symbol::kCapacity;
constexpr std::size_t kTimeAt = kFlagsAt + 2;
constexpr std::size_t kPricesAt = kTimeAt + 8;
constexpr std::size_t kVolumesAt = kPricesAt + 4 * kPrices.size();
constexpr std::size_t kMinuteAt = kVolumesAt + 8 * kVolumes.size();
static_assert(kMinuteAt + 4 * kMinute.size() == kRecordBytes);

/// Little-endian whatever the machine; compilers make one move of it.
template <typename Number>
void put(char* into, Number number) {
  const auto bits = static_cast<std::make_unsigned_t<Number>>(number);
  for (std::size_t i = 0; i < sizeof bits; ++i) into[i] = static_cast<char>(bits >> (8 * i));
}

template <typename Number>
Number take(const char* from) {
  std::make_unsigned_t<Number> bits = 0;
  for (std::size_t i = 0; i < sizeof bits; ++i) {
    bits = static_cast<decltype(bits)>(
        bits | static_cast<decltype(bits)>(static_cast<unsigned char>(from[i])) << (8 * i));
  }
  return static_cast<Number>(bits);
}

constexpr bool is_symbol_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view{".-/^+="}.find(c) != std::string_view::npos;
}
constexpr auto kIsSymbolLetter = [] {
  std::array<bool, 256> table{};
  for (int c = 0; c < 128; ++c)
    table[static_cast<std::size_t>(c)] = is_symbol_letter(static_cast<char>(c));
  return table;
}();

}  // namespace

bool is_symbol(std::string_view text) {
  return Symbol::fits(text) && std::all_of(text.begin(), text.end(), [](char c) {
           return kIsSymbolLetter[static_cast<unsigned char>(c)];
         });
}

namespace {

/// Letters, then nothing but NUL.
bool is_well_formed(const Symbol& symbol) {
  const auto text = symbol.text();
  return is_symbol(text) &&
         std::all_of(symbol.bytes.begin() + static_cast<std::ptrdiff_t>(text.size()),
                     symbol.bytes.end(), [](char c) { return c == '\0'; });
}

bool is_time(std::int64_t ms) { return ms >= 0 && ms <= kMostMillis; }

}  // namespace

bool fits_record(const Quote& quote) {
  const auto holds = [&](auto members, auto fits) {
    return std::all_of(members.begin(), members.end(),
                       [&](auto member) { return fits(quote.*member); });
  };
  const auto not_negative = [](std::int64_t count) { return count >= 0; };
  return is_well_formed(quote.symbol) && is_time(quote.exchange_time.time_since_epoch().count()) &&
         holds(kPrices,
               [](Price price) { return price.units >= 0 && price.units <= kMostUnitsInCents; }) &&
         holds(kVolumes, not_negative) && holds(kMinute, not_negative);
}

void put_record(const Quote& quote, char* into) {
  std::int64_t highest = 0;
  for (const auto price : kPrices) highest = std::max(highest, (quote.*price).units);
  const bool cents = highest > kMostUnits;
  std::copy(quote.symbol.bytes.begin(), quote.symbol.bytes.end(), into);
  put(into + kFlagsAt,
      static_cast<std::uint16_t>((quote.otc ? kFlagOtc : 0) | (cents ? kFlagCents : 0)));
  put(into + kTimeAt, std::int64_t{quote.exchange_time.time_since_epoch().count()});
  char* at = into + kPricesAt;
  for (const auto price : kPrices) {
    const auto units = (quote.*price).units;
    // The largest that fits rounds to itself, so nothing overflows here.
    put(at,
        static_cast<std::uint32_t>(cents ? (units + kUnitsPerCent / 2) / kUnitsPerCent : units));
    at += 4;
  }
  for (const auto volume : kVolumes) {
    put(at, quote.*volume);
    at += 8;
  }
  for (const auto count : kMinute) {
    put(at, static_cast<std::uint32_t>(quote.*count));
    at += 4;
  }
}

bool take_record(const char* from, Quote& quote) {
  std::copy_n(from, Symbol::kCapacity, quote.symbol.bytes.begin());
  const auto flags = take<std::uint16_t>(from + kFlagsAt);
  const auto time = take<std::int64_t>(from + kTimeAt);
  quote.otc = (flags & kFlagOtc) != 0;
  quote.exchange_time = Millis{std::chrono::milliseconds{time}};
  bool sound = is_well_formed(quote.symbol) && is_time(time) && flags <= (kFlagOtc | kFlagCents);
  const std::int64_t scale = (flags & kFlagCents) != 0 ? kUnitsPerCent : 1;
  const char* at = from + kPricesAt;
  for (const auto price : kPrices) {
    (quote.*price).units = take<std::uint32_t>(at) * scale;
    at += 4;
  }
  for (const auto volume : kVolumes) {
    quote.*volume = take<std::int64_t>(at);
    sound = sound && quote.*volume >= 0;
    at += 8;
  }
  for (const auto count : kMinute) {
    quote.*count = take<std::int32_t>(at);
    sound = sound && quote.*count >= 0;
    at += 4;
  }
  return sound;
}

}  // namespace plimsoll::market
