// A Compose file as somebody wrote it, patched: the first line says what is wished of which
// service.
#include <string>

#include "apply/compose/check.h"
#include "apply/compose/patch.h"
#include "apply/compose/unified_diff.h"
#include "apply/compose/value.h"
#include "base/text.h"
#include "fuzz.h"

using namespace plimsoll;

namespace {

/// "redis LSFMR"-style: a service and letters; each letter adds a wish.
PatchCompose wish_of(std::string_view line) {
  PatchCompose wish;
  const auto space = line.find(' ');
  wish.service = line.substr(0, space);
  const std::string_view letters = space == std::string_view::npos ? "L" : line.substr(space);
  if (letters.find('L') != std::string_view::npos) wish.limit = 3_GiB;
  if (letters.find('V') != std::string_view::npos) wish.reservation = 100_MiB;
  if (letters.find('S') != std::string_view::npos) wish.log_max_size = 7_MiB;
  if (letters.find('F') != std::string_view::npos) wish.log_max_file = 4;
  if (letters.find('M') != std::string_view::npos) wish.redis_maxmemory = 2_GiB;
  if (letters.find('P') != std::string_view::npos) wish.redis_eviction = "volatile-ttl";
  return wish;
}

compose::Value meaning(std::string_view text, compose::YamlDocument& document) {
  if (text.starts_with(compose::kByteOrderMark)) text.remove_prefix(3);
  auto parsed = compose::parse_yaml(text, "f");
  fuzz::require(parsed.has_value(), "what was patched is YAML, before and after");
  document = std::move(*parsed);
  auto value = compose::resolve(document, "f");
  fuzz::require(value.has_value(), "and has a meaning");
  return std::move(*value);
}

/// The whole without what a wish may touch.
void forget(compose::Value& whole, const std::string& service) {
  for (const auto& path : {std::vector<std::string>{"mem_limit"},
                           {"mem_reservation"},
                           {"deploy", "resources", "limits", "memory"},
                           {"deploy", "resources", "reservations", "memory"},
                           {"logging", "driver"},
                           {"logging", "options", "max-size"},
                           {"logging", "options", "max-file"},
                           {"command"}}) {
    std::vector<std::string> full{"services", service};
    full.insert(full.end(), path.begin(), path.end());
    whole.set(full, {});
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [first, text] = fuzz::halves(fuzz::text_of(data, size));
  const PatchCompose wish = wish_of(first);
  const auto patched = patch_compose(text, "f", {wish});
  if (!patched) {
    const auto& what = patched.error().what.en;
    fuzz::require(printable(what) == what, "what is wrong is said in one printable line");
  } else {
    compose::YamlDocument first_document, last_document;
    auto before = meaning(text, first_document);
    auto after = meaning(*patched, last_document);
    const auto command = [&](const compose::Value& whole) {
      const auto* found = whole.find({"services", wish.service, "command"});
      return found == nullptr ? compose::Value{} : *found;
    };
    if (!wish.redis_maxmemory && wish.redis_eviction.empty())
      fuzz::require(command(before) == command(after), "a command nobody asked for is untouched");
    forget(before, wish.service);
    forget(after, wish.service);
    fuzz::require(before == after, "nothing differs but what was wished");
    const auto twice = patch_compose(*patched, "f", {wish});
    fuzz::require(twice && *twice == *patched, "patched twice is patched once");
  }
  const auto issues = check_compose(text, "f");
  fuzz::require(issues || !issues.error().what.en.empty(), "check answers");
  return 0;
}
