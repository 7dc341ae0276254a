#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "feed/feed.h"

namespace plimsoll::market {

/// Plays days of the vendor's flat files, unpacked: CSV with the header
/// ticker,volume,open,close,high,low,window_start,transactions (nanoseconds since 1970), one row a
/// ticker and minute, in any order. One file a day, oldest first; each gives the next its closes
/// and volumes of yesterday. A cycle is a minute in which anything traded, as it ended.
///
/// Rows that make no sense are left out and counted in the cycle that comes next. As fast as
/// possible. Memory: 56 bytes a row of one day, of at most `kMostRows`, and 200 a ticker, of at
/// most 65,536.
class MinuteFiles final : public Feed {
 public:
  static constexpr std::size_t kMostRows = 4'000'000;

  explicit MinuteFiles(std::vector<std::filesystem::path> days) : days_{std::move(days)} {}

  Deadline due() const override { return Deadline::min(); }
  /// Errors: unreachable (no such file), malformed (another header, too many rows); that day is
  /// skipped then.
  Result<Next> next(Cycle& into) override;

 private:
  struct Row {
    std::int64_t minute_ms = 0;
    std::uint32_t ticker = 0;  ///< its place in quotes_
    std::int32_t trades = 0;
    std::int64_t volume = 0;
    Price open, close, high, low;
  };
  Result<void> load(const std::filesystem::path& path);
  /// False: a row that makes no sense.
  bool take(std::string_view line);
  void begin_day();
  void apply(const Row& row);

  std::vector<std::filesystem::path> days_;
  std::size_t next_day_ = 0;
  std::vector<Row> rows_;
  std::size_t at_ = 0;
  struct SymbolHash {
    std::size_t operator()(const Symbol& symbol) const {
      return std::hash<std::string_view>{}(symbol.text());
    }
  };
  std::unordered_map<Symbol, std::uint32_t, SymbolHash> places_;
  std::vector<Quote> quotes_;
  std::uint32_t unreadable_ = 0;
};

}  // namespace plimsoll::market
