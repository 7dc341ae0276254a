#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/instant.h"
#include "diagnose/finding.h"

namespace plimsoll {

/// What kind of harm a finding names.
enum class Harm {
  grows,   ///< no bound, or one that does not hold
  losing,  ///< data is being lost, not kept
  tidies,  ///< dead weight: it costs room and does not grow by itself
};

/// The numbers severity follows. Empty is unknown.
struct Load {
  Harm harm = Harm::grows;
  std::optional<Seconds> to_line;  ///< zero: already there
  std::optional<Bytes> bytes;      ///< what the unbounded thing holds now
  std::optional<double> bytes_per_day;
};

/// Severity follows time to the line and bytes, not taste:
///
/// | severity | grows                                                              | tidies   |
/// |----------|--------------------------------------------------------------------|----------|
/// | critical | at the line, or less than 24 hours from it                         |          |
/// | high     | less than 7 days from it; or 10 GB held; or 1 GB/day               |          |
/// | medium   | less than 30 days from it; or 1 GB held; or 100 MB/day             | 10 GB    |
/// | low      | 1 MB held, or 1 MB/day, or neither is known                        | 1 GB     |
/// | info     | the rest                                                           | the rest |
///
/// What is known not to grow is never above low by its bytes. Data being lost is medium, and high
/// or critical where the time says so.
Severity severity_of(const Load& load);

/// Servers and containers short of CPU: high when four fifths of all cores are busy with it, medium
/// from one whole core, low below.
Severity severity_of_cpu(double cores_busy, std::optional<int> cores);

Severity at_most(Severity severity, Severity ceiling);
Severity at_least(Severity severity, Severity floor);

}  // namespace plimsoll
