#include "collect/host/proc_files.h"

#include <cmath>

#include "base/text.h"

namespace plimsoll {
namespace {

/// "MemTotal:       16384 kB"
std::optional<Bytes> kilobytes_of(std::string_view text, std::string_view name) {
  for (const std::string_view line : split(text, '\n')) {
    if (!line.starts_with(name) || line.size() <= name.size() || line[name.size()] != ':') continue;
    std::string_view value = trim(line.substr(name.size() + 1));
    if (value.ends_with(" kB")) value.remove_suffix(3);
    const auto number = parse_int(trim(value));
    constexpr std::int64_t kMost = std::int64_t{1} << 52;
    if (!number || *number < 0 || *number > kMost) return std::nullopt;
    return Bytes{*number * 1024};
  }
  return std::nullopt;
}

std::string_view first_word(std::string_view text) {
  const std::string_view trimmed = trim(text);
  return trimmed.substr(0, trimmed.find(' '));
}

}  // namespace

MemoryFacts parse_meminfo(std::string_view text) {
  MemoryFacts facts;
  facts.total = kilobytes_of(text, "MemTotal");
  facts.available = kilobytes_of(text, "MemAvailable");
  facts.swap_total = kilobytes_of(text, "SwapTotal");
  const auto swap_free = kilobytes_of(text, "SwapFree");
  if (facts.swap_total && swap_free) facts.swap_used = *facts.swap_total - *swap_free;
  return facts;
}

std::optional<double> parse_load_1m(std::string_view text) {
  const auto load = parse_double(first_word(text));
  return load && std::isfinite(*load) && *load >= 0 ? load : std::nullopt;
}

std::optional<Seconds> parse_uptime(std::string_view text) {
  const auto seconds = parse_double(first_word(text));
  constexpr double kMost = 1e12;
  if (!seconds || !(*seconds >= 0) || *seconds > kMost) return std::nullopt;
  return Seconds{static_cast<std::int64_t>(*seconds)};
}

std::optional<std::int64_t> parse_vmstat_oom_kills(std::string_view text) {
  constexpr std::string_view kName = "oom_kill ";
  for (const std::string_view line : split(text, '\n')) {
    if (line.starts_with(kName)) return parse_int(trim(line.substr(kName.size())));
  }
  return std::nullopt;
}

}  // namespace plimsoll
