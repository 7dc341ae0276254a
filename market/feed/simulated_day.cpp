#include "feed/simulated_day.h"

#include <algorithm>
#include <cmath>

#include "feed/noise.h"

namespace plimsoll::market {
namespace {

constexpr int kOpenMinute = 330;
constexpr int kFullClose = 720;
constexpr int kHalfClose = 540;
constexpr int kHalfEnd = 780;
constexpr int kDaysNewsLast = 10;
constexpr double kNewsADay = 0.025;  // 300 of 11,900
constexpr double kTradesPerBlock = 60;

using Curve = std::array<float, kMinutesPerDay>;

/// How a day's volume falls on its minutes: 4 % before the open, 3 % after the close, and between
/// them the U, with both auctions. A half day has the same shape in less time, and 55 % of it.
Curve volume_curve(int close, int end, double whole) {
  Curve curve{};
  double sum = 0;
  for (int minute = kOpenMinute; minute < close; ++minute) {
    const double x = 2.0 * (minute - kOpenMinute) / (close - kOpenMinute) - 1.0;
    const double auction = minute == kOpenMinute ? 6.0 : minute == close - 1 ? 25.0 : 0.0;
    const double share = 0.55 + 1.6 * x * x * x * x + (x < 0 ? 0.5 * x * x : 0.0) + auction;
    curve[static_cast<std::size_t>(minute)] = static_cast<float>(share);
    sum += share;
  }
  for (auto& share : curve) share = static_cast<float>(share * 0.93 * whole / sum);
  // The pre-market fills up towards 09:30, the post-market empties.
  const double before = 0.04 * whole * 3 / (1.0 * kOpenMinute * kOpenMinute * kOpenMinute);
  for (int minute = 0; minute < kOpenMinute; ++minute)
    curve[static_cast<std::size_t>(minute)] = static_cast<float>(before * minute * minute);
  const int after = end - close;
  const double tail = 0.03 * whole * 3 / (1.0 * after * after * after);
  for (int minute = close; minute < end; ++minute) {
    curve[static_cast<std::size_t>(minute)] =
        static_cast<float>(tail * (end - minute) * (end - minute));
  }
  return curve;
}

const Curve& curve_of(bool half) {
  static const Curve kFull = volume_curve(kFullClose, kMinutesPerDay, 1.0);
  static const Curve kHalf = volume_curve(kHalfClose, kHalfEnd, 0.55);
  return half ? kHalf : kFull;
}

/// What a minute's volume is times its share: mean 1, one in fifty above 4.
const std::array<double, 256>& bursts() {
  static const auto kBursts = [] {
    std::array<double, 256> table{};
    double sum = 0;
    for (std::size_t i = 0; i < table.size(); ++i)
      sum += table[i] = noise::factor(0.85 * noise::bell(noise::word(0x62757273U, i)));
    for (auto& burst : table) burst *= 256.0 / sum;
    return table;
  }();
  return kBursts;
}

std::uint64_t day_number(Date date) {
  return static_cast<std::uint64_t>(std::chrono::sys_days{date}.time_since_epoch().count());
}

/// A leap of the price as its logarithm; 0 on most days. Good news outweigh bad ones a little.
double news_of(const Company& company, Date date) {
  const auto bits = noise::word(company.key ^ 0x6e657773U, day_number(date));
  if (noise::share(bits) >= kNewsADay) return 0;
  const auto more = noise::mixed(bits);
  const double size = (company.price < 5 ? 0.16 : 0.07) * noise::factor(0.6 * noise::bell(more));
  return noise::share(noise::mixed(more)) < 0.55 ? size : -size;
}

/// Logarithm of where the price ends on the last of these days, oldest first, relative to where it
/// belongs: slow waves, and what the news of the days before left behind.
double level_of(const Company& company, const Date* first, const Date* end) {
  const auto day = day_number(*(end - 1));
  const double usual = company.volatility;
  double level =
      usual * (2.5 * noise::wave(company.key, day, 61) + 1.6 * noise::wave(company.key, day, 13) +
               noise::wave(company.key, day, 3));
  double memory = 1;
  for (const Date* date = end; date != first; memory *= 0.8)
    level += memory * news_of(company, *--date);
  return level;
}

/// Shares on the last of the days that end here: news of it and of the three before make it loud.
double volume_of(const Company& company, const Date* end) {
  double loud = 0;
  double memory = 1;
  for (int back = 1; back <= 4; ++back, memory *= 0.35)
    loud += memory * std::abs(news_of(company, *(end - back)));
  const auto bits = noise::word(company.key ^ 0x766f6cU, day_number(*(end - 1)));
  return company.volume * noise::factor(0.3 * noise::bell(bits)) * (1 + std::min(60.0, 45 * loud));
}

Price rounded(double dollars) {
  if (dollars >= 1) {
    return {static_cast<std::int64_t>(dollars * 100 + 0.5) * (Price::kPerDollar / 100)};
  }
  return {std::max<std::int64_t>(1, static_cast<std::int64_t>(dollars * 10'000 + 0.5))};
}

/// Shares in one trade: more of them where they are cheap.
double lot_of(double price) {
  return std::clamp(kTradesPerBlock * std::sqrt(40.0 / price), 1.0, 3000.0);
}

SimulatedDay::Halt halt_for(std::uint64_t key, bool news, int close) {
  const auto bits = noise::word(key, 0x68616c74U);
  if (noise::share(bits) >= (news ? 0.15 : 0.001)) return {};
  const auto more = noise::mixed(bits);
  const int length = 5 + static_cast<int>(more % 56);
  const auto room = static_cast<std::uint64_t>(close - kOpenMinute - length);
  const int begin = kOpenMinute + static_cast<int>((more >> 16U) % room);
  return {begin, begin + length};
}

}  // namespace

SimulatedDay::Plan SimulatedDay::plan_of(const Company& company, const std::vector<Date>& days,
                                         int close) {
  const Date date = days.back();
  const Date* end = days.data() + days.size();
  const double before = level_of(company, end - 1 - kDaysNewsLast, end - 1);
  const double after = level_of(company, end - kDaysNewsLast, end);
  const double news = news_of(company, date);
  Plan plan;
  plan.key = noise::word(company.key ^ 0x646179U, day_number(date));
  plan.news = news != 0;
  const double gap = (plan.news ? 0.6 + 0.5 * noise::share(plan.key) : 0.4) * (after - before);
  plan.open = company.price * noise::factor(before + gap);
  plan.drift = after - before - gap;
  plan.swing = company.volatility * (plan.news ? 2.5 : 1.0);
  plan.volume = volume_of(company, end);
  plan.trades = plan.volume / lot_of(company.price);
  plan.halt = halt_for(plan.key, plan.news, close);
  return plan;
}

SimulatedDay::SimulatedDay(const std::vector<Company>& companies, Date date)
    : SimulatedDay{companies, date, true} {}

SimulatedDay::SimulatedDay(const std::vector<Company>& companies, Date date, bool with_yesterday)
    : market_{market_day(date)} {
  const bool half = market_.end - market_.begin < std::chrono::hours{16};
  close_minute_ = half ? kHalfClose : kFullClose;
  end_minute_ = half ? kHalfEnd : kMinutesPerDay;
  curve_ = &curve_of(half);
  auto days = trading_days_before(date, kDaysNewsLast + 1);
  days.push_back(date);
  plans_.reserve(companies.size());
  for (const auto& company : companies) {
    plans_.push_back(plan_of(company, days, close_minute_));
  }
  if (!with_yesterday) return;
  const SimulatedDay before{companies, days[days.size() - 2], false};
  yesterdays_.reserve(companies.size());
  for (std::size_t i = 0; i < companies.size(); ++i) yesterdays_.push_back(before.ends_of(i));
}

double SimulatedDay::price_at(const Plan& plan, int minute) const {
  const auto at = static_cast<std::uint64_t>(minute);
  const double t = std::min(1.0, static_cast<double>(minute) / close_minute_);
  const double s = 2 * t - 1;
  const double s4 = s * s * s * s;
  // It strays from the straight way, but not at its ends: the close is what the next day begins
  // from.
  const double stray =
      minute <= close_minute_ ? 1 - s4 * s4 : 0.4 * std::min(1.0, (minute - close_minute_) / 20.0);
  const double wander = 0.6 * noise::wave(plan.key, at, 128) +
                        0.35 * noise::wave(plan.key, at, 32) + 0.15 * noise::wave(plan.key, at, 8) +
                        0.06 * noise::wave(plan.key, at, 1);
  return plan.open * noise::factor(plan.drift * t + plan.swing * stray * wander);
}

MinuteBar SimulatedDay::bar_at(std::size_t ticker, int minute) const {
  const auto& plan = plans_[ticker];
  if (minute < 0 || minute >= end_minute_) return {};
  if (minute >= plan.halt.begin && minute < plan.halt.end) return {};
  // x trades are expected; with a chance of x/(1+x) there are 1+x of them, times the burst. So a
  // minute of a quiet ticker is mostly empty, and the sum is right.
  const double x = plan.trades * static_cast<double>((*curve_)[static_cast<std::size_t>(minute)]);
  const auto bits = noise::word(plan.key, static_cast<std::uint64_t>(minute) + 4096);
  if (noise::share(bits) * (1 + x) >= x) return {};
  const double trades = (1 + x) * bursts()[bits & 0xffU];
  MinuteBar bar;
  bar.trades = std::max(1, static_cast<int>(trades));
  bar.volume = std::max<std::int64_t>(
      bar.trades, static_cast<std::int64_t>(trades * (plan.volume / plan.trades)));
  bar.close = rounded(price_at(plan, minute + 1));
  return bar;
}

SimulatedDay::Yesterday SimulatedDay::ends_of(std::size_t ticker) const {
  Yesterday ends;
  for (int minute = close_minute_ - 1; minute >= 0; --minute) {
    const auto bar = bar_at(ticker, minute);
    if (bar.trades == 0) continue;
    if (ends.close.units == 0) ends.close = bar.close;
    ends.volume += bar.volume;
  }
  if (ends.close.units == 0) ends.close = rounded(price_at(plans_[ticker], close_minute_));
  return ends;
}

void SimulatedDay::slots_of(std::size_t ticker, std::vector<SlotVolume>& into) const {
  into.clear();
  std::int64_t accumulated = 0;
  double paid = 0;
  std::int64_t of_slot = 0;
  for (int minute = 0; minute < end_minute_; ++minute) {
    const auto bar = bar_at(ticker, minute);
    if (bar.trades == 0) continue;
    const int slot = minute / static_cast<int>(kSlotLength.count());
    if (into.empty() || into.back().slot != slot) {
      into.push_back({slot, 0, 0, {}});
      paid = 0;
      of_slot = 0;
    }
    accumulated += bar.volume;
    of_slot += bar.volume;
    paid += static_cast<double>(bar.volume) * static_cast<double>(bar.close.units);
    auto& row = into.back();
    row.accumulated = accumulated;
    row.trades += bar.trades;
    row.average = {static_cast<std::int64_t>(paid / static_cast<double>(of_slot) + 0.5)};
  }
}

std::vector<TickerMetadata> metadata_of(const std::vector<Company>& companies,
                                        const SimulatedDay& day) {
  constexpr int kMonth = 30;
  constexpr int kShort = 10;
  const auto days = trading_days_before(day.market().date, kMonth + 3);
  std::vector<TickerMetadata> all;
  all.reserve(companies.size());
  for (std::size_t i = 0; i < companies.size(); ++i) {
    const auto& company = companies[i];
    auto& row = all.emplace_back();
    row.symbol = company.symbol;
    row.market_cap = static_cast<std::int64_t>(day.prev_close(i).in_dollars() *
                                               static_cast<double>(company.shares_outstanding));
    row.float_shares = company.float_shares;
    row.shares_outstanding = company.shares_outstanding;
    double sum = 0;
    for (int back = 0; back < kMonth; ++back) {
      sum += volume_of(company, days.data() + days.size() - back);
      if (back + 1 == kShort) row.avg_volume_10d = static_cast<std::int64_t>(sum / kShort);
    }
    row.avg_volume_30d = static_cast<std::int64_t>(sum / kMonth);
    row.sector = sector_of(company);
    row.industry = industry_of(company);
    row.exchange = exchange_of(company);
  }
  return all;
}

}  // namespace plimsoll::market
