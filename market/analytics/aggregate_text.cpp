#include "analytics/aggregate_text.h"

#include <algorithm>

#include "analytics/decimal_text.h"

namespace plimsoll::market {

std::span<const AggregateText::Field, AggregateText::kFields> AggregateText::of(
    const SecondAggregate& aggregate) {
  char* at = buffer_.data();
  std::size_t next = 0;
  const auto text = [&](std::string_view name, std::string_view value) {
    fields_[next++] = {name, value};
  };
  const auto written = [&](std::string_view name, char* end) {
    text(name, {at, static_cast<std::size_t>(end - at)});
    at = end;
  };
  const auto symbol = aggregate.symbol.text();
  written("symbol", std::copy(symbol.begin(), symbol.end(), at));
  written("open", write_decimal(at, aggregate.open.units));
  written("high", write_decimal(at, aggregate.high.units));
  written("low", write_decimal(at, aggregate.low.units));
  written("close", write_decimal(at, aggregate.close.units));
  written("volume", write_whole(at, aggregate.volume));
  written("volume_accumulated", write_whole(at, aggregate.volume_accumulated));
  written("vwap", write_decimal(at, aggregate.vwap.units));
  written("avg_trade_size", write_whole(at, aggregate.avg_trade_size));
  written("timestamp_start", write_whole(at, aggregate.start.time_since_epoch().count()));
  written("timestamp_end", write_whole(at, aggregate.end.time_since_epoch().count()));
  text("otc", aggregate.otc ? "true" : "false");
  return fields_;
}

}  // namespace plimsoll::market
