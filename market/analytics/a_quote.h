#pragma once

#include "ticker/quote.h"

// Quotes for tests: a_quote("AAPL").at(time).price(10.5).volume(1000)
namespace plimsoll::market {

struct QuoteBuilder {
  Quote quote;
  operator Quote() const { return quote; }  // NOLINT(google-explicit-constructor): reads as a quote

  QuoteBuilder& at(Millis time) {
    quote.exchange_time = time;
    return *this;
  }
  QuoteBuilder& price(double dollars) {
    quote.last = Price::dollars(dollars);
    return *this;
  }
  QuoteBuilder& volume(std::int64_t shares) {
    quote.volume_today = shares;
    return *this;
  }
  QuoteBuilder& day(double open, double high, double low) {
    quote.day_open = Price::dollars(open);
    quote.day_high = Price::dollars(high);
    quote.day_low = Price::dollars(low);
    return *this;
  }
  QuoteBuilder& prev_close(double dollars) {
    quote.prev_close = Price::dollars(dollars);
    return *this;
  }
  QuoteBuilder& minute(std::int32_t volume, std::int32_t trades) {
    quote.minute_volume = volume;
    quote.minute_trades = trades;
    return *this;
  }
};

inline QuoteBuilder a_quote(std::string_view symbol) {
  QuoteBuilder builder;
  builder.quote.symbol = Symbol::of(symbol);
  return builder;
}

}  // namespace plimsoll::market
