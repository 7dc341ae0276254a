#pragma once

#include "apply/timescale/hypertable.h"

namespace plimsoll::timescale {

/// A hypertable whose chunks are larger than its window is replaced by one of the same definition
/// with chunks of `interval` and the rows from `cut` on; both licences.
///
/// Phases: prepare (the new one, the log), capture (row triggers on the old one; waits for running
/// writers), copy (slice by slice, no lock writers notice), swap (both change schema, in one short
/// transaction under ACCESS EXCLUSIVE; rows and log are compared before it), drop (the old one).
/// See replacement.h. Applied again after a kill it goes on where the server shows it got to; when
/// it stops or fails before the swap it undoes what it began, since a log nobody reads would grow.
///
/// Refused, with everything that stands in the way named: triggers, identity columns, row security,
/// rules, publications, foreign keys to it, materialized views, functions of its row type,
/// continuous aggregates, compression, space dimensions, tablespaces, jobs other than retention.
/// Rows of the future are kept. Observation: "oid", required.
Outcome replace_hypertable(PostgresServer& server, const Step& step,
                           const ReplaceHypertable& change, const Patience& patience,
                           StepWatch& watch);

}  // namespace plimsoll::timescale
