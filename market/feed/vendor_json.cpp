#include "feed/vendor_json.h"

#include <simdjson.h>

#include <cmath>
#include <optional>

#include "base/text.h"
#include "ticker/record.h"

namespace plimsoll::market {
namespace {

namespace dom = simdjson::dom;

constexpr double kLargestPrice = 42'949'672.95;  // what a record holds
constexpr double kLargestCount = 9e15;           // a double counts every whole number up to here
constexpr std::int64_t kNanosPerMilli = 1'000'000;
constexpr std::int64_t kLatestMillis = 253'402'300'799'999;  // the year 9999

/// Reads members of one object; after the first that makes no sense it says so.
class Members {
 public:
  explicit Members(dom::element element) : sound_{element.get(object_) == simdjson::SUCCESS} {}
  bool sound() const { return sound_; }

  /// Of another object inside this one; absent or null: empty.
  std::optional<Members> inside(std::string_view name) {
    dom::element found;
    if (!has(name, found)) return std::nullopt;
    Members inner{found};
    if (!inner.sound_) {
      sound_ = false;
      return std::nullopt;
    }
    return inner;
  }
  double number(std::string_view name, double largest) {
    dom::element found;
    if (!has(name, found)) return 0;
    double value = 0;
    if (found.get(value) != simdjson::SUCCESS || !(value >= 0 && value <= largest)) {
      sound_ = false;
      return 0;
    }
    return value;
  }
  Price price(std::string_view name) { return Price::dollars(number(name, kLargestPrice)); }
  /// Whole shares; since 2025 the vendor writes fractions too.
  std::int64_t count(std::string_view name, double largest = kLargestCount) {
    return static_cast<std::int64_t>(number(name, largest) + 0.5);
  }
  std::int32_t small_count(std::string_view name) {
    return static_cast<std::int32_t>(count(name, INT32_MAX));
  }
  /// Above 2^53, so not by way of a double.
  std::int64_t whole(std::string_view name, std::int64_t largest) {
    dom::element found;
    if (!has(name, found)) return 0;
    std::int64_t value = 0;
    if (found.get(value) != simdjson::SUCCESS) value = count(name);
    if (value < 0 || value > largest) {
      sound_ = false;
      return 0;
    }
    return value;
  }
  std::string_view text(std::string_view name) {
    dom::element found;
    std::string_view value;
    if (has(name, found) && found.get(value) != simdjson::SUCCESS) sound_ = false;
    return value;
  }
  bool flag(std::string_view name) {
    dom::element found;
    bool value = false;
    if (has(name, found) && found.get(value) != simdjson::SUCCESS) sound_ = false;
    return value;
  }

 private:
  bool has(std::string_view name, dom::element& found) const {
    return sound_ && object_.at_key(name).get(found) == simdjson::SUCCESS && !found.is_null();
  }

  dom::object object_;
  bool sound_;
};

bool take_symbol(std::string_view text, Symbol& into) {
  if (!is_symbol(text)) return false;
  into = Symbol::of(text);
  return true;
}

void take_day(Members& day, Quote& quote) {
  quote.day_open = day.price("o");
  quote.day_high = day.price("h");
  quote.day_low = day.price("l");
  quote.day_close = day.price("c");
  quote.vwap = day.price("vw");
  quote.day_volume = day.count("v");
  quote.otc = day.flag("otc");
}

/// False: this ticker makes no sense.
bool take_ticker(dom::element element, Quote& quote, std::int64_t& updated) {
  Members ticker{element};
  if (!take_symbol(ticker.text("ticker"), quote.symbol)) return false;
  bool sound = true;
  const auto part = [&](std::string_view name, auto take) {
    auto members = ticker.inside(name);
    if (!members) return;
    take(*members);
    sound = sound && members->sound();
  };
  constexpr auto kLatestNanos = INT64_MAX;
  updated = ticker.whole("updated", kLatestNanos);
  std::int64_t traded = 0;
  part("lastTrade", [&](Members& trade) {
    quote.last = trade.price("p");
    traded = trade.whole("t", kLatestNanos);
  });
  part("lastQuote", [&](Members& around) {
    quote.bid = around.price("p");
    quote.ask = around.price("P");
  });
  part("day", [&](Members& day) { take_day(day, quote); });
  part("min", [&](Members& minute) {
    quote.volume_today = minute.count("av");
    quote.minute_volume = minute.small_count("v");
    quote.minute_trades = minute.small_count("n");
  });
  part("prevDay", [&](Members& before) {
    quote.prev_close = before.price("c");
    quote.prev_volume = before.count("v");
  });
  quote.exchange_time =
      Millis{std::chrono::milliseconds{(traded > 0 ? traded : updated) / kNanosPerMilli}};
  return sound && ticker.sound();
}

bool take_aggregate(dom::element element, VendorAggregate& bar) {
  Members members{element};
  if (!take_symbol(members.text("sym"), bar.symbol)) return false;
  bar.otc = members.flag("otc");
  bar.open = members.price("o");
  bar.high = members.price("h");
  bar.low = members.price("l");
  bar.close = members.price("c");
  bar.vwap = members.price("vw");
  bar.day_open = members.price("op");
  bar.day_vwap = members.price("a");
  bar.volume = members.count("v");
  bar.volume_today = members.count("av");
  bar.average_size = members.count("z");
  bar.begin = Millis{std::chrono::milliseconds{members.whole("s", kLatestMillis)}};
  bar.end = Millis{std::chrono::milliseconds{members.whole("e", kLatestMillis)}};
  return members.sound() && bar.close.units > 0;
}

VendorNotice notice_of(dom::element element) {
  using Kind = VendorNotice::Kind;
  Members members{element};
  const auto status = members.text("status");
  VendorNotice notice;
  notice.message = printable(members.text("message"));
  if (status == "connected") {
    notice.kind = Kind::connected;
  } else if (status == "auth_success") {
    notice.kind = Kind::authenticated;
  } else if (status == "auth_failed" || status == "auth_timeout") {
    notice.kind = Kind::denied;
  } else if (status == "success") {
    notice.kind = Kind::subscribed;
  } else {
    notice.kind = Kind::error;
  }
  return notice;
}

tl::unexpected<Error> no_json(std::string_view why, std::size_t bytes) {
  return failure(ErrorCode::malformed, say("the feed's answer of {} bytes is unusable: {}",
                                           "la respuesta de la fuente, de {} bytes, no sirve: {}",
                                           {static_cast<std::int64_t>(bytes), std::string{why}}));
}

}  // namespace

struct VendorJson::Parser {
  dom::parser parser;

  /// simdjson reads past the end, into room that must be there.
  simdjson::error_code read(std::string& text, dom::element& root) {
    text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    return parser.parse(text.data(), text.size(), false).get(root);
  }
};

VendorJson::VendorJson() : parser_{std::make_unique<Parser>()} {}
VendorJson::~VendorJson() = default;

Result<void> VendorJson::snapshot(std::string& body, VendorSnapshot& into) {
  into.quotes.clear();
  into.updated.clear();
  into.unreadable = 0;
  dom::element root;
  if (const auto error = parser_->read(body, root); error != simdjson::SUCCESS)
    return no_json(simdjson::error_message(error), body.size());
  dom::array tickers;
  if (root["tickers"].get(tickers) != simdjson::SUCCESS)
    return no_json("it has no list of tickers", body.size());
  for (const dom::element element : tickers) {
    auto& quote = into.quotes.emplace_back();
    std::int64_t updated = 0;
    if (!take_ticker(element, quote, updated)) {
      into.quotes.pop_back();
      ++into.unreadable;
      continue;
    }
    into.updated.push_back(updated);
  }
  return {};
}

Result<VendorJson::Events> VendorJson::events(std::string& message,
                                              std::vector<VendorAggregate>& into,
                                              std::size_t room) {
  dom::element root;
  if (const auto error = parser_->read(message, root); error != simdjson::SUCCESS)
    return no_json(simdjson::error_message(error), message.size());
  dom::array list;
  if (root.get(list) != simdjson::SUCCESS) return no_json("it is no list", message.size());
  Events events;
  for (const dom::element element : list) {
    Members members{element};
    const auto kind = members.text("ev");
    if (kind == "status") {
      events.notice = notice_of(element);
    } else if (kind == "A" || kind == "AM") {
      VendorAggregate bar;
      if (!take_aggregate(element, bar)) {
        ++events.unreadable;
      } else if (room == 0) {
        ++events.dropped;
      } else {
        into.push_back(bar);
        --room;
      }
    } else if (!members.sound() || kind.empty()) {
      ++events.unreadable;
    }
  }
  return events;
}

}  // namespace plimsoll::market
