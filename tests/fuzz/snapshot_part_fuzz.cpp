// An entry of snapshots:raw: the fields before the records, a line each, then the records.
#include <array>

#include "fuzz.h"
#include "ticker/record.h"
#include "ticker/snapshot_part.h"

using namespace plimsoll;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = fuzz::text_of(data, size);
  market::SnapshotEntry entry;
  for (const auto* name : {"v", "cycle", "part", "parts", "taken_at", "count"}) {
    const auto [value, after] = fuzz::halves(rest);
    entry.set(name, value);
    rest = after;
  }
  entry.set("records", rest);
  static std::vector<market::Quote> quotes, again;
  const auto part = market::decode(entry, quotes);
  fuzz::require(part || quotes.empty(), "what is refused leaves nothing");
  if (!part) return 0;
  static market::SnapshotPartWriter writer;
  for (const auto& quote : quotes)
    fuzz::require(market::fits_record(quote), "what was read can be written");
  const auto& fields = writer.encode(*part, quotes);
  market::SnapshotEntry written;
  for (std::size_t i = 0; i < fields.size(); i += 2) written.set(fields[i], fields[i + 1]);
  const auto same = market::decode(written, again);
  fuzz::require(same && *same == *part && again == quotes, "and reads the same again");
  return 0;
}
