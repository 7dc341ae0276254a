#pragma once

#include "census/census.h"

namespace plimsoll {

/// What holds scan_results: the document's own hypertable, or what a PostgreSQL without TimescaleDB
/// makes of it.
enum class ScanResults { hypertable, plain_table };

/// The stack of the document as one census (STACK §1, §2): 10,012 MB of scan_results in 13 days,
/// volume_slots plain with a `date` column, 742.9 MB of Redis with an orphan, two capped streams,
/// an uncapped one and pending entries whose entries are gone, containers without limits, a disk
/// 96 % full. Every instant is relative to `now`.
Census document_stack(Instant now, ScanResults shape = ScanResults::hypertable);

PostgresCensus document_postgres(Instant now, ScanResults shape);
RedisCensus document_redis(Instant now);
DockerCensus document_docker(Instant now);
HostCensus document_host(Instant now);

}  // namespace plimsoll
