// What a market data vendor answers: a full snapshot, or a message of its WebSocket.
#include "feed/vendor_json.h"
#include "fuzz.h"
#include "ticker/record.h"

using namespace plimsoll;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static market::VendorJson json;
  static market::VendorSnapshot snapshot;
  std::string body{fuzz::text_of(data, size)};
  const auto read = json.snapshot(body, snapshot);
  fuzz::require(read || snapshot.quotes.empty(), "what is refused leaves nothing");
  fuzz::require(snapshot.quotes.size() == snapshot.updated.size(), "each quote has its time");
  for (const auto& quote : snapshot.quotes)
    fuzz::require(market::fits_record(quote), "what was read can be written");
  std::vector<market::VendorAggregate> bars;
  json.events(body, bars, 3);
  fuzz::require(bars.size() <= 3, "no more than there is room for");
  for (const auto& bar : bars)
    fuzz::require(bar.close.units > 0 && bar.volume >= 0, "a bar has a price");
  return 0;
}
