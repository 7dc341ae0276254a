#include "apply/redis/quirks.h"

#include <array>
#include <charconv>
#include <compare>
#include <string>

#include "base/text.h"

namespace plimsoll {
namespace {

struct Version {
  int major = 0, minor = 0, patch = 0;
  friend auto operator<=>(const Version&, const Version&) = default;
};

/// "8.2.6", "8.4", "7.2.4-rc1": numbers up to the first thing that is none.
std::optional<Version> version_of(std::string_view text) {
  Version version;
  const std::array<int*, 3> parts{&version.major, &version.minor, &version.patch};
  const char* at = text.data();
  const char* end = at + text.size();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto [next, error] = std::from_chars(at, end, *parts[i]);
    if (error != std::errc{}) return i < 2 ? std::nullopt : std::optional{version};
    at = next;
    if (at == end || *at != '.') break;
    ++at;
  }
  return version;
}

bool between(Version version, Version first, Version beyond) {
  return first <= version && version < beyond;
}

RedisQuirks of_valkey(Version version) {
  RedisQuirks quirks;
  quirks.lag_is_wrong_after_trim = version < Version{8, 1, 1};
  quirks.idle_counts_attempts = true;
  quirks.expire_knows_nx = true;
  return quirks;
}

}  // namespace

RedisQuirks redis_quirks(std::string_view server, std::string_view version_text) {
  const auto known = version_of(version_text);
  if (!known) return {};
  const Version version = *known;
  if (server == "valkey") return of_valkey(version);
  RedisQuirks quirks;
  const std::string shown = printable(version_text);
  if (version < Version{6, 2, 0}) {
    quirks.no_trim = say(
        "Redis {} has no XTRIM … LIMIT and no MINID, so a trim cannot be cut into short steps "
        "(they came with 6.2)",
        "Redis {} no tiene XTRIM … LIMIT ni MINID, así que un recorte no se puede dividir en pasos "
        "cortos (llegaron con 6.2)",
        {shown});
  } else if (version == Version{8, 2, 0}) {
    quirks.no_trim = say(
        "Redis 8.2.0 may crash in XTRIM and XADD once it has loaded an RDB file "
        "(redis/redis#14276): move to 8.2.1 or newer first",
        "Redis 8.2.0 puede caerse en XTRIM y XADD tras cargar un archivo RDB (redis/redis#14276): "
        "pasa antes a 8.2.1 o posterior");
  }
  quirks.approximate_acked_trims_nothing =
      between(version, {8, 2, 0}, {8, 2, 7}) || between(version, {8, 4, 0}, {8, 4, 4});
  quirks.xackdel_overflows = between(version, {8, 2, 0}, {8, 2, 3});
  quirks.lag_is_wrong_after_trim = between(version, {7, 0, 0}, {7, 4, 2});
  quirks.memory_usage_is_wrong = between(version, {8, 2, 0}, {8, 2, 2});
  quirks.idle_counts_attempts = version >= Version{7, 2, 0};
  quirks.expire_knows_nx = version >= Version{7, 0, 0};
  return quirks;
}

}  // namespace plimsoll
