#include "ticker/snapshot_part.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"
#include "ticker/record.h"

namespace plimsoll::market {
namespace {

constexpr std::array<std::string_view, 7> kFieldNames{"v",        "cycle", "part",   "parts",
                                                      "taken_at", "count", "records"};
constexpr std::uint64_t kLatestTakenAt = 253'402'300'799'999;  // the year 9999

/// Whole and without a sign; empty for anything else.
std::optional<std::uint64_t> entry_number(std::string_view text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return number;
}

Text quoted_value(std::string_view value) { return verbatim(printable(value.substr(0, 40))); }

tl::unexpected<Error> bad_number(std::string_view name, std::string_view value) {
  return failure(ErrorCode::malformed,
                 say("a snapshot's field '{}' is '{}'", "el campo '{}' de una instantánea es '{}'",
                     {std::string{name}, quoted_value(value)}));
}

Result<SnapshotPart> part_of(const SnapshotEntry& entry) {
  if (entry.version != kSnapshotVersion) {
    return failure(ErrorCode::unsupported,
                   say("a snapshot entry of version '{}', and we read '{}'",
                       "una entrada de instantánea de versión '{}', y leemos la '{}'",
                       {quoted_value(entry.version), std::string{kSnapshotVersion}}));
  }
  const auto cycle = entry_number(entry.cycle);
  if (!cycle) return bad_number("cycle", entry.cycle);
  const auto parts = entry_number(entry.parts);
  if (!parts || *parts == 0 || *parts > kMostParts) return bad_number("parts", entry.parts);
  const auto part = entry_number(entry.part);
  if (!part || *part >= *parts) return bad_number("part", entry.part);
  const auto taken_at = entry_number(entry.taken_at);
  if (!taken_at || *taken_at > kLatestTakenAt) return bad_number("taken_at", entry.taken_at);
  return SnapshotPart{*cycle, static_cast<std::uint32_t>(*part), static_cast<std::uint32_t>(*parts),
                      Millis{std::chrono::milliseconds{*taken_at}}};
}

/// How many records there are; what says so must agree.
Result<std::size_t> count_of(const SnapshotEntry& entry) {
  const auto count = entry_number(entry.count);
  if (!count || *count > kMostTickersPerPart) return bad_number("count", entry.count);
  if (entry.records.size() != *count * kRecordBytes) {
    return failure(
        ErrorCode::malformed,
        say("a snapshot of {} tickers has {} bytes of records, not {}",
            "una instantánea de {} valores tiene {} bytes de registros, no {}",
            {static_cast<std::int64_t>(*count), static_cast<std::int64_t>(entry.records.size()),
             static_cast<std::int64_t>(*count * kRecordBytes)}));
  }
  return static_cast<std::size_t>(*count);
}

}  // namespace

std::string_view SnapshotPartWriter::number(std::size_t field, std::uint64_t value) {
  auto& digits = digits_[field];
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return {digits.data(), static_cast<std::size_t>(written.ptr - digits.data())};
}

const SnapshotPartWriter::Fields& SnapshotPartWriter::encode(const SnapshotPart& part,
                                                             std::span<const Quote> quotes) {
  quotes = quotes.first(std::min(quotes.size(), kMostTickersPerPart));
  records_.resize(quotes.size() * kRecordBytes);
  std::size_t count = 0;
  for (const auto& quote : quotes) {
    if (!fits_record(quote)) {
      ++left_out_;
      continue;
    }
    put_record(quote, records_.data() + count * kRecordBytes);
    ++count;
  }
  records_.resize(count * kRecordBytes);
  const auto taken_at = static_cast<std::uint64_t>(part.taken_at.time_since_epoch().count());
  const std::array values{kSnapshotVersion,          number(0, part.cycle), number(1, part.part),
                          number(2, part.parts),     number(3, taken_at),   number(4, count),
                          std::string_view{records_}};
  for (std::size_t i = 0; i < values.size(); ++i) {
    fields_[2 * i] = kFieldNames[i];
    fields_[2 * i + 1] = values[i];
  }
  return fields_;
}

bool SnapshotEntry::set(std::string_view name, std::string_view value) {
  const std::array members{&SnapshotEntry::version, &SnapshotEntry::cycle,    &SnapshotEntry::part,
                           &SnapshotEntry::parts,   &SnapshotEntry::taken_at, &SnapshotEntry::count,
                           &SnapshotEntry::records};
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (name != kFieldNames[i]) continue;
    this->*members[i] = value;
    return true;
  }
  return false;
}

Result<SnapshotPart> decode(const SnapshotEntry& entry, std::vector<Quote>& quotes) {
  quotes.clear();
  const auto part = part_of(entry);
  if (!part) return part;
  const auto count = count_of(entry);
  if (!count) return failure(count.error());
  quotes.resize(*count);
  for (std::size_t i = 0; i < *count; ++i) {
    if (take_record(entry.records.data() + i * kRecordBytes, quotes[i])) continue;
    quotes.clear();
    return failure(ErrorCode::malformed, say("record {} of a snapshot is none of ours",
                                             "el registro {} de una instantánea no es nuestro",
                                             {static_cast<std::int64_t>(i)}));
  }
  return part;
}

}  // namespace plimsoll::market
