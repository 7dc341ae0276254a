#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "census/postgres.h"

// Readers of what PostgreSQL writes. All are pure and take any text.
namespace plimsoll {

/// "1 year 2 mons 3 days -04:05:06.7", "@ 7 days ago", "P7DT12H", "604800 seconds". A month counts
/// 30 days, a year 12 months; fractions of a second are cut. Empty for anything else.
std::optional<Seconds> parse_interval(std::string_view text);

/// {a,"b \"c\"",NULL}: the elements of a one-dimensional array, NULLs left out. Empty when the text
/// is no such array.
std::optional<std::vector<std::string>> parse_array(std::string_view text);

struct PartitionBound {
  RangeValue from;  ///< of the first column of the key
  RangeValue to;
  bool is_default = false;
};
/// "FOR VALUES FROM ('2025-11-01 00:00:00+00', MINVALUE) TO (…)", "FOR VALUES IN (…)", "DEFAULT".
PartitionBound parse_bound(std::string_view expression);

enum class EpochUnit { seconds, milliseconds, microseconds, nanoseconds };

/// The unit in which the number is a time between 1990 and ten years from now; empty for numbers
/// that are no such time in any unit.
std::optional<EpochUnit> epoch_unit(std::int64_t value, Instant now);
Instant instant_of(std::int64_t value, EpochUnit unit);
std::string_view abbreviation(EpochUnit unit);  ///< "s", "ms", "us", "ns"

/// A value of a time column: a timestamp or date as text, or with a unit an integer. Infinite,
/// malformed and BC times are empty.
std::optional<Instant> parse_time_value(std::string_view text, std::optional<EpochUnit> unit);

}  // namespace plimsoll
