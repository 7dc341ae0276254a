#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "apply/redis/redis_executor.h"
#include "collect/redis/parse.h"
#include "link/redis/acting.h"
#include "link/redis/script.h"
#include "tests/testing/private_servers.h"

// What the tests of the executors share: a real server, a step, and a watch that remembers.
namespace plimsoll {

inline redis::Link link_to(const std::string& url) {
  auto link = redis::Link::connect(*redis::parse_address(url), std::chrono::seconds{30});
  if (!link) throw std::runtime_error{link.error().what.en};
  return std::move(*link);
}

inline std::vector<redis::Reply> run(redis::Link& link,
                                     const std::vector<redis::Command>& commands) {
  auto replies = redis::pipeline(link, commands);
  if (!replies) throw std::runtime_error{replies.error().what.en};
  for (const auto& reply : *replies) {
    if (reply.is_error()) throw std::runtime_error{reply.text};
  }
  return std::move(*replies);
}
inline redis::Reply run_one(redis::Link& link, const redis::Command& command) {
  return run(link, {command}).front();
}

inline std::int64_t length_of(redis::Link& link, const std::string& key) {
  return run_one(link, {"XLEN", key}).integer;
}

/// Ids FIRST-0, FIRST+1-0, …: one millisecond each.
inline void add_entries(redis::Link& link, const std::string& key, std::int64_t first,
                        std::int64_t count) {
  std::vector<redis::Command> commands;
  for (std::int64_t i = 0; i < count; ++i)
    commands.push_back({"XADD", key, std::to_string(first + i) + "-0", "symbol", "AAPL", "price",
                        std::to_string(i % 997) + ".25"});
  run(link, commands);
}

/// Delivers `count` entries to the consumer, a thousand at a time at most.
inline void read_entries(redis::Link& link, const std::string& key, const std::string& group,
                         std::int64_t count, const std::string& consumer = "c") {
  for (std::int64_t left = count; left > 0; left -= 1000) {
    run(link, {{"XREADGROUP", "GROUP", group, consumer, "COUNT",
                std::to_string(std::min<std::int64_t>(left, 1000)), "STREAMS", key, ">"}});
  }
}

inline std::set<StreamId> ids_in(redis::Link& link, const std::string& key) {
  std::set<StreamId> ids;
  for (const auto& entry : run_one(link, {"XRANGE", key, "-", "+"}).elements)
    ids.insert(*parse_stream_id(entry.elements[0].text));
  return ids;
}

inline std::set<StreamId> pending_ids(redis::Link& link, const std::string& key,
                                      const std::string& group) {
  std::set<StreamId> ids;
  for (const auto& entry : run_one(link, {"XPENDING", key, group, "-", "+", "10000000"}).elements)
    ids.insert(*parse_stream_id(entry.elements[0].text));
  return ids;
}

class TestWatch final : public StepWatch {
 public:
  void progress(const Text&, std::optional<double> share) override {
    ++steps;
    if (share) last_share = *share;
    if (on_progress) on_progress();
  }
  bool stop_wanted() const override { return steps >= stop_after; }
  Result<void> begin_phase(const std::string& phase, const std::string&) override {
    if (journal_full) return failure(ErrorCode::denied, verbatim("journal"));
    phases.push_back(phase);
    return {};
  }

  int steps = 0;
  int stop_after = 1 << 30;
  bool journal_full = false;
  double last_share = 0;
  std::vector<std::string> phases;
  std::function<void()> on_progress;
};

inline Step a_step(Change change) {
  Step step;
  step.number = 1;
  step.target_kind = TargetKind::redis;
  step.target = "main";
  step.change = std::move(change);
  return step;
}

inline Outcome apply(redis::Link& link, Change change, StepWatch& watch) {
  return RedisExecutor{link}.apply(a_step(std::move(change)), watch);
}
inline Outcome apply(redis::Link& link, Change change) {
  TestWatch watch;
  return apply(link, std::move(change), watch);
}

inline TrimStream a_trim(std::string key, std::int64_t maxlen) {
  TrimStream trim;
  trim.stream.key = std::move(key);
  trim.maxlen = maxlen;
  return trim;
}

/// For EXPECT_EQ's message.
inline std::string words(const Outcome& outcome) {
  return std::string{name_of(outcome.state)} + ": " + outcome.what.en + " (" + outcome.hint.en +
         ")";
}

/// A server with a link to it.
class RedisCase : public ::testing::Test {
 protected:
  testing::TestRedis server;
  redis::Link link = link_to(server.url());
};

}  // namespace plimsoll
