#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "collect/redis/parse.h"
#include "link/redis/script.h"
#include "tests/whole/fault_cases.h"

// Entry n of a stream has the id n-0 and n in its field. A list beside the stream, its ledger,
// holds every n that was added: what the stream has to hold is told from its end.
namespace plimsoll::testing {
namespace {

constexpr int kEntries = 1'000;
constexpr Seconds kHour{3'600};

std::vector<redis::Reply> run(Stack& stack, const std::vector<redis::Command>& commands) {
  auto replies = redis::pipeline(stack.redis(), commands);
  if (!replies) throw std::runtime_error{replies.error().what.en};
  for (const auto& reply : *replies)
    if (reply.is_error()) throw std::runtime_error{reply.text};
  return std::move(*replies);
}
redis::Reply ask(Stack& stack, const redis::Command& command) {
  return run(stack, {command}).front();
}
std::int64_t number(Stack& stack, const redis::Command& command) {
  return ask(stack, command).integer;
}

void add_commands(std::vector<redis::Command>& commands, const std::string& key, std::int64_t n) {
  const std::string number = std::to_string(n);
  commands.push_back({"XADD", key, number + "-0", "symbol", "AAPL", "n", number});
  commands.push_back({"RPUSH", "ledger:" + key, number});
}

void fill(Stack& stack, const std::string& key, int entries = kEntries) {
  std::vector<redis::Command> commands;
  for (int n = 1; n <= entries; ++n) add_commands(commands, key, n);
  run(stack, commands);
}

void add_entry(Stack& stack, const std::string& key) {
  std::vector<redis::Command> commands;
  add_commands(commands, key, number(stack, {"LLEN", "ledger:" + key}) + 1);
  run(stack, commands);
}

/// Both were read with one command behind the other: nobody came between.
void expect_same(const std::vector<redis::Reply>& ledger, const std::vector<redis::Reply>& entries,
                 const std::string& key) {
  ASSERT_EQ(entries.size(), ledger.size()) << key;
  ASSERT_FALSE(entries.empty()) << key;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    ASSERT_EQ(entries[i].elements[0].text, ledger[i].text + "-0") << key;
    ASSERT_EQ(entries[i].elements[1].elements[3].text, ledger[i].text) << key;
  }
}

/// The last `count` entries that were added are there, in their order and with their content.
void expect_newest(Stack& stack, const std::string& key, int count) {
  auto both = run(stack, {{"LRANGE", "ledger:" + key, std::to_string(-count), "-1"},
                          {"XREVRANGE", key, "+", "-", "COUNT", std::to_string(count)}});
  std::reverse(both[1].elements.begin(), both[1].elements.end());
  expect_same(both[0].elements, both[1].elements, key);
}
/// All but the first so many.
void expect_all_after(Stack& stack, const std::string& key, int first) {
  const auto both = run(stack, {{"LRANGE", "ledger:" + key, std::to_string(first), "-1"},
                                {"XRANGE", key, std::to_string(first + 1) + "-0", "+"}});
  expect_same(both[0].elements, both[1].elements, key);
}

Step step_of(Change change, const std::string& key) {
  Step step;
  step.target_kind = TargetKind::redis;
  step.target = "main";
  step.resource = "redis/main/" + key;
  step.change = std::move(change);
  return step;
}

TrimStream trim_of(const std::string& key) {
  TrimStream trim;
  trim.stream.key = key;
  return trim;
}

FaultCase trims() {
  FaultCase one{"trims", {"trim_stream", "trim_stream", "trim_stream"}, {}, {}, {}, {}};
  one.prepare = [](Stack& stack) {
    for (const char* key : {"s:maxlen", "s:minid", "s:bytes"}) fill(stack, key);
    TrimStream maxlen = trim_of("s:maxlen"), minid = trim_of("s:minid"), bytes = trim_of("s:bytes");
    maxlen.maxlen = 200;
    minid.minid = StreamId{601, 0};
    minid.exact = true;
    bytes.max_bytes = 8_KiB;
    return std::vector{step_of(maxlen, "stream/s:maxlen"), step_of(minid, "stream/s:minid"),
                       step_of(bytes, "stream/s:bytes")};
  };
  one.write = [](Stack& stack) {
    for (const char* key : {"s:maxlen", "s:minid", "s:bytes"}) add_entry(stack, key);
  };
  one.expect_kept = [](Stack& stack) {
    expect_newest(stack, "s:maxlen", 200);
    expect_all_after(stack, "s:minid", 600);
    expect_newest(stack, "s:bytes", 100);
  };
  one.expect_end = [](Stack& stack) {
    const auto added = [&](const std::string& key) {
      return number(stack, {"LLEN", "ledger:" + key});
    };
    EXPECT_LT(number(stack, {"XLEN", "s:maxlen"}), 300 + added("s:maxlen") - kEntries);
    EXPECT_EQ(number(stack, {"XLEN", "s:minid"}), added("s:minid") - 600);
    EXPECT_LT(number(stack, {"XLEN", "s:bytes"}), 900);
  };
  return one;
}

std::vector<redis::Reply> pending_of(Stack& stack, const std::string& key) {
  return ask(stack, {"XPENDING", key, "g", "-", "+", "10000"}).elements;
}

/// Entries delivered and not acknowledged, whose own entry is gone for the first 500; and a group
/// with consumers that are gone.
FaultCase readers() {
  FaultCase one{"readers", {"acknowledge_dangling", "delete_consumers"}, {}, {}, {}, {}};
  one.prepare = [](Stack& stack) {
    fill(stack, "s:dangling");
    fill(stack, "s:consumers", 100);
    for (const char* key : {"s:dangling", "s:consumers"})
      run(stack, {{"XGROUP", "CREATE", key, "g", "0"},
                  {"XGROUP", "CREATECONSUMER", key, "g", "dead-1"},
                  {"XGROUP", "CREATECONSUMER", key, "g", "dead-2"},
                  {"XREADGROUP", "GROUP", "g", "alive", "COUNT", "600", "STREAMS", key, ">"}});
    run(stack, {{"XTRIM", "s:dangling", "MAXLEN", "=", "500"}});
    return std::vector{
        step_of(AcknowledgeDangling{{0, "s:dangling"}, "g"}, "group/s:dangling/g"),
        step_of(DeleteConsumers{{0, "s:consumers"}, "g", {"dead-1", "dead-2"}, Seconds{0}},
                "group/s:consumers/g")};
  };
  one.write = [](Stack& stack) {
    add_entry(stack, "s:dangling");
    add_entry(stack, "s:consumers");
  };
  one.expect_kept = [](Stack& stack) {
    expect_all_after(stack, "s:dangling", 500);
    expect_all_after(stack, "s:consumers", 0);
    const auto pending = pending_of(stack, "s:dangling");
    ASSERT_GE(pending.size(), 100U);
    for (std::size_t i = 0; i < 100; ++i)
      EXPECT_EQ(pending[pending.size() - 1 - i].elements[0].text, std::to_string(600 - i) + "-0");
    EXPECT_EQ(pending_of(stack, "s:consumers").size(), 100U);
  };
  one.expect_end = [](Stack& stack) {
    EXPECT_EQ(pending_of(stack, "s:dangling").size(), 100U);
    EXPECT_EQ(ask(stack, {"XINFO", "CONSUMERS", "s:consumers", "g"}).elements.size(), 1U);
    EXPECT_EQ(ask(stack, {"XINFO", "CONSUMERS", "s:dangling", "g"}).elements.size(), 3U);
  };
  return one;
}

FaultCase orphans() {
  FaultCase one{"orphans", {"delete_stream", "expire_stream"}, {}, {}, {}, {}};
  one.prepare = [](Stack& stack) {
    for (const char* key : {"s:deleted", "s:expired", "s:beside"}) fill(stack, key, 300);
    return std::vector{
        step_of(DeleteStream{{0, "s:deleted"}, {300, 0}}, "stream/s:deleted"),
        step_of(ExpireStream{{0, "s:expired"}, {300, 0}, kHour}, "stream/s:expired")};
  };
  one.write = [](Stack& stack) { add_entry(stack, "s:beside"); };
  one.expect_kept = [](Stack& stack) {
    expect_all_after(stack, "s:beside", 0);
    expect_all_after(stack, "s:expired", 0);
    EXPECT_EQ(number(stack, {"PTTL", "s:beside"}), -1);
  };
  one.expect_end = [](Stack& stack) {
    EXPECT_EQ(number(stack, {"EXISTS", "s:deleted"}), 0);
    EXPECT_GT(number(stack, {"PTTL", "s:expired"}), 3'000'000);
  };
  return one;
}

std::string config(Stack& stack, const std::string& name) {
  return ask(stack, {"CONFIG", "GET", name}).elements[1].text;
}

std::string config_file(Stack& stack) {
  std::ifstream file{parse_info(ask(stack, {"INFO", "server"}).text).find("config_file")->second};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

FaultCase memory() {
  FaultCase one{"memory", {"expire_keys", "set_maxmemory"}, {}, {}, {}, {}};
  one.prepare = [](Stack& stack) {
    std::vector<redis::Command> commands{{"SET", "cache:short", "s", "PX", "5000000"},
                                         {"SET", "kept", "k"}};
    for (int i = 0; i < 700; ++i)
      commands.push_back({"SET", "cache:" + std::to_string(i), std::to_string(i)});
    run(stack, commands);
    return std::vector{step_of(ExpireKeys{0, "cache:*", Seconds{86'400}}, "family/cache:*"),
                       step_of(SetMaxmemory{300_MiB, "volatile-lru"}, "server")};
  };
  one.write = [](Stack& stack) { run(stack, {{"INCR", "counter"}}); };
  one.expect_kept = [](Stack& stack) {
    redis::Command all{"MGET"};
    for (int i = 0; i < 700; ++i) all.push_back("cache:" + std::to_string(i));
    const auto values = ask(stack, all).elements;
    for (int i = 0; i < 700; ++i)
      EXPECT_EQ(values[static_cast<std::size_t>(i)].text, std::to_string(i));
    EXPECT_LE(number(stack, {"PTTL", "cache:short"}), 5'000'000);
    EXPECT_EQ(number(stack, {"PTTL", "kept"}), -1);
  };
  one.expect_end = [](Stack& stack) {
    for (int i = 0; i < 700; ++i)
      EXPECT_GT(number(stack, {"PTTL", "cache:" + std::to_string(i)}), 80'000'000);
    EXPECT_EQ(config(stack, "maxmemory"), std::to_string((300_MiB).count()));
    EXPECT_EQ(config(stack, "maxmemory-policy"), "volatile-lru");
    const std::string file = config_file(stack);
    EXPECT_NE(file.find("maxmemory-policy volatile-lru"), std::string::npos) << "or a restart "
                                                                                "loses it";
    EXPECT_NE(file.find("maxmemory 300mb"), std::string::npos) << file;
  };
  return one;
}

}  // namespace

std::vector<FaultCase> redis_cases() { return {trims(), readers(), orphans(), memory()}; }

}  // namespace plimsoll::testing
