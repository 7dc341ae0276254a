#include "feed/minute_files.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "ticker/record.h"

namespace plimsoll::market {
namespace {

constexpr std::string_view kMinuteHeader =
    "ticker,volume,open,close,high,low,window_start,transactions";
constexpr std::size_t kColumns = 8;
constexpr std::size_t kMostTickers = 65'536;
constexpr std::int64_t kNanosInMilli = 1'000'000;
constexpr double kMostDollars = 42'949'672.95;
constexpr double kMostShares = 9e15;

/// Empty for anything but a number from 0 to `most`.
std::optional<double> column_number(std::string_view text, double most) {
  const auto number = parse_double(text);
  if (!number || !(*number >= 0 && *number <= most)) return std::nullopt;
  return number;
}

std::string_view without_return(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

tl::unexpected<Error> file_failure(ErrorCode code, const std::filesystem::path& path, Text why) {
  return failure(code, say("{}: {}", "{}: {}", {printable(path.string()), std::move(why)}));
}

}  // namespace

Result<Next> MinuteFiles::next(Cycle& into) {
  into.quotes.clear();
  into.unreadable = 0;
  while (at_ == rows_.size()) {
    if (next_day_ == days_.size()) return Next::over;
    begin_day();
    if (auto loaded = load(days_[next_day_++]); !loaded) {
      rows_.clear();
      at_ = 0;
      return failure(loaded.error());
    }
  }
  const auto minute = rows_[at_].minute_ms;
  for (; at_ < rows_.size() && rows_[at_].minute_ms == minute; ++at_) apply(rows_[at_]);
  into.taken_at = Millis{std::chrono::milliseconds{minute} + std::chrono::minutes{1}};
  into.quotes.assign(quotes_.begin(), quotes_.end());
  into.unreadable = std::exchange(unreadable_, 0);
  return Next::cycle;
}

void MinuteFiles::begin_day() {
  for (auto& quote : quotes_) {
    Quote fresh;
    fresh.symbol = quote.symbol;
    fresh.exchange_time = quote.exchange_time;
    fresh.prev_close = quote.price();
    fresh.prev_volume = quote.day_volume > 0 ? quote.day_volume : quote.prev_volume;
    quote = fresh;
  }
}

Result<void> MinuteFiles::load(const std::filesystem::path& path) {
  rows_.clear();
  at_ = 0;
  std::ifstream file{path};
  std::string line;
  if (!file)
    return file_failure(ErrorCode::unreachable, path, say("cannot be read", "no se puede leer"));
  if (!std::getline(file, line) || without_return(line) != kMinuteHeader) {
    return file_failure(ErrorCode::malformed, path,
                        say("its first line is not '{}'", "su primera línea no es '{}'",
                            {std::string{kMinuteHeader}}));
  }
  while (std::getline(file, line)) {
    if (!take(without_return(line))) ++unreadable_;
    if (rows_.size() > kMostRows) {
      return file_failure(ErrorCode::malformed, path,
                          say("it has more than {} rows", "tiene más de {} filas",
                              {static_cast<std::int64_t>(kMostRows)}));
    }
  }
  std::stable_sort(rows_.begin(), rows_.end(),
                   [](const Row& a, const Row& b) { return a.minute_ms < b.minute_ms; });
  return {};
}

bool MinuteFiles::take(std::string_view line) {
  const auto columns = split(line, ',');
  if (columns.size() != kColumns || !is_symbol(columns[0])) return false;
  const auto volume = column_number(columns[1], kMostShares);
  const auto open = column_number(columns[2], kMostDollars);
  const auto close = column_number(columns[3], kMostDollars);
  const auto high = column_number(columns[4], kMostDollars);
  const auto low = column_number(columns[5], kMostDollars);
  const auto start = parse_int(columns[6]);
  const auto trades = column_number(columns[7], INT32_MAX);
  if (!volume || !open || !close || !high || !low || !start || *start < 0 || !trades) return false;
  const auto symbol = Symbol::of(columns[0]);
  auto place = places_.find(symbol);
  if (place == places_.end()) {
    if (quotes_.size() == kMostTickers) return false;
    place = places_.emplace(symbol, static_cast<std::uint32_t>(quotes_.size())).first;
    quotes_.emplace_back().symbol = symbol;
  }
  rows_.push_back({*start / kNanosInMilli, place->second, static_cast<std::int32_t>(*trades),
                   static_cast<std::int64_t>(*volume + 0.5), Price::dollars(*open),
                   Price::dollars(*close), Price::dollars(*high), Price::dollars(*low)});
  return true;
}

void MinuteFiles::apply(const Row& row) {
  auto& quote = quotes_[row.ticker];
  if (quote.day_open.units == 0) {
    quote.day_open = row.open;
    quote.day_low = row.low;
  }
  quote.day_high = std::max(quote.day_high, row.high);
  quote.day_low = std::min(quote.day_low, row.low);
  quote.day_close = row.close;
  quote.last = row.close;
  quote.exchange_time = Millis{std::chrono::milliseconds{row.minute_ms} + std::chrono::minutes{1}};
  // A bar has no VWAP of its own: the mean of its four prices stands for it.
  const double mean =
      static_cast<double>(row.open.units + row.high.units + row.low.units + row.close.units) / 4;
  const double before =
      static_cast<double>(quote.vwap.units) * static_cast<double>(quote.day_volume);
  quote.day_volume += row.volume;
  if (quote.day_volume > 0) {
    quote.vwap.units = static_cast<std::int64_t>((before + mean * static_cast<double>(row.volume)) /
                                                     static_cast<double>(quote.day_volume) +
                                                 0.5);
  }
  quote.volume_today = quote.day_volume;
  quote.minute_volume = static_cast<std::int32_t>(std::min<std::int64_t>(row.volume, INT32_MAX));
  quote.minute_trades = row.trades;
}

}  // namespace plimsoll::market
