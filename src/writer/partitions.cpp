#include "writer/partitions.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "link/postgres/act.h"
#include "link/postgres/quote.h"
#include "writer/table_sql.h"

namespace plimsoll {
namespace {

using postgres::quote_identifier;
using postgres::quote_literal;

constexpr std::size_t kLongestTableName = 63;
constexpr int kDropAttempts = 3;

std::uint32_t hash_of_table_name(std::string_view name) {  // FNV-1a
  std::uint32_t hash = 2166136261U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

std::string suffix_of_partition(Instant begin, Seconds width) {
  const auto day = std::chrono::floor<Days>(begin);
  const std::chrono::year_month_day date{day};
  std::string suffix =
      fmt::format("_p{:04}{:02}{:02}", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  if (width % kOneDay == Seconds{0} && begin == day) return suffix;
  const std::chrono::hh_mm_ss time{std::chrono::floor<Seconds>(begin - day)};
  const auto minutes = time.minutes().count();
  const auto seconds = time.seconds().count();
  suffix += fmt::format("{:02}", time.hours().count());
  if (minutes != 0 || seconds != 0) suffix += fmt::format("{:02}", minutes);
  if (seconds != 0) suffix += fmt::format("{:02}", seconds);
  return suffix;
}

/// "FOR VALUES FROM ('2025-11-11 00:00:00+00') TO ('…')", MINVALUE at the beginning included.
/// Empty for anything else: a default partition, a MAXVALUE, several columns.
std::optional<PartitionRange> parse_bound(std::string_view text) {
  const auto value_after = [&](std::string_view word) -> std::optional<std::string_view> {
    const auto at = text.find(word);
    if (at == std::string_view::npos) return std::nullopt;
    const auto begin = at + word.size();
    const auto end = text.find(')', begin);
    if (end == std::string_view::npos) return std::nullopt;
    return text.substr(begin, end - begin);
  };
  const auto instant_in = [](std::string_view quoted) -> std::optional<Instant> {
    if (quoted.size() < 2 || quoted.front() != '\'') return std::nullopt;
    return parse_iso8601(quoted.substr(1, quoted.size() - 2));
  };
  const auto from = value_after("FROM (");
  const auto to = value_after("TO (");
  if (!from || !to) return std::nullopt;
  const auto end = instant_in(*to);
  const auto begin = instant_in(*from);
  if (!end || (!begin && *from != "MINVALUE")) return std::nullopt;
  PartitionRange range;
  range.begin = begin;
  range.end = *end;
  range.bound = text;
  return range;
}

std::string literal_of(Instant instant) { return quote_literal(iso8601(instant)); }

Text partitions_of(const TableShape& shape) {
  return say("partitions of '{}'", "particiones de «{}»", {printable(shape.name)});
}

}  // namespace

Instant floor_to(Instant instant, Seconds width) {
  const std::chrono::microseconds step = width;
  auto rest = instant.time_since_epoch() % step;
  if (rest < std::chrono::microseconds{0}) rest += step;
  return instant - rest;
}

std::string partition_name(const std::string& table, Instant begin, Seconds width) {
  const std::string suffix = suffix_of_partition(begin, width);
  if (table.size() + suffix.size() <= kLongestTableName) return table + suffix;
  const std::string mark = fmt::format("_{:08x}", hash_of_table_name(table));
  std::size_t kept = kLongestTableName - suffix.size() - mark.size();
  while (kept > 0 && (static_cast<unsigned char>(table[kept]) & 0xC0U) == 0x80U) --kept;
  return table.substr(0, kept) + mark + suffix;
}

std::vector<PartitionRange> missing_ranges(const std::vector<PartitionRange>& ranges, Instant first,
                                           Instant last, Seconds width) {
  std::vector<PartitionRange> missing;
  Instant at = floor_to(first, width);
  while (at <= last) {
    const auto next = std::find_if(ranges.begin(), ranges.end(),
                                   [&](const PartitionRange& range) { return range.end > at; });
    if (next != ranges.end() && (!next->begin || *next->begin <= at)) {
      at = next->end;
      continue;
    }
    PartitionRange range;
    range.begin = at;
    range.end = floor_to(at, width) + width;
    if (next != ranges.end()) range.end = std::min(range.end, *next->begin);
    at = range.end;
    if (range.end > first) missing.push_back(std::move(range));
  }
  return missing;
}

Result<void> Partitions::load(postgres::Link& link) {
  const auto rows = postgres::act(
      link,
      {partitions_of(shape_),
       {"select n.nspname as schema, c.relname as name, pg_get_expr(c.relpartbound, c.oid) as bound"
        " from pg_inherits i join pg_class c on c.oid = i.inhrelid"
        " join pg_namespace n on n.oid = c.relnamespace"
        " where i.inhparent = $1::regclass and c.relispartition"},
       {quoted_table(shape_)}});
  if (!rows) return failure(rows.error());
  ranges_.clear();
  for (std::size_t i = 0; i < rows->size(); ++i) {
    auto range = parse_bound((*rows)[i].text("bound"));
    if (!range) continue;
    range->schema = (*rows)[i].text("schema");
    range->name = (*rows)[i].text("name");
    ranges_.push_back(std::move(*range));
  }
  std::sort(ranges_.begin(), ranges_.end(),
            [](const auto& a, const auto& b) { return a.end < b.end; });
  return {};
}

bool Partitions::covers(Instant first, Instant last) const {
  return missing_ranges(ranges_, first, last, bound_.width).empty();
}

Result<int> Partitions::make(postgres::Link& link, Instant first, Instant last,
                             std::chrono::milliseconds lock_timeout) {
  int made = 0;
  for (const auto& range : missing_ranges(ranges_, first, last, bound_.width)) {
    const std::string name =
        quote_identifier(shape_.schema) + "." +
        quote_identifier(partition_name(shape_.name, *range.begin, bound_.width));
    const auto done = postgres::act(
        link, {say("make partition '{}'", "crear la partición «{}»", {printable(name)}),
               {"CREATE TABLE " + name + " (LIKE " + quoted_table(shape_) +
                    " INCLUDING ALL EXCLUDING IDENTITY)",
                "ALTER TABLE " + quoted_table(shape_) + " ATTACH PARTITION " + name +
                    " FOR VALUES FROM (" + literal_of(*range.begin) + ") TO (" +
                    literal_of(range.end) + ")"},
               {},
               lock_timeout});
    if (done) {
      ++made;
      continue;
    }
    // Another writer, or the guard, was faster?
    if (auto loaded = load(link); !loaded) return failure(std::move(loaded.error()));
    const auto until = range.end - std::chrono::microseconds{1};
    if (!covers(*range.begin, until)) return failure(done.error());
  }
  if (made > 0) {
    if (auto loaded = load(link); !loaded) return failure(std::move(loaded.error()));
  }
  return made;
}

Result<int> Partitions::drop_until(postgres::Link& link, Instant cut,
                                   std::chrono::milliseconds lock_timeout) {
  if (auto loaded = load(link); !loaded) return failure(std::move(loaded.error()));
  int dropped = 0;
  for (const auto& range : ranges_) {
    if (range.end > cut) break;
    const std::string name = quote_identifier(range.schema) + "." + quote_identifier(range.name);
    // The division fails, and with it all of it, where the name stands for another range by now.
    const postgres::Act drop{
        say("drop partition '{}'", "eliminar la partición «{}»", {printable(range.name)}),
        {"SELECT 1 / count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
         " WHERE i.inhparent = " +
             quote_literal(quoted_table(shape_)) + "::regclass AND c.oid = " + quote_literal(name) +
             "::regclass AND pg_get_expr(c.relpartbound, c.oid) = " + quote_literal(range.bound),
         "DROP TABLE " + name},
        {},
        lock_timeout};
    auto done = postgres::act(link, drop);
    for (int attempt = 1;
         !done && done.error().code == ErrorCode::conflict && attempt < kDropAttempts; ++attempt)
      done = postgres::act(link, drop);
    if (done) {
      ++dropped;
    } else if (done.error().code != ErrorCode::conflict) {
      return failure(done.error());
    }
  }
  if (dropped > 0) {
    if (auto loaded = load(link); !loaded) return failure(std::move(loaded.error()));
  }
  return dropped;
}

}  // namespace plimsoll
