#pragma once

#include "apply/timescale/hypertable.h"

namespace plimsoll::timescale {

/// Whole chunks, oldest first: one drop_chunks() call for each range, with exactly its bounds and
/// in a transaction of its own. In that transaction the range must hold the planned chunks and no
/// other; afterwards the names returned are compared with them, since drop_chunks() passes over a
/// frozen chunk without a word. A chunk somebody depends on is left and named, the rest goes on.
/// Every table the hypertable references is locked ACCESS EXCLUSIVE by drop_chunks() while it waits
/// for the chunk, so one try lasts no longer than `patience.lock_timeout`.
/// Observation: "oid".
Outcome drop_chunks(PostgresServer& server, const Step& step, const DropChunks& change,
                    const Patience& patience, StepWatch& watch);

/// Why none of them may be dropped; empty: nothing against it. Reads only.
/// A continuous aggregate that refreshes behind the cut would be emptied there by its next refresh.
Result<std::optional<Outcome>> drop_guard(PostgresServer& server, const HypertableFacts& facts,
                                          const DropChunks& change);

/// The same for a retention policy, whose job drops chunks by itself from then on.
Result<std::optional<Outcome>> retention_guard(PostgresServer& server, const HypertableFacts& facts,
                                               Seconds drop_after);

/// Tables the hypertable has a foreign key to, for the message.
Result<std::string> referenced_tables(PostgresServer& server, const HypertableFacts& facts);

}  // namespace plimsoll::timescale
