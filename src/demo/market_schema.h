#pragma once

#include <string_view>

namespace plimsoll {

/// The tables, indexes, views and seeds of the stack that leaked, as its init script made them.
/// With TimescaleDB in the server the time-series tables become hypertables (7-day chunks; a month
/// for market_data_daily), without it they stay plain. No table has a policy. volume_slots is plain
/// in either case, and its time is a `date`.
std::string_view market_schema_sql();

}  // namespace plimsoll
