#include "service/feed_choice.h"

#include "feed/recording.h"
#include "feed/rest_feed.h"
#include "feed/simulator.h"

namespace plimsoll::market {

Instant newest_open(Instant now) {
  const auto today = market_day_at(now);
  if (today.trades && now >= today.open) return today.open;
  return market_day(trading_days_before(today.date, 1).front()).open;
}

Result<std::unique_ptr<Feed>> make_feed(const Settings& settings,
                                        std::optional<Millis> resume_after) {
  if (settings.feed == FeedChoice::recording) {
    auto replay = Replay::open(settings.recording, {.speed = settings.simulator.speed});
    if (!replay) return failure(replay.error());
    return std::unique_ptr<Feed>{std::move(*replay)};
  }
  if (settings.feed == FeedChoice::polygon) {
    RestFeedOptions options;
    options.key = key_from_environment();
    options.interval = settings.polygon_interval;
    if (options.key.empty())
      return failure(
          ErrorCode::denied,
          say("feed: polygon needs POLYGON_API_KEY", "feed: polygon necesita POLYGON_API_KEY"),
          say("without a key there is `feed: simulator`", "sin clave está `feed: simulator`"));
    return std::unique_ptr<Feed>{std::make_unique<RestFeed>(std::move(options))};
  }
  SimulatorOptions options;
  options.seed = settings.simulator.seed;
  options.tickers = settings.simulator.tickers;
  options.interval = settings.simulator.interval;
  options.speed = settings.simulator.speed;
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  options.start = settings.simulator.start.value_or(newest_open(now));
  if (resume_after)
    options.start = std::max(options.start, Instant{*resume_after} + options.interval);
  return std::unique_ptr<Feed>{std::make_unique<Simulator>(std::move(options))};
}

}  // namespace plimsoll::market
