#pragma once

#include "census/census.h"
#include "diagnose/finding.h"

namespace plimsoll {

/// Numbers that turn facts into findings. The defaults are the ones the documentation explains.
struct DiagnoseOptions {
  Bytes worth_reporting =
      1_MiB;  ///< a store below this, growing less a day, is no finding by itself
  Seconds suggested_retention =
      Days{7};                     ///< for tables that gain most of their bytes within a month
  Seconds orphan_after = Days{2};  ///< a stream that once flowed and has been silent this long
  Seconds consumer_dead_after = Days{1};
  Seconds holder_old_after = std::chrono::hours{1};
  double near_limit = 0.8;
  Bytes index_worth_dropping = 10_MiB;
};

/// Every rule over one census. Pure: no clock, no I/O; `census.taken_at` is now.
/// A store with an Unknown fact that a rule needs gives a gap, not a finding.
Diagnosis diagnose(const Census& census, const DiagnoseOptions& options = {});

}  // namespace plimsoll
