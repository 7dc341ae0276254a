#include "collect/postgres/time_column.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace plimsoll {
namespace {

std::string lower(std::string text) {
  for (auto& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

bool contains_any(const std::string& name, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

/// When a row was changed, ends, or is due says nothing of when it came. By words, since
/// "exchange_time" is no change.
bool says_something_else(const std::string& name) {
  constexpr std::array<std::string_view, 16> kOthers{
      "updat", "modif", "chang", "expir", "until", "delet", "birth",  "last",
      "next",  "end",   "due",   "seen",  "valid", "actua", "caduca", "vence"};
  for (const auto word : split(name, '_')) {
    for (const auto other : kOthers) {
      if (word.starts_with(other)) return true;
    }
  }
  return false;
}

int name_score(const std::string& name) {
  constexpr std::array kPlain{"time", "ts", "timestamp", "event_time", "bucket", "fecha"};
  if (std::find(kPlain.begin(), kPlain.end(), name) != kPlain.end()) return 15;
  if (contains_any(name, {"creat", "insert", "receiv", "ingest", "record"})) return 12;
  if (name == "date" || name == "day" || name.ends_with("_date")) return 10;
  if (contains_any(name, {"time", "ts", "date", "_at"})) return 8;
  return 0;
}

int score(const TimeCandidate& candidate, const std::string& dimension) {
  if (!dimension.empty() && candidate.name == dimension) return 10000;
  if (candidate.in_key) return 5000;
  const auto name = lower(candidate.name);
  if (says_something_else(name)) return -1;
  int total = 1 + name_score(name);
  if (candidate.indexed) total += 100;
  if (candidate.not_null) total += 20;
  if (candidate.is_integer()) total -= 10;
  return total;
}

}  // namespace

CandidatesByTable parse_time_candidates(const postgres::Rows& rows) {
  CandidatesByTable candidates;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = rows[i];
    TimeCandidate candidate;
    candidate.name = row.text("name");
    candidate.type = row.text("type");
    candidate.position = static_cast<int>(row.integer("position").value_or(0));
    candidate.not_null = row.flag("not_null");
    candidate.in_key = row.flag("in_key");
    candidate.indexed = row.flag("indexed");
    candidate.readable = row.boolean("readable").value_or(true);
    candidates[row.integer("oid").value_or(0)].push_back(std::move(candidate));
  }
  return candidates;
}

const TimeCandidate* choose_time_column(const std::vector<TimeCandidate>& candidates,
                                        const std::string& dimension) {
  const TimeCandidate* best = nullptr;
  int best_score = 0;
  for (const auto& candidate : candidates) {
    const int found = score(candidate, dimension);
    if (found > best_score) {
      best = &candidate;
      best_score = found;
    }
  }
  return best;
}

ColumnSpread parse_spread(const postgres::Row& row, bool integer, Instant now) {
  ColumnSpread column;
  const auto bounds = parse_array(row.text("histogram")).value_or(std::vector<std::string>{});
  const auto values = parse_array(row.text("common_values")).value_or(std::vector<std::string>{});
  const auto shares = parse_array(row.text("common_shares")).value_or(std::vector<std::string>{});
  if (integer) {
    std::optional<std::int64_t> largest;
    for (const auto* list : {&bounds, &values}) {
      for (const auto& text : *list) largest = std::max(largest, parse_int(text));
    }
    if (largest) column.unit = epoch_unit(*largest, now);
    if (!column.unit) return column;
  }
  for (const auto& bound : bounds) {
    if (const auto instant = parse_time_value(bound, column.unit)) {
      column.spread.bounds.push_back(*instant);
    }
  }
  std::sort(column.spread.bounds.begin(), column.spread.bounds.end());
  for (std::size_t i = 0; i < std::min(values.size(), shares.size()); ++i) {
    const auto instant = parse_time_value(values[i], column.unit);
    const auto share = parse_double(shares[i]);
    if (instant && share) column.spread.frequent.push_back({*instant, *share});
  }
  column.spread.null_share = row.real("null_frac").value_or(0);
  return column;
}

}  // namespace plimsoll
