#pragma once

#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "scanner/ranking_feed.h"

namespace plimsoll::market {

using EntryField = std::pair<std::string_view, std::string_view>;

/// A message as the entry of stream:ranking:deltas: type, list, sequence, deltas or rows,
/// timestamp, change_count or count. Reuses its buffer; valid until the next call, and no longer
/// than the message's JSON.
class MessageText {
 public:
  static constexpr std::size_t kFields = 6;
  std::span<const EntryField, kFields> of(const ListMessage& message);
  /// The same as one JSON object: {"type":"delta","list":…,"sequence":7,"deltas":[…],…}.
  std::string_view json_of(const ListMessage& message);

 private:
  std::array<char, 128> buffer_{};
  std::array<EntryField, kFields> fields_{};
  JsonText json_;
};

/// A row as the entry of tickers:filtered: symbol, price, volume_accumulated, vwap, rvol, score,
/// data. An unknown number is an empty text. Valid as above.
class FilteredText {
 public:
  static constexpr std::size_t kFields = 7;
  std::span<const EntryField, kFields> of(const ScannerRow& row, std::string_view row_json);

 private:
  std::array<char, 160> buffer_{};
  std::array<EntryField, kFields> fields_{};
};

}  // namespace plimsoll::market
