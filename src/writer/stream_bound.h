#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "policy/policy.h"

namespace plimsoll {

/// What the policy says of one stream, as a writer keeps it.
struct StreamBound {
  std::optional<std::int64_t> maxlen;
  std::optional<Bytes> max_bytes;
  std::optional<Seconds> keep;
  bool exact = false;
};

/// Errors: malformed where no rule speaks for the key, or the one that does bounds nothing; the
/// hint says what to write, and where.
Result<StreamBound> stream_bound(const Policy& policy, const std::string& key);

/// Entries that fit `max_bytes` at a mean size; at least 1. Where there is a maxlen too, the
/// smaller one. Empty: neither is given.
std::optional<std::int64_t> entries_allowed(const StreamBound& bound, double mean_entry_bytes);

}  // namespace plimsoll
