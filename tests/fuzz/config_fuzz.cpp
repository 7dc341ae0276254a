// plimsoll.yaml, as an operator gets it wrong.
#include "base/text.h"
#include "fuzz.h"
#include "policy/config.h"

using namespace plimsoll;

namespace {

/// What every plan rests on: a bound that was read keeps something.
void require_bounds_that_keep(const Policy& policy) {
  for (const TableRule& rule : policy.tables) {
    const auto* keep = std::get_if<Seconds>(&rule.keep);
    fuzz::require(keep == nullptr || *keep >= std::chrono::minutes{1}, "a table keeps a minute");
    fuzz::require(keep == nullptr || !rule.chunk || *rule.chunk <= *keep, "a chunk fits in keep");
  }
  for (const StreamRule& rule : policy.streams) {
    const int bounds =
        int{rule.maxlen.has_value()} + int{rule.max_bytes.has_value()} + int{rule.keep.has_value()};
    fuzz::require(bounds <= 1, "a stream has one bound");
    fuzz::require(!rule.maxlen || *rule.maxlen > 0, "a stream keeps an entry");
  }
  for (const ContainerRule& rule : policy.containers) {
    fuzz::require(!rule.limit || *rule.limit > 0_B, "no limit is none");
    fuzz::require(!rule.limit || !rule.reservation || *rule.reservation <= *rule.limit,
                  "a reservation fits in its limit");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto config = parse_config(fuzz::text_of(data, size), "plimsoll.yaml");
  if (config) {
    require_bounds_that_keep(config->policy);
    for (const Text& warning : config->warnings) {
      fuzz::require(printable(warning.en) == warning.en, "a warning is one printable line");
    }
    next_heavy_instant(config->policy.maintenance, Instant{std::chrono::hours{489'000}});
    return 0;
  }
  const auto& what = config.error().what.en;
  fuzz::require(printable(what) == what, "what is wrong is said in one printable line");
  fuzz::require(what.find("plimsoll.yaml") != std::string::npos, "and names the file");
  return 0;
}
