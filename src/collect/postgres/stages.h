#pragma once

#include "census/postgres.h"
#include "collect/postgres/reading.h"

// The parts of a census. Each asks its own few questions, fills its own fields, and leaves a gap
// for what it could not read.
namespace plimsoll {

/// Fills version, role's rights, times. Errors: those of the question; without it there is nothing.
Result<Target> collect_server(Reading& reading, PostgresCensus& census, std::int64_t& block_size);
void collect_databases(Reading& reading, PostgresCensus& census);
void collect_tables(Reading& reading, PostgresCensus& census, std::int64_t block_size);
void collect_indexes(Reading& reading, PostgresCensus& census);
void collect_wal(Reading& reading, PostgresCensus& census);
void collect_activity(Reading& reading, PostgresCensus& census);
void collect_directories(Reading& reading, PostgresCensus& census);
/// The disk below the data directory, when that is certainly this server's and on this host.
void collect_disk(Reading& reading, PostgresCensus& census);

/// The lines of postmaster.pid name this server: its port, and the second it started in. Pure.
bool is_pid_file_of(std::string_view text, std::string_view server, Instant started_at);

}  // namespace plimsoll
