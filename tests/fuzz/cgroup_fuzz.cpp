// First line: a container's id. The rest: a file of the kernel's about its cgroup.
#include "collect/docker/cgroup.h"
#include "fuzz.h"

using namespace plimsoll;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [id, file] = fuzz::halves(fuzz::text_of(data, size));
  if (const auto paths = parse_cgroup_paths(file, id))
    fuzz::require(paths->version == 1 || paths->version == 2, "there are two versions of cgroups");
  const auto memory = parse_memory_stat(file, Bytes{1'000'000});
  if (memory.working_set)
    fuzz::require(memory.working_set->count() >= 0 && memory.working_set->count() <= 1'000'000,
                  "the working set is part of the usage");
  if (const auto kills = parse_oom_kills(file))
    fuzz::require(*kills >= 0, "a count is not negative");
  if (const auto limit = parse_memory_max(file); std::holds_alternative<Bytes>(limit))
    fuzz::require(std::get<Bytes>(limit).count() >= 0, "a limit is not negative");
  return 0;
}
