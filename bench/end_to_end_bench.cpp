// From a received snapshot to its ranking deltas in Redis: the services as they run, on private
// servers. This program is the feed: it adds the parts of each cycle, and reads the deltas with a
// blocking read, as a reader of them would.
#include <algorithm>
#include <map>
#include <stdexcept>
#include <thread>

#include "base/text.h"
#include "demo/private_server.h"
#include "feed/simulator.h"
#include "fixture_servers.h"
#include "link/redis/byte_pipe.h"
#include "output.h"
#include "row.h"
#include "service/programs_testing.h"
#include "ticker/snapshot_part.h"

namespace plimsoll::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kCycles = 200;
constexpr int kWarm = 20;
constexpr std::chrono::milliseconds kEvery{250};  // 20 times real time
constexpr std::chrono::milliseconds kQuiet{60};   // no further delta of a cycle comes after this

template <typename T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error{result.error().what.en};
  return std::move(*result);
}

std::unique_ptr<redis::BytePipe> pipe_to(const std::string& url) {
  return value_of(redis::BytePipe::open(value_of(redis::parse_address(url)),
                                        deadline_in(std::chrono::seconds{5})));
}

std::vector<redis::Reply> ask(redis::BytePipe& pipe, const std::vector<redis::Command>& commands) {
  return value_of(pipe.ask(commands, deadline_in(std::chrono::seconds{10})));
}

std::vector<redis::Command> commands_of(const market::Cycle& cycle, std::uint64_t number) {
  static market::SnapshotPartWriter writer;
  std::vector<redis::Command> commands;
  const std::span<const market::Quote> quotes{cycle.quotes};
  market::SnapshotPart part{number, 0, market::parts_of(quotes.size()), cycle.taken_at};
  for (; part.part < part.parts; ++part.part) {
    const auto begin = part.part * market::kTickersPerPart;
    redis::Command command{"XADD", "snapshots:raw", "MAXLEN", "~", "720", "*"};
    for (const auto field : writer.encode(
             part, quotes.subspan(begin, std::min(market::kTickersPerPart, quotes.size() - begin))))
      command.emplace_back(field);
    commands.push_back(std::move(command));
  }
  return commands;
}

/// Reads what has come to the deltas until nothing has for kQuiet; when the last of it was there.
Clock::time_point last_delta(redis::BytePipe& reader, std::string& after) {
  Clock::time_point seen{};
  for (;;) {
    const auto block = seen == Clock::time_point{} ? std::chrono::milliseconds{3000} : kQuiet;
    const auto reply =
        ask(reader, {{"XREAD", "COUNT", "100", "BLOCK", std::to_string(block.count()), "STREAMS",
                      "stream:ranking:deltas", after}})
            .front();
    if (!reply.is_array() || reply.elements.empty()) return seen;
    seen = Clock::now();
    after = reply.elements.front().elements[1].elements.back().elements[0].text;
  }
}

std::string settings_of(const std::string& policy, const std::string& redis,
                        const std::string& postgres, const std::string& own) {
  return "policy: " + policy + "\nredis: \"" + redis + "\"\npostgres: \"" + postgres +
         "\"\nlisten: 127.0.0.1:0\nseed_history: true\nsimulator: { seed: 1, tickers: 11900 }\n" +
         own;
}

}  // namespace

Rows run_end_to_end_bench() {
  const Scratch scratch;
  const auto redis =
      value_of(start_private_redis(scratch.path() / "redis", {.ends_with_caller = true}));
  PrivateServerOptions options;
  options.durable = true;
  options.loopback = false;
  options.ends_with_caller = true;
  const auto postgres = value_of(start_private_postgres(scratch.path() / "pg", options));
  const std::filesystem::path programs = std::filesystem::path{PLIMSOLL_BINARY}.parent_path();
  const std::string policy = std::string{PLIMSOLL_SOURCES} + "/deploy/market/plimsoll.yaml";
  market::Program analytics{programs / "analytics", scratch.path() / "analytics",
                            settings_of(policy, redis.url, postgres.url, "")};
  market::Program scanner{
      programs / "scanner", scratch.path() / "scanner",
      settings_of(policy, redis.url, postgres.url,
                  "store: { every: 30s, top: { MARKET_OPEN: 100 }, minutes: history }\n")};
  if (!market::eventually([&] { return scanner.metric("symbols_with_metadata") > 0; }))
    throw std::runtime_error{"the scanner does not start: " + scanner.log()};

  market::SimulatorOptions feed;
  feed.start = *parse_iso8601("2025-11-11T15:00:00Z");
  feed.speed = 0;
  market::Simulator simulator{feed};
  market::Cycle cycle;
  const auto writer = pipe_to(redis.url);
  const auto reader = pipe_to(redis.url);
  std::string after = "0";
  std::vector<double> took;
  for (int n = 0; n < kCycles + kWarm; ++n) {
    value_of(simulator.next(cycle));
    auto commands = commands_of(cycle, static_cast<std::uint64_t>(n + 1));
    auto last = std::move(commands.back());
    commands.pop_back();
    const auto next_at = Clock::now() + kEvery;
    ask(*writer, commands);
    const auto sent = Clock::now();
    ask(*writer, {last});
    const auto seen = last_delta(*reader, after);
    if (n >= kWarm && seen != Clock::time_point{})
      took.push_back(std::chrono::duration<double, std::milli>(seen - sent).count());
    // Analytics begins with the past of a fresh machine, once: none of the services' usual work.
    const auto ready = [&] {
      return analytics.metric("cycles_total") > 0 && analytics.metric("past_days_to_store") == 0;
    };
    if (n == 0 && !market::eventually(ready, std::chrono::minutes{6}))
      throw std::runtime_error{"analytics does not start: " + analytics.log()};
    std::this_thread::sleep_until(next_at);
  }
  if (took.size() < kCycles / 2) throw std::runtime_error{"too few cycles had deltas"};
  std::sort(took.begin(), took.end());
  const auto at = [&](double share) {
    return took[std::min(took.size() - 1,
                         static_cast<std::size_t>(share * static_cast<double>(took.size())))];
  };
  Row median_row{"market", "end-to-end, last part to last delta, median", at(0.5), "ms"};
  Row p99{"market", "end-to-end, last part to last delta, p99", at(0.99), "ms"};
  p99.most = 10;
  Row memory{"market", "scanner, resident", scanner.metric("memory_resident_bytes") / 1e6, "MB"};
  memory.most = scanner.metric("memory_bound_bytes") / 1e6;
  Row more{"market", "analytics, resident", analytics.metric("memory_resident_bytes") / 1e6, "MB"};
  more.most = analytics.metric("memory_bound_bytes") / 1e6;
  scanner.stop();
  analytics.stop();
  stop_private_redis(redis.directory);
  stop_private_postgres(postgres.directory);
  return {median_row, p99, memory, more};
}

}  // namespace plimsoll::bench
