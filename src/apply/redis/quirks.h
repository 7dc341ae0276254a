#pragma once

#include <optional>
#include <string_view>

#include "base/language.h"

namespace plimsoll {

/// Which documented remedy does not work, or harms, on exactly this server. We never trim with
/// ACKED and never use XACKDEL: where a step asks for a plain trim there is nothing to avoid but
/// the two versions named in `no_trim`; the rest says which form of a command is there.
struct RedisQuirks {
  /// XTRIM must not be used: before 6.2 it has no LIMIT and no MINID, so its steps cannot be
  /// bounded; 8.2.0 may crash in XADD and XTRIM after it loaded an RDB file.
  std::optional<Text> no_trim;
  bool approximate_acked_trims_nothing = false;  ///< `~ … ACKED`: 8.2.0–8.2.6, 8.4.0–8.4.3
  bool xackdel_overflows = false;                ///< CVE-2025-62507, 8.2.0–8.2.2
  bool lag_is_wrong_after_trim = false;          ///< before 7.4.2; Valkey before 8.1.1
  bool memory_usage_is_wrong = false;            ///< 8.2.0 and 8.2.1, beyond what it always is
  bool idle_counts_attempts = false;             ///< from 7.2; before it, successful reads only
  bool expire_knows_nx = false;                  ///< PEXPIRE … NX, from 7.0
};

/// `server` is "redis" or "valkey", `version` that server's own ("8.2.6"). A version that is no
/// version has no known quirk, and is given only what every version has. Pure.
RedisQuirks redis_quirks(std::string_view server, std::string_view version);

}  // namespace plimsoll
