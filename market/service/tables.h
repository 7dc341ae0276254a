#pragma once

#include "analytics/analytics.h"
#include "base/result.h"
#include "policy/policy.h"
#include "scanner/store_policy.h"
#include "service/settings.h"
#include "writer/bounded_table.h"

namespace plimsoll::market {

TableShape volume_slots_shape();
/// scan_results, or scan_results_history. With a key of time and symbol, so that a scan that is
/// done again after a crash leaves no second row; `keyed` false: as the document's table was.
TableShape scan_results_shape(StoredIn stored, bool keyed);

void fill(Row& row, const SlotRow& slot);
void fill(Row& row, const StoredRow& stored);

/// The policy of the settings. Where they say `unbounded`, one in which every table is plain and
/// kept forever, and no stream is ever trimmed (its bound is 10^15 entries).
Result<Policy> policy_of(const Settings& settings);

/// The time a table is kept by: the market's, which may be another than ours; while both are within
/// two days the later one, so that partitions are there for the next day of either.
Instant table_time(Millis market);

/// Options of a table of this service; the writer's name is `writer`, its spool in a folder of that
/// name.
TableOptions table_options(const Settings& settings, const std::string& writer);

}  // namespace plimsoll::market
