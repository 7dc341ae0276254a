#pragma once

#include <optional>

#include "diagnose/evidence.h"
#include "diagnose/rule_context.h"

// What several rules ask of one stream. Nothing here decides what is a finding.
namespace plimsoll {

/// "polygon_ws:subscriptions", "ticks (db 5)"; safe to print.
std::string label(const Stream& stream);

/// When the last entry came, as its id says; empty where ids are no clock.
std::optional<Instant> last_written(const RedisCensus& server, const Stream& stream);

/// Silent for longer than options.orphan_after; twice that where every stream of the server is
/// silent (a weekend has no quotes). Empty: its ids do not say when.
std::optional<bool> is_orphan(const RuleContext& context, const RedisCensus& server,
                              const Stream& stream);

/// entries_added equals the length and nothing was deleted; empty on servers that do not count.
std::optional<bool> never_trimmed(const Stream& stream);

std::optional<Bytes> bytes_of(const Stream& stream);

/// A stream that nobody would miss or notice: short, small and slow.
bool is_tiny(const RuleContext& context, const Stream& stream);

/// length, entries_added, bytes, first and last entry, growth.
Evidence stream_evidence(const RedisCensus& server, const Stream& stream);

}  // namespace plimsoll
