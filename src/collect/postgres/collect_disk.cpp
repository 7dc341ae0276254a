#include <sys/statvfs.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/text.h"
#include "collect/postgres/stages.h"

namespace plimsoll {

bool is_pid_file_of(std::string_view text, std::string_view server, Instant started_at) {
  // Lines: pid, data directory, start (seconds), port, socket directory, listen address, …
  const auto lines = split(text, '\n');
  if (lines.size() < 4) return false;
  const auto start = parse_int(trim(lines[2]));
  const auto port = server.substr(server.rfind(':') + 1);
  if (!start || trim(lines[3]) != port) return false;
  // The file is written a moment after the time that the server tells, or before.
  const auto difference = instant_of_unix_seconds(*start) - started_at;
  return difference >= Seconds{-3} && difference <= Seconds{3};
}

// A directory of that name may exist here and be another server's (a container's, seen through a
// published port): only the server's own pid file proves it is this one.
void collect_disk(Reading& reading, PostgresCensus& census) {
  if (!reading.facts().local || census.data_directory.empty() || !census.started_at) return;
  const std::filesystem::path directory{census.data_directory};
  std::error_code error;
  if (!std::filesystem::is_directory(directory, error)) return;
  std::ifstream file{directory / "postmaster.pid"};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  if (!is_pid_file_of(text, reading.facts().server, *census.started_at)) return;
  struct statvfs disk {};
  if (statvfs(directory.c_str(), &disk) != 0) return;
  const auto block = static_cast<std::int64_t>(disk.f_frsize);
  census.free_disk = Bytes{static_cast<std::int64_t>(disk.f_bavail) * block};
  census.disk_size = Bytes{static_cast<std::int64_t>(disk.f_blocks) * block};
}

}  // namespace plimsoll
