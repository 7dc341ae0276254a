#include "apply/compose/sizes.h"

#include <array>
#include <cmath>

#include "base/text.h"

namespace plimsoll::compose {
namespace {

constexpr std::string_view kLetters = "kmgt";

std::string in_largest_unit(Bytes bytes, const std::array<std::string_view, 4>& units,
                            std::string_view none) {
  std::int64_t count = bytes.count();
  int unit = 0;
  constexpr std::int64_t kStep = 1024;
  while (unit < 4 && count > 0 && count % kStep == 0) {
    count /= kStep;
    ++unit;
  }
  return std::to_string(count).append(unit == 0 ? none : units[static_cast<std::size_t>(unit) - 1]);
}

std::string lower(std::string_view text) {
  std::string result{text};
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

/// A number and a unit; the unit's letter decides the power of `base`.
struct Parts {
  double number = 0;
  std::string unit;
};

std::optional<Parts> parts_of(std::string_view text) {
  const std::string all = lower(trim(text));
  const auto end = all.find_first_not_of("0123456789.");
  const auto number = parse_double(std::string_view{all}.substr(0, end));
  if (!number || *number < 0) return std::nullopt;
  return Parts{*number, end == std::string::npos ? "" : std::string{trim(all.substr(end))}};
}

std::optional<Bytes> scaled(double number, double base, int power) {
  const double bytes = number * std::pow(base, power);
  constexpr double kMost = 9e18;
  if (bytes > kMost) return std::nullopt;
  return Bytes{static_cast<std::int64_t>(bytes)};
}

std::optional<Bytes> parse_docker_size(std::string_view text, double base) {
  const auto parts = parts_of(text);
  if (!parts) return std::nullopt;
  std::string_view unit = parts->unit;
  if (unit.empty() || unit == "b") return scaled(parts->number, base, 0);
  const auto power = kLetters.find(unit.front());
  unit.remove_prefix(1);
  if (power == std::string_view::npos || !(unit.empty() || unit == "b" || unit == "ib"))
    return std::nullopt;
  return scaled(parts->number, base, static_cast<int>(power) + 1);
}

constexpr double kBinary = 1024, kDecimal = 1000;

}  // namespace

std::string memory_text(Bytes bytes) { return in_largest_unit(bytes, {"K", "M", "G", "T"}, "b"); }
std::optional<Bytes> parse_memory(std::string_view text) {
  return parse_docker_size(text, kBinary);
}

std::string log_size_text(Bytes bytes) { return in_largest_unit(bytes, {"k", "m", "g", "t"}, ""); }
std::optional<Bytes> parse_log_size(std::string_view text) {
  return parse_docker_size(text, kDecimal);
}

std::string redis_size_text(Bytes bytes) {
  // Redis knows no terabyte.
  if (const auto giga = bytes.count() >> 30; giga > 0 && (giga << 30) == bytes.count())
    return std::to_string(giga) + "gb";
  return in_largest_unit(bytes, {"kb", "mb", "gb", "gb"}, "");
}

std::optional<Bytes> parse_redis_size(std::string_view text) {
  const auto parts = parts_of(text);
  if (!parts || std::floor(parts->number) != parts->number) return std::nullopt;
  const std::string& unit = parts->unit;
  if (unit.empty() || unit == "b") return scaled(parts->number, kBinary, 0);
  const auto power = kLetters.substr(0, 3).find(unit.front());
  if (power == std::string_view::npos) return std::nullopt;
  const int step = static_cast<int>(power) + 1;
  if (unit.size() == 1) return scaled(parts->number, kDecimal, step);
  return unit.substr(1) == "b" ? scaled(parts->number, kBinary, step) : std::nullopt;
}

}  // namespace plimsoll::compose
