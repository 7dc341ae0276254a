#include "scanner/row_json.h"

#include <cstdlib>

#include "analytics/atr.h"
#include "analytics/decimal_text.h"

namespace plimsoll::market {
namespace {

constexpr std::size_t kMostNumbersOfRow = 2048;  // 32 names and numbers, far less in truth
constexpr std::size_t kUsualRow = 1400;

/// Writes fields into room that is known to be enough.
class FieldWriter {
 public:
  explicit FieldWriter(char* at) : at_{at} {}
  char* end() const { return at_; }

  void text(std::string_view text) {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void price(std::string_view name, Price value) {
    text(name);
    if (value.units > 0) {
      at_ = write_decimal(at_, value.units);
    } else {
      text("null");
    }
  }
  void decimal(std::string_view name, Decimal value) {
    text(name);
    if (value.known()) {
      at_ = write_decimal(at_, value.units);
    } else {
      text("null");
    }
  }
  void whole(std::string_view name, std::int64_t value) {
    text(name);
    at_ = write_whole(at_, value);
  }
  void instant(std::string_view name, Millis value) {
    text(name);
    *at_++ = '"';
    at_ = write_instant(at_, value.time_since_epoch().count());
    *at_++ = '"';
  }

 private:
  char* at_;
};

std::string_view gap_class_of(Decimal gap) {
  if (!gap.known()) return "null";
  const auto size = std::abs(gap.units);
  if (size < 2 * Decimal::kOne) return "\"SMALL\"";
  if (size < 5 * Decimal::kOne) return "\"MEDIUM\"";
  return size < 10 * Decimal::kOne ? "\"LARGE\"" : "\"EXTREME\"";
}

/// Of the first value, how much lies between the two others, in percent; unknown where they are
/// equal or one is not there.
Decimal share_between(Price value, Price from, Price to) {
  constexpr std::int64_t kScale = 100 * Decimal::kOne;
  if (from.units <= 0 || to.units <= 0 || from == to) return {};
  if (from.units > kMostPriceUnits || to.units > kMostPriceUnits) return {};
  const bool up = to > from;
  const auto whole = up ? to.units - from.units : from.units - to.units;
  const auto part = up ? value.units - from.units : from.units - value.units;
  return {divide_rounded(part * kScale, whole)};
}

void write_prices(FieldWriter& out, const ScannerRow& row) {
  const auto& quote = row.quote;
  out.instant(",\"timestamp\":", quote.exchange_time);
  out.price(",\"price\":", row.metrics.price);
  out.price(",\"bid\":", quote.bid);
  out.price(",\"ask\":", quote.ask);
  out.whole(",\"volume\":", quote.minute_volume);
  out.whole(",\"volume_today\":", row.metrics.volume_today);
  out.price(",\"open\":", quote.day_open);
  out.price(",\"high\":", quote.day_high);
  out.price(",\"low\":", quote.day_low);
  out.price(",\"intraday_high\":", row.figures.intraday_high);
  out.price(",\"intraday_low\":", row.figures.intraday_low);
  out.price(",\"prev_close\":", quote.prev_close);
  out.whole(",\"prev_volume\":", quote.prev_volume);
  const auto change = row.metrics.price.units - quote.prev_close.units;
  out.decimal(",\"change\":", quote.prev_close.units > 0 ? Decimal{change} : Decimal{});
  out.decimal(",\"change_percent\":", row.metrics.change_percent);
  out.text(",");
}

void write_figures(FieldWriter& out, const ScannerRow& row, Session session) {
  const auto& metrics = row.metrics;
  out.decimal(",\"rvol\":", metrics.rvol);
  out.decimal(",\"rvol_slot\":", row.figures.rvol);
  out.decimal(",\"atr\":", row.figures.atr);
  out.decimal(",\"atr_percent\":", atr_percent_of(row.figures.atr, metrics.price));
  out.decimal(",\"price_from_high\":", metrics.price_from_high);
  out.decimal(",\"price_from_low\":", metrics.price_from_low);
  out.decimal(",\"price_vs_vwap\":", percent_from(metrics.price.units, row.quote.vwap.units));
  out.text(",\"session\":\"");
  out.text(name_of(session));
  out.decimal("\",\"score\":", metrics.score);
  out.whole(",\"rank\":", row.rank);
  out.text(",\"filters_matched\":[");
}

void write_gaps(FieldWriter& out, const ScannerRow& row, Session session) {
  const auto& quote = row.quote;
  const auto price = row.metrics.price;
  const bool after = session == Session::post_market;
  out.decimal("\"gap_from_prev_close\":", row.metrics.change_percent);
  out.decimal(",\"gap_from_open\":", row.metrics.gap_from_open);
  out.decimal(",\"gap_post_market\":",
              after ? percent_from(price.units, quote.day_close.units) : Decimal{});
  out.text(",\"gap_class\":");
  out.text(gap_class_of(row.metrics.change_percent));
  out.decimal(",\"position_in_range\":", share_between(price, quote.day_low, quote.day_high));
  out.decimal(",\"gap_fill_progress\":", share_between(price, quote.day_open, quote.prev_close));
}

void add_count(JsonText& to, std::string_view name, const std::optional<std::int64_t>& count) {
  to.add(name);
  if (count) {
    to.add_whole(*count);
  } else {
    to.add("null");
  }
}

void add_name(JsonText& to, std::string_view name, std::string_view value) {
  to.add(name);
  if (value.empty()) {
    to.add("null");
  } else {
    to.add_quoted(value.substr(0, Names::kMostBytes));
  }
}

}  // namespace

std::string facts_json_of(const Metadata& metadata) {
  JsonText text;
  add_count(text, "\"avg_volume_30d\":", metadata.avg_volume_30d);
  add_count(text, ",\"avg_volume_10d\":", metadata.avg_volume_10d);
  add_count(text, ",\"float_shares\":", metadata.float_shares);
  add_count(text, ",\"shares_outstanding\":", metadata.shares_outstanding);
  add_count(text, ",\"market_cap\":", metadata.market_cap);
  add_name(text, ",\"sector\":", metadata.sector);
  add_name(text, ",\"industry\":", metadata.industry);
  add_name(text, ",\"exchange\":", metadata.exchange);
  return std::string{text.view()};
}

void write_gaps_json(JsonText& to, const ScannerRow& row, Session session) {
  FieldWriter out{to.room(kMostNumbersOfRow)};
  out.text("{");
  write_gaps(out, row, session);
  out.text("}");
  to.wrote(out.end());
}

void write_row(JsonText& to, const Scanner& scanner, const ScannerRow& row) {
  to.add("{\"symbol\":");
  to.add_quoted(row.quote.symbol.text());
  const auto session = scanner.moment().session;
  FieldWriter first{to.room(kMostNumbersOfRow)};
  write_prices(first, row);
  to.wrote(first.end());
  to.add(scanner.facts_json(row.symbol_index));
  FieldWriter second{to.room(kMostNumbersOfRow)};
  write_figures(second, row, session);
  to.wrote(second.end());
  to.add(scanner.filters_json());
  to.add("],\"metadata\":");
  write_gaps_json(to, row, session);
  to.add("}");
}

RowJson::RowJson(std::size_t rows) : places_(rows) { text_.reserve(rows * kUsualRow); }

void RowJson::clear() {
  text_.clear();
  std::fill(places_.begin(), places_.end(), Place{});
}

std::string_view RowJson::of(const Scanner& scanner, std::uint16_t number) {
  auto& place = places_[number];
  if (place.end == 0) {
    place.begin = text_.size();
    write_row(text_, scanner, scanner.rows()[number]);
    place.end = text_.size();
  }
  return text_.view(place.begin, place.end);
}

}  // namespace plimsoll::market
