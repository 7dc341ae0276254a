#pragma once

#include <vector>

#include "service/group_reader.h"
#include "ticker/snapshot_part.h"

namespace plimsoll::market {

/// An entry of snapshots:raw as values; what it says is in `quotes`, whose room is reused.
/// Errors: those of decode().
Result<SnapshotPart> decode_entry(const ReadEntry& entry, std::vector<Quote>& quotes);

/// Room for one read of snapshots:raw: its bytes, its reply and the quotes of it.
std::int64_t reading_bytes(int entries, std::size_t tickers_per_part);

constexpr int kEntriesPerRead = 8;

}  // namespace plimsoll::market
