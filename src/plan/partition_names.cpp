#include "plan/partition_names.h"

#include <fmt/format.h>

namespace plimsoll {
namespace {

constexpr std::size_t kLongestName = 63;

struct CivilTime {
  std::chrono::year_month_day day;
  std::chrono::hh_mm_ss<std::chrono::microseconds> time;
};

CivilTime civil_time(Instant instant) {
  const auto day = std::chrono::floor<Days>(instant);
  return {std::chrono::year_month_day{day},
          std::chrono::hh_mm_ss<std::chrono::microseconds>{instant - day}};
}

std::string digits_of(const std::chrono::year_month_day& day, std::string_view between) {
  return fmt::format("{:04}{}{:02}{}{:02}", static_cast<int>(day.year()), between,
                     static_cast<unsigned>(day.month()), between, static_cast<unsigned>(day.day()));
}

/// "_p20251111", "_p2025111106", and minutes or seconds only where they are not zero.
std::string suffix_of(Instant begin, Seconds width) {
  const auto at = civil_time(begin);
  std::string suffix = "_p" + digits_of(at.day, "");
  const bool whole_days = width % kOneDay == Seconds{0} && begin == std::chrono::floor<Days>(begin);
  if (whole_days) return suffix;
  suffix += fmt::format("{:02}", at.time.hours().count());
  const auto minutes = at.time.minutes().count();
  const auto seconds = at.time.seconds().count();
  if (minutes != 0 || seconds != 0) suffix += fmt::format("{:02}", minutes);
  if (seconds != 0) suffix += fmt::format("{:02}", seconds);
  return suffix;
}

/// FNV-1a: the same on every machine, which std::hash need not be.
std::uint32_t hash_of_name(std::string_view name) {
  std::uint32_t hash = 2166136261U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

/// At most `bytes` of it, never half a character.
std::string_view cut(std::string_view utf8, std::size_t bytes) {
  if (utf8.size() <= bytes) return utf8;
  while (bytes > 0 && (static_cast<unsigned char>(utf8[bytes]) & 0xC0U) == 0x80U) --bytes;
  return utf8.substr(0, bytes);
}

}  // namespace

std::string name_with_suffix(const std::string& name, const std::string& suffix) {
  if (name.size() + suffix.size() <= kLongestName) return name + suffix;
  const std::string mark = fmt::format("_{:08x}", hash_of_name(name));
  return std::string{cut(name, kLongestName - suffix.size() - mark.size())} + mark + suffix;
}

TableName partition_name(const TableName& table, Instant begin, Seconds width) {
  return {table.schema, name_with_suffix(table.name, suffix_of(begin, width))};
}

std::vector<NamedRange> partitions_for(const TableName& table, Instant from, Instant until,
                                       Seconds width) {
  std::vector<NamedRange> partitions;
  if (width <= Seconds{0}) return partitions;
  for (Instant begin = from; begin < until; begin += width) {
    partitions.push_back(
        {partition_name(table, begin, width), TimeRange{begin, begin + width}, std::nullopt});
  }
  return partitions;
}

std::string bound_literal(const TimeAxis& axis, Instant instant) {
  if (axis.units_per_second > 0) {
    const auto micros = instant.time_since_epoch().count();
    const auto seconds = std::chrono::floor<Seconds>(instant).time_since_epoch().count();
    const auto rest = micros - seconds * 1'000'000;  // not negative
    const auto units = axis.units_per_second;
    const auto of_rest = units <= 1'000'000 ? rest * units / 1'000'000 : rest * (units / 1'000'000);
    return std::to_string(seconds * units + of_rest);
  }
  const auto at = civil_time(instant);
  const std::string day = digits_of(at.day, "-");
  if (axis.type == "date") return "'" + day + "'";
  std::string text = fmt::format("{} {:02}:{:02}:{:02}", day, at.time.hours().count(),
                                 at.time.minutes().count(), at.time.seconds().count());
  if (const auto micros = at.time.subseconds().count(); micros != 0) {
    text += fmt::format(".{:06}", micros);
  }
  const bool with_zone = axis.type == "timestamptz" || axis.type == "timestamp with time zone";
  return "'" + text + (with_zone ? "+00'" : "'");
}

Instant floor_to(Instant instant, Seconds width) {
  const auto since = instant.time_since_epoch();
  const std::chrono::microseconds step = width;
  auto rest = since % step;
  if (rest < std::chrono::microseconds{0}) rest += step;
  return instant - rest;
}

}  // namespace plimsoll
