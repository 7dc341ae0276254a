#include "scanner/scanner.h"

#include <algorithm>

#include "scanner/row_json.h"

namespace plimsoll::market {
namespace {

constexpr auto kLeastPrice = Price::dollars(0.5);
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
  keys_.reserve(options_.capacity);
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

void Scanner::begin(const Cycle& cycle) {
  cycle_ = cycle;
  ++cycle_number_;
  candidates_.clear();
}

void Scanner::consider(std::span<const Quote> quotes, std::span<const Figures> figures) {
  stats_.quotes += quotes.size();
  for (std::size_t i = 0; i < quotes.size(); ++i)
    consider(quotes[i], figures.empty() ? kNoFigures : figures[i]);
}

bool Scanner::usable(const Quote& quote) {
  const auto price = quote.price();
  if (price < kLeastPrice || price.units > kMostPriceUnits) {
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
  const auto metrics = metrics_of(quote, figures, facts);
  if (!filter().passes(quote, metrics, facts, cycle_.at)) {
    ++stats_.filtered;
    if (seen.candidate != kNoCandidate) candidates_[seen.candidate].quote = nullptr;
    return;
  }
  if (seen.candidate == kNoCandidate) {
    seen.candidate = static_cast<std::uint32_t>(candidates_.size());
    candidates_.emplace_back();
  }
  candidates_[seen.candidate] = {
      .quote = &quote,
      .figures = &figures,
      .index = index,
      .categories = categories_of(metrics, figures, options_.near, cycle_.session),
      .metrics = metrics};
}

void Scanner::rank() {
  keys_.clear();
  for (std::uint32_t i = 0; i < candidates_.size(); ++i)
    if (candidates_[i].quote != nullptr) keys_.push_back({candidates_[i].metrics.score.units, i});
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
  fill_rows();
  for (const auto category : all_categories()) fill_list(category);
}

void Scanner::fill_rows() {
  rows_.clear();
  for (const auto& key : keys_) {
    const auto& candidate = candidates_[key.number];
    rows_.push_back({.quote = *candidate.quote,
                     .figures = *candidate.figures,
                     .metrics = candidate.metrics,
                     .symbol_index = candidate.index,
                     .rank = static_cast<std::uint32_t>(rows_.size() + 1),
                     .categories = candidate.categories});
  }
}

void Scanner::fill_list(Category category) {
  keys_.clear();
  for (std::uint32_t i = 0; i < rows_.size(); ++i) {
    const auto& row = rows_[i];
    if (contains(row.categories, category))
      keys_.push_back({sort_key(category, row.metrics, row.figures, options_.near), i});
  }
  const auto size = std::min(keys_.size(), options_.category_limit);
  std::partial_sort(keys_.begin(), keys_.begin() + static_cast<std::ptrdiff_t>(size), keys_.end(),
                    [this](const Key& a, const Key& b) {
                      if (a.value != b.value) return a.value > b.value;
                      return rows_[a.number].quote.symbol < rows_[b.number].quote.symbol;
                    });
  auto& list = lists_[static_cast<std::size_t>(category)];
  list.clear();
  for (std::size_t i = 0; i < size; ++i)
    list.push_back(static_cast<std::uint16_t>(keys_[i].number));
}

}  // namespace plimsoll::market
