#include "scanner/scanner.h"

#include <algorithm>

#include "scanner/row_json.h"

namespace plimsoll::market {
namespace {

constexpr auto kLeastScanned = Price::dollars(0.5);
constexpr std::size_t kMostKept = 0xffff;  // rows are numbered in 16 bits
constexpr Figures kNoFigures{};

std::string joined(const std::vector<std::string>& names) {
  JsonText text;
  for (const auto& name : names) {
    if (text.size() > 0) text.add(",");
    text.add_quoted(name);
  }
  return std::string{text.view()};
}

}  // namespace

Scanner::Scanner(const ScannerOptions& options)
    : options_{options}, symbols_{options.capacity}, seen_(options.capacity) {
  options_.keep = std::min(options_.keep, kMostKept);
  options_.category_limit = std::min(options_.category_limit, ScannerOptions::kMostPerCategory);
  facts_.reserve(options_.capacity);
  facts_json_.reserve(options_.capacity);
  candidates_.reserve(options_.capacity);
  scores_.reserve(options_.capacity);
  keys_.reserve(options_.capacity);
  for (auto& keys : list_keys_) keys.reserve(options_.keep);
  rows_.reserve(options_.keep);
  for (auto& list : lists_) list.reserve(options_.category_limit);
}

bool Scanner::set_metadata(const Metadata& metadata) {
  const auto index = symbols_.find_or_add(metadata.symbol);
  if (index == SymbolTable::kNone) {
    ++stats_.over_capacity;
    return false;
  }
  if (index == facts_.size()) {
    facts_.emplace_back();
    facts_json_.emplace_back();
  }
  facts_[index] = {.market_cap = metadata.market_cap.value_or(SymbolFacts::kUnknown),
                   .float_shares = metadata.float_shares.value_or(SymbolFacts::kUnknown),
                   .avg_volume_30d = metadata.avg_volume_30d.value_or(SymbolFacts::kUnknown),
                   .sector = names_.intern(metadata.sector),
                   .industry = names_.intern(metadata.industry),
                   .exchange = names_.intern(metadata.exchange)};
  facts_json_[index] = facts_json_of(metadata);
  return true;
}

void Scanner::set_filters(const std::vector<ScannerFilter>& filters) {
  for (std::size_t session = 0; session < filters_.size(); ++session) {
    filters_[session] = CompiledFilter{filters, static_cast<Session>(session), names_};
    filters_json_[session] = joined(filters_[session].matched());
  }
}

void Scanner::begin(const ScanMoment& moment) {
  moment_ = moment;
  ++cycle_number_;
  candidates_.clear();
  scores_.clear();
}

void Scanner::consider(std::span<const Quote> quotes, std::span<const Figures> figures) {
  stats_.quotes += quotes.size();
  for (std::size_t i = 0; i < quotes.size(); ++i)
    consider(quotes[i], figures.empty() ? kNoFigures : figures[i]);
}

bool Scanner::usable(const Quote& quote) {
  const auto price = quote.price();
  if (price < kLeastScanned || price.units > kMostPriceUnits) {
    ++stats_.no_price;
    return false;
  }
  const auto volume = quote.volume();
  if (volume <= 0 || volume > kMostShares) {
    ++stats_.no_volume;
    return false;
  }
  return true;
}

void Scanner::consider(const Quote& quote, const Figures& figures) {
  if (!usable(quote)) return;
  const auto index = symbols_.find(quote.symbol);
  if (index == SymbolTable::kNone) {
    ++stats_.no_metadata;
    return;
  }
  auto& seen = seen_[index];
  const bool again = seen.cycle == cycle_number_;
  if (again) {
    ++stats_.duplicates;
    if (quote.exchange_time < seen.exchange_time) return;
  } else {
    seen = {.cycle = cycle_number_, .candidate = kNoCandidate};
  }
  seen.exchange_time = quote.exchange_time;
  const auto& facts = facts_[index];
  const auto metrics = score_of(quote, figures, facts);
  if (!filter().passes(quote, metrics, facts, moment_.at)) {
    ++stats_.filtered;
    if (seen.candidate != kNoCandidate) candidates_[seen.candidate].quote = nullptr;
    return;
  }
  if (seen.candidate == kNoCandidate) {
    seen.candidate = static_cast<std::uint32_t>(candidates_.size());
    candidates_.emplace_back();
    scores_.emplace_back();
  }
  scores_[seen.candidate] = metrics.score.units;
  candidates_[seen.candidate] = {.quote = &quote, .figures = &figures, .index = index};
}

void Scanner::collect_keys(std::int64_t least_score) {
  keys_.clear();
  for (std::uint32_t i = 0; i < scores_.size(); ++i)
    if (scores_[i] >= least_score && candidates_[i].quote != nullptr)
      keys_.push_back({scores_[i], i});
}

/// Scores move little between two scans, so about where the last one was cut is where this one will
/// be: where enough are above that, nobody below it can be among those kept.
void Scanner::rank() {
  collect_keys(likely_cut_);
  if (keys_.size() < options_.keep && likely_cut_ > kEveryScore) collect_keys(kEveryScore);
  const auto better = [this](const Key& a, const Key& b) {
    if (a.value != b.value) return a.value > b.value;
    return candidates_[a.number].quote->symbol < candidates_[b.number].quote->symbol;
  };
  if (keys_.size() > options_.keep) {
    const auto end = keys_.begin() + static_cast<std::ptrdiff_t>(options_.keep);
    std::nth_element(keys_.begin(), end, keys_.end(), better);
    keys_.erase(end, keys_.end());
  }
  std::sort(keys_.begin(), keys_.end(), better);
  const bool cut = options_.keep > 0 && keys_.size() == options_.keep;
  likely_cut_ = cut ? keys_.back().value - keys_.back().value / 16 : kEveryScore;
  fill_rows();
  fill_lists();
}

/// Percentages and categories only count for those that are kept, so only they are computed.
void Scanner::fill_rows() {
  rows_.clear();
  for (const auto& key : keys_) {
    const auto& candidate = candidates_[key.number];
    const auto metrics = metrics_of(*candidate.quote, *candidate.figures, facts_[candidate.index]);
    rows_.push_back(
        {.quote = *candidate.quote,
         .figures = *candidate.figures,
         .metrics = metrics,
         .symbol_index = candidate.index,
         .rank = static_cast<std::uint32_t>(rows_.size() + 1),
         .categories = categories_of(metrics, *candidate.figures, options_.near, moment_.session)});
  }
}

void Scanner::fill_lists() {
  for (auto& keys : list_keys_) keys.clear();
  for (std::uint32_t i = 0; i < rows_.size(); ++i) {
    const auto& row = rows_[i];
    for (const auto category : all_categories()) {
      if (!contains(row.categories, category)) continue;
      list_keys_[static_cast<std::size_t>(category)].push_back(
          {sort_key(category, row.metrics, row.figures, options_.near), i});
    }
  }
  const auto better = [this](const Key& a, const Key& b) {
    if (a.value != b.value) return a.value > b.value;
    return rows_[a.number].quote.symbol < rows_[b.number].quote.symbol;
  };
  for (std::size_t category = 0; category < kCategories; ++category) {
    auto& keys = list_keys_[category];
    auto& list = lists_[category];
    const auto size = std::min(keys.size(), options_.category_limit);
    std::partial_sort(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(size), keys.end(),
                      better);
    list.clear();
    for (std::size_t i = 0; i < size; ++i)
      list.push_back(static_cast<std::uint16_t>(keys[i].number));
  }
}

}  // namespace plimsoll::market
