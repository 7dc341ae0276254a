#include "scanner/ranking_feed.h"

#include <algorithm>
#include <cstdlib>

namespace plimsoll::market {
namespace {

constexpr std::uint16_t kNotListed = 0xffff;
constexpr std::int64_t kPriceStep = Price::kPerDollar / 100;  // 0.01 dollars
constexpr std::int64_t kVolumeStep = 1000;                    // shares
constexpr std::int64_t kChangeStep = Decimal::kOne / 100;     // 0.01 %
constexpr std::int64_t kRvolStep = 5 * Decimal::kOne / 100;   // 0.05
constexpr std::size_t kUsualChange = 1500;                    // bytes, with its row

bool moved(Decimal before, Decimal now, std::int64_t step) {
  if (before.known() != now.known()) return true;
  return now.known() && std::abs(now.units - before.units) > step;
}

}  // namespace

RankingFeed::RankingFeed(const ScannerOptions& options)
    : rows_{options.keep}, stamps_(options.capacity) {
  const auto limit = std::min(options.category_limit, ScannerOptions::kMostPerCategory);
  for (auto& state : states_) {
    state.ranking.reserve(limit);
    state.rank_of.assign(options.capacity, kNotListed);
  }
  next_.reserve(limit);
  messages_.reserve(kCategories);
  text_.reserve(kCategories * limit * kUsualChange);
}

void RankingFeed::restore(Category list, std::uint64_t sequence) {
  auto& of = state(list);
  of.sequence = sequence;
  of.readers_hold_rows = sequence > 0;
}

void RankingFeed::start_over(Category list) {
  auto& of = state(list);
  of.spoken = false;
  of.readers_hold_rows = of.sequence > 0;
}

std::span<const ListMessage> RankingFeed::announce(const Scanner& scanner) {
  rows_.clear();
  text_.clear();
  messages_.clear();
  std::array<std::size_t, kCategories> begins{};
  for (const auto list : all_categories()) {
    auto& of = state(list);
    const bool empty = scanner.list(list).empty();
    const bool snapshot = !of.spoken && (!empty || of.readers_hold_rows);
    if (!snapshot && !of.spoken) continue;
    const auto begin = text_.size();
    text_.add("[");
    const auto count =
        snapshot ? write_snapshot(scanner, of, list) : write_deltas(scanner, of, list);
    text_.add("]");
    adopt(of);
    if (!snapshot && count == 0) continue;
    of.spoken = true;
    of.readers_hold_rows = !of.ranking.empty();
    begins[messages_.size()] = begin;
    messages_.push_back({.list = list,
                         .snapshot = snapshot,
                         .sequence = ++of.sequence,
                         .at = scanner.moment().at,
                         .count = count,
                         .json = {nullptr, text_.size() - begin}});
  }
  // Only now does the buffer stay where it is.
  for (std::size_t i = 0; i < messages_.size(); ++i)
    messages_[i].json = text_.view(begins[i], begins[i] + messages_[i].json.size());
  return messages_;
}

RankingFeed::Announced RankingFeed::announced(const ScannerRow& row) {
  return {.symbol_index = row.symbol_index,
          .symbol = row.quote.symbol,
          .price = row.metrics.price.units,
          .volume = row.metrics.volume_today,
          .change = row.metrics.change_percent,
          .rvol = row.metrics.rvol};
}

bool RankingFeed::has_moved(const Announced& before, const ScannerRow& row) {
  const auto& now = row.metrics;
  return std::abs(now.price.units - before.price) > kPriceStep ||
         std::abs(now.volume_today - before.volume) > kVolumeStep ||
         moved(before.change, now.change_percent, kChangeStep) ||
         moved(before.rvol, now.rvol, kRvolStep);
}

std::uint32_t RankingFeed::write_snapshot(const Scanner& scanner, State& of, Category list) {
  for (const auto number : scanner.list(list)) {
    if (!next_.empty()) text_.add(",");
    text_.add(rows_.of(scanner, number));
    next_.push_back(announced(scanner.rows()[number]));
  }
  for (const auto& gone : of.ranking) of.rank_of[gone.symbol_index] = kNotListed;
  return static_cast<std::uint32_t>(next_.size());
}

std::uint32_t RankingFeed::write_removals(const Scanner& scanner, State& of, Category list) {
  ++stamp_;
  for (const auto number : scanner.list(list))
    stamps_[scanner.rows()[number].symbol_index] = stamp_;
  std::uint32_t count = 0;
  for (const auto& before : of.ranking) {
    if (stamps_[before.symbol_index] == stamp_) continue;
    of.rank_of[before.symbol_index] = kNotListed;
    text_.add(count++ == 0 ? "{\"action\":\"remove\",\"symbol\":"
                           : ",{\"action\":\"remove\",\"symbol\":");
    text_.add_quoted(before.symbol.text());
    text_.add("}");
  }
  return count;
}

void RankingFeed::write_change(std::string_view action, std::size_t rank, const Symbol& symbol) {
  if (text_.view().back() != '[') text_.add(",");
  text_.add("{\"action\":\"");
  text_.add(action);
  text_.add("\",\"rank\":");
  text_.add_whole(static_cast<std::int64_t>(rank));
  text_.add(",\"symbol\":");
  text_.add_quoted(symbol.text());
}

void RankingFeed::write_rerank(std::size_t from, std::size_t to, const Symbol& symbol) {
  if (text_.view().back() != '[') text_.add(",");
  text_.add("{\"action\":\"rerank\",\"symbol\":");
  text_.add_quoted(symbol.text());
  text_.add(",\"old_rank\":");
  text_.add_whole(static_cast<std::int64_t>(from));
  text_.add(",\"new_rank\":");
  text_.add_whole(static_cast<std::int64_t>(to));
  text_.add("}");
}

std::uint32_t RankingFeed::write_deltas(const Scanner& scanner, State& of, Category list) {
  auto count = write_removals(scanner, of, list);
  for (const auto number : scanner.list(list)) {
    const auto& row = scanner.rows()[number];
    const auto rank = next_.size();
    const auto before = of.rank_of[row.symbol_index];
    const bool is_new = before == kNotListed;
    if (!is_new && before != rank) {
      write_rerank(before, rank, row.quote.symbol);
      ++count;
    }
    if (!is_new && !has_moved(of.ranking[before], row)) {
      next_.push_back(of.ranking[before]);
      continue;
    }
    write_change(is_new ? "add" : "update", rank, row.quote.symbol);
    text_.add(",\"data\":");
    text_.add(rows_.of(scanner, number));
    text_.add("}");
    ++count;
    next_.push_back(announced(row));
  }
  return count;
}

/// next_ becomes what was announced. Symbols that left have lost their rank already.
void RankingFeed::adopt(State& of) {
  of.ranking.swap(next_);
  next_.clear();
  for (std::size_t rank = 0; rank < of.ranking.size(); ++rank)
    of.rank_of[of.ranking[rank].symbol_index] = static_cast<std::uint16_t>(rank);
}

}  // namespace plimsoll::market
