#include "service/snapshot_input.h"

namespace plimsoll::market {

Result<SnapshotPart> decode_entry(const ReadEntry& entry, std::vector<Quote>& quotes) {
  SnapshotEntry values;
  for (std::size_t i = 0; i + 1 < entry.fields.size(); i += 2)
    values.set(entry.fields[i].text, entry.fields[i + 1].text);
  return decode(values, quotes);
}

std::int64_t reading_bytes(int entries, std::size_t tickers_per_part) {
  const auto tickers = static_cast<std::int64_t>(tickers_per_part) * entries;
  return tickers * static_cast<std::int64_t>(4 * kRecordBytes + sizeof(Quote));
}

}  // namespace plimsoll::market
