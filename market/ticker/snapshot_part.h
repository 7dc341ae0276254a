#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ticker/quote.h"

// One entry of the stream `snapshots:raw`: a part of a cycle. The layout is in
// docs/snapshot-records.md, with the Python that reads it; a change of it is a new version.
namespace plimsoll::market {

/// What a part says of itself. A cycle is whole once all of `parts` have been seen.
struct SnapshotPart {
  std::uint64_t cycle = 0;  ///< rises by one each cycle of a feed
  std::uint32_t part = 0;   ///< from 0
  std::uint32_t parts = 1;
  Millis taken_at{};

  friend bool operator==(const SnapshotPart&, const SnapshotPart&) = default;
};

constexpr std::string_view kSnapshotVersion = "1";
constexpr std::size_t kRecordBytes = 88;
constexpr std::size_t kTickersPerPart = 500;       ///< unless a service is told otherwise
constexpr std::size_t kMostTickersPerPart = 4096;  ///< an entry with more is refused
constexpr std::uint32_t kMostParts = 4096;

constexpr std::uint32_t parts_of(std::size_t tickers, std::size_t per_part = kTickersPerPart) {
  return static_cast<std::uint32_t>(tickers == 0 ? 1 : (tickers + per_part - 1) / per_part);
}

/// Whether a record can hold it: a symbol, times since 1970, volumes of nothing or more, prices of
/// 0 to 42,949,672.95 dollars.
bool fits_record(const Quote& quote);

/// Writes entries into buffers of its own, which are kept: no allocation once warm.
class SnapshotPartWriter {
 public:
  /// Names and values by turns, in the order of the layout.
  using Fields = std::array<std::string_view, 14>;

  /// The entry's fields: views into this object until the next call. Takes at most
  /// kMostTickersPerPart quotes; one that does not fit a record is left out and counted.
  /// Any price above 429,496.7295 dollars makes its record one of cents: each price of it is
  /// rounded to the nearest cent, half a cent up.
  const Fields& encode(const SnapshotPart& part, std::span<const Quote> quotes);
  std::uint64_t left_out() const { return left_out_; }  ///< since this object began

 private:
  std::string_view number(std::size_t field, std::uint64_t value);

  std::array<std::array<char, 20>, 5> digits_{};
  std::string records_;
  Fields fields_{};
  std::uint64_t left_out_ = 0;
};

/// An entry's values as they were read, before anything is believed.
struct SnapshotEntry {
  std::string_view version, cycle, part, parts, taken_at, count, records;

  /// Takes the fields it knows; others are ignored. False: not one of ours.
  bool set(std::string_view name, std::string_view value);
};

/// The part and its quotes, which replace what `quotes` holds (its room is reused). Errors:
/// unsupported (another version), malformed (a number that is none, more tickers than an entry may
/// have, records cut short, a record that no encoder writes); `quotes` is empty then.
Result<SnapshotPart> decode(const SnapshotEntry& entry, std::vector<Quote>& quotes);

}  // namespace plimsoll::market
