#include "scanner/message_text.h"

#include "analytics/decimal_text.h"

namespace plimsoll::market {

std::span<const EntryField, MessageText::kFields> MessageText::of(const ListMessage& message) {
  char* at = buffer_.data();
  const auto written = [&](char* end) {
    const std::string_view text{at, static_cast<std::size_t>(end - at)};
    at = end;
    return text;
  };
  const bool snapshot = message.snapshot;
  fields_[0] = {"type", snapshot ? "snapshot" : "delta"};
  fields_[1] = {"list", name_of(message.list)};
  fields_[2] = {"sequence", written(write_whole(at, static_cast<std::int64_t>(message.sequence)))};
  fields_[3] = {snapshot ? "rows" : "deltas", message.json};
  fields_[4] = {"timestamp", written(write_instant(at, message.at.time_since_epoch().count()))};
  fields_[5] = {snapshot ? "count" : "change_count", written(write_whole(at, message.count))};
  return fields_;
}

std::string_view MessageText::json_of(const ListMessage& message) {
  json_.clear();
  const auto add = [this](const EntryField& field, bool quoted) {
    json_.add(json_.size() == 0 ? "{\"" : ",\"");
    json_.add(field.first);
    json_.add("\":");
    if (quoted) {
      json_.add_quoted(field.second);
    } else {
      json_.add(field.second);
    }
  };
  const auto fields = of(message);
  add(fields[0], true);
  add(fields[1], true);
  add(fields[2], false);
  add(fields[3], false);
  add(fields[4], true);
  add(fields[5], false);
  json_.add("}");
  return json_.view();
}

std::span<const EntryField, FilteredText::kFields> FilteredText::of(const ScannerRow& row,
                                                                    std::string_view row_json) {
  char* at = buffer_.data();
  const auto written = [&](bool known, auto write, std::int64_t value) {
    char* const end = known ? write(at, value) : at;
    const std::string_view text{at, static_cast<std::size_t>(end - at)};
    at = end;
    return text;
  };
  const auto& metrics = row.metrics;
  fields_[0] = {"symbol", row.quote.symbol.text()};
  fields_[1] = {"price", written(true, write_decimal, metrics.price.units)};
  fields_[2] = {"volume_accumulated", written(true, write_whole, metrics.volume_today)};
  fields_[3] = {"vwap", written(row.quote.vwap.units > 0, write_decimal, row.quote.vwap.units)};
  fields_[4] = {"rvol", written(metrics.rvol.known(), write_decimal, metrics.rvol.units)};
  fields_[5] = {"score", written(true, write_decimal, metrics.score.units)};
  fields_[6] = {"data", row_json};
  return fields_;
}

}  // namespace plimsoll::market
