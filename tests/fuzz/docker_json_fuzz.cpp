// Bodies of a container engine: cut short, of another version, or of something else that listens
// there.
#include "collect/docker/parse.h"
#include "fuzz.h"

using namespace plimsoll;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto body = fuzz::text_of(data, size);
  parse_container_list(body);
  if (const auto inspected = parse_inspect(body)) {
    const auto* limit = std::get_if<Bytes>(&inspected->container.memory_limit);
    fuzz::require(limit == nullptr || limit->count() > 0, "a limit is above nothing");
  }
  parse_stats(body);
  parse_info(body);
  parse_images(body);
  parse_volumes(body);
  parse_writable_layers(body);
  parse_volume_sizes(body);
  parse_build_cache(body);
  return 0;
}
