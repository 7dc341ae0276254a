// INFO's lines, and key names: what operators and clients of a server choose.
#include "base/text.h"
#include "collect/redis/key_family.h"
#include "collect/redis/parse.h"
#include "collect/redis/server_facts.h"
#include "fuzz.h"

using namespace plimsoll;

namespace {

void check_families(std::string_view input) {
  constexpr std::size_t kMost = 16;
  KeyFamilies families{kMost};
  std::int64_t added = 0;
  for (const auto key :
       split(input.substr(0, 512), '\n')) {  // many of them cost more than they show
    families.add(
        {.key = key, .type = "string", .bytes = Bytes{64}, .has_ttl = key.size() % 2 == 0});
    ++added;
  }
  std::int64_t counted = 0;
  const auto found = families.finish(0, 1);
  fuzz::require(found.size() <= kMost + 1, "the number of families has a bound");
  for (const auto& family : found) counted += family.keys;
  fuzz::require(counted == added, "each key is in one family");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::text_of(data, size);
  const auto info = parse_info(input);
  RedisCensus census;
  read_server_facts(info, census);
  for (const auto& keyspace : census.keyspaces)
    fuzz::require(keyspace.keys >= 0 && keyspace.expires >= 0, "counts of keys are not negative");
  server_overhead(info, census.keyspaces);
  is_loading(info);
  check_families(input);
  return 0;
}
