#pragma once

#include "apply/timescale/hypertable.h"

namespace plimsoll::timescale {

// Observation of all of them: "oid". The statements of the community edition were checked against
// catalogs captured from 2.28.3 and by their text only: no server with that licence runs our tests.

/// The retention job made equal to the change; another one is removed and the new one added in one
/// transaction. Never `if_not_exists`: with another window it keeps the old job and says so in a
/// warning only. Apache licence: refused, since there is no such job; chunks are dropped by a
/// schedule of our own. A job the plan did not see makes the step stale; a window behind which a
/// continuous aggregate refreshes is refused, since that would be emptied.
Outcome set_retention_policy(PostgresServer& server, const Step& step,
                             const SetRetentionPolicy& change, StepWatch& watch);

/// The same for compression, with `ALTER TABLE … SET (timescaledb.compress …)` before it where the
/// change names columns or compression is off. Integer time: refused, since the change has a span
/// only.
Outcome set_compression_policy(PostgresServer& server, const Step& step,
                               const SetCompressionPolicy& change, StepWatch& watch);

/// Future chunks only; both licences.
Outcome set_chunk_interval(PostgresServer& server, const Step& step, const SetChunkInterval& change,
                           StepWatch& watch);

}  // namespace plimsoll::timescale
