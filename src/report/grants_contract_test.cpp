#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "collect/postgres/collect.h"
#include "collect/redis/redis_collector.h"
#include "link/postgres/script.h"
#include "link/redis/script.h"
#include "report/grants.h"
#include "tests/testing/private_servers.h"

namespace plimsoll {
namespace {

using namespace std::chrono_literals;

std::string lines_of(const std::vector<Gap>& gaps) {
  std::string text;
  for (const Gap& gap : gaps) text += gap.what.en + ": " + gap.why.en + "\n";
  return text;
}

GrantNames test_names() {
  GrantNames names;
  names.database = "tradeul";
  names.owner = "tradeul_user";
  return names;
}

// ---- PostgreSQL

postgres::Link postgres_link(const std::string& url, postgres::Session session) {
  auto link = postgres::Link::connect(*postgres::parse_address(url), 10s, session);
  if (!link) throw std::runtime_error{link.error().what.en};
  return std::move(*link);
}

std::string as_role(std::string url, const std::string& role) {
  const std::string owner = "tradeul_user";
  return url.replace(url.find(owner), owner.size(), role);
}

PostgresCollection census_of_postgres(const std::string& url) {
  auto link = postgres_link(url, postgres::Session::reading);
  PostgresOptions options;
  options.budget = 20s;
  auto collection = collect_postgres(link, options);
  if (!collection) throw std::runtime_error{collection.error().what.en};
  return std::move(*collection);
}

class PostgresGrantsContract : public ::testing::Test {
 protected:
  void SetUp() override {
    run("create table public.ticks (at timestamptz not null, price float8)");
    run("insert into public.ticks select now() - i * interval '1 minute', i"
        " from generate_series(1, 2000) i");
    run("create index on public.ticks (at)");
    run("analyze public.ticks");
  }
  void run(const std::string& sql) {
    const auto done = postgres::execute(link_, sql);
    ASSERT_TRUE(done) << done.error().what.en << " in " << sql;
  }
  testing::TestPostgres server_;
  postgres::Link link_{postgres_link(server_.url(), postgres::Session::script)};
};

TEST_F(PostgresGrantsContract, the_watching_role_sees_what_the_superuser_sees) {
  for (const std::string& sql : watching_grants(test_names()).sql) run(sql);
  const auto full = census_of_postgres(server_.url());
  const auto watched = census_of_postgres(as_role(server_.url(), "plimsoll_watch"));
  EXPECT_EQ(lines_of(watched.gaps), lines_of(full.gaps));
  ASSERT_EQ(watched.census.tables.size(), full.census.tables.size());
  const Table& table = watched.census.tables.front();
  EXPECT_EQ(table.qualified(), "public.ticks");
  EXPECT_TRUE(table.bytes);
}

TEST_F(PostgresGrantsContract, the_watching_role_changes_nothing) {
  for (const std::string& sql : watching_grants(test_names()).sql) run(sql);
  auto watching =
      postgres_link(as_role(server_.url(), "plimsoll_watch"), postgres::Session::script);
  // Not the setting is what protects, since anybody may change it, but the missing rights.
  ASSERT_TRUE(postgres::execute(watching, "set default_transaction_read_only = off"));
  for (const char* sql : {"delete from public.ticks", "drop table public.ticks",
                          "create table public.mine (n int)"}) {
    const auto refused = postgres::execute(watching, sql);
    ASSERT_FALSE(refused) << sql;
    EXPECT_EQ(refused.error().code, ErrorCode::denied) << refused.error().what.en;
  }
}

TEST_F(PostgresGrantsContract, the_acting_role_may_do_what_a_step_does) {
  GrantNames names = test_names();
  names.owner = "market_owner";
  run("create role market_owner");
  run("alter table public.ticks owner to market_owner");
  for (const std::string& sql : acting_grants(names).sql) run(sql);
  auto acting = postgres_link(as_role(server_.url(), "plimsoll_act"), postgres::Session::script);
  for (const char* sql :
       {"alter table public.ticks rename to ticks_old",
        "create table public.ticks (like public.ticks_old including all) partition by range (at)",
        "alter table public.ticks owner to market_owner",
        "alter table public.ticks attach partition public.ticks_old for values"
        " from (minvalue) to ('2100-01-01')",
        "alter table public.ticks detach partition public.ticks_old",
        "delete from public.ticks_old", "drop table public.ticks_old"}) {
    const auto done = postgres::execute(acting, sql);
    ASSERT_TRUE(done) << sql << ": " << done.error().what.en;
  }
  EXPECT_FALSE(postgres::execute(acting, "create role somebody")) << "and no more than that";
  EXPECT_EQ(lines_of(census_of_postgres(as_role(server_.url(), "plimsoll_act")).gaps),
            lines_of(census_of_postgres(server_.url()).gaps));
}

// ---- Redis

redis::Link redis_link(const std::string& url) {
  auto link = redis::Link::connect(*redis::parse_address(url), 10s);
  if (!link) throw std::runtime_error{link.error().what.en};
  return std::move(*link);
}

std::string as_user(std::string url, const std::string& user) {
  return url.insert(url.find("//") + 2, user + ":secret@");
}

redis::Command command_of(std::string line) {
  const std::string password = "PASSWORD";
  if (const auto at = line.find(password); at != std::string::npos) {
    line.replace(at, password.size(), "secret");
  }
  redis::Command command;
  std::istringstream words{line};
  for (std::string word; words >> word;) command.push_back(word);
  return command;
}

RedisCollection census_of_redis(redis::Link& link) {
  RedisOptions options;
  options.sample_interval = 20ms;
  options.exhaustive = true;
  auto collection = collect_redis(link, options);
  if (!collection) throw std::runtime_error{collection.error().what.en};
  return std::move(*collection);
}

class RedisGrantsContract : public ::testing::Test {
 protected:
  void SetUp() override {
    std::vector<redis::Command> commands{{"SET", "s", "v"},       {"LPUSH", "l", "v"},
                                         {"SADD", "set", "v"},    {"ZADD", "z", "1", "v"},
                                         {"HSET", "h", "f", "v"}, {"SELECT", "3"},
                                         {"SET", "other", "v"},   {"SELECT", "0"}};
    for (int i = 1; i <= 300; ++i) {
      commands.push_back({"XADD", "ticks", std::to_string(i) + "-0", "price", "1"});
    }
    commands.push_back({"XGROUP", "CREATE", "ticks", "g", "0"});
    commands.push_back({"XREADGROUP", "GROUP", "g", "c", "COUNT", "50", "STREAMS", "ticks", ">"});
    commands.push_back({"XTRIM", "ticks", "MAXLEN", "=", "280"});
    send(commands);
  }
  void send(const std::vector<redis::Command>& commands) {
    const auto replies = redis::pipeline(link_, commands);
    ASSERT_TRUE(replies) << replies.error().what.en;
    for (const auto& reply : *replies) ASSERT_FALSE(reply.is_error()) << reply.text;
  }
  testing::TestRedis server_;
  redis::Link link_{redis_link(server_.url())};
};

TEST_F(RedisGrantsContract, the_watching_user_sees_what_the_full_user_sees) {
  for (const std::string& line : watching_grants({}).redis) send({command_of(line)});
  auto watching = redis_link(as_user(server_.url(), "plimsoll_watch"));
  const auto full = census_of_redis(link_);
  const auto watched = census_of_redis(watching);
  EXPECT_EQ(lines_of(watched.gaps), lines_of(full.gaps));
  ASSERT_EQ(watched.census.streams.size(), 1U);
  ASSERT_EQ(watched.census.streams[0].groups.size(), 1U);
  EXPECT_EQ(watched.census.streams[0].groups[0].dangling_pending, 20);
  EXPECT_EQ(watched.census.families.size(), full.census.families.size());
  EXPECT_EQ(watched.census.biggest_keys.size(), full.census.biggest_keys.size());
  EXPECT_EQ(watched.census.maxmemory, full.census.maxmemory);
}

/// Whether the elements of a key, the dangling entries of a group or the size of an entry are not
/// known.
bool knows_less(const RedisCensus& census) {
  const auto elements_unknown = [](const BigKey& key) {
    return !key.elements && key.type != "string" && key.type != "stream";
  };
  return std::any_of(census.biggest_keys.begin(), census.biggest_keys.end(), elements_unknown) ||
         census.streams.at(0).groups.at(0).dangling_pending != 20 ||
         !census.streams.at(0).entry_bytes;
}

TEST_F(RedisGrantsContract, no_command_of_the_watching_line_is_there_in_vain) {
  // Without any one of the commands that read, something is missing: the line is the least.
  const redis::Command whole = command_of(watching_grants({}).redis.front());
  for (const std::string& right : whole) {
    // XRANGE looks for entries that are pending and gone between others: this stream has none such.
    static const std::set<std::string> kBestEffort{
        "+client|setname", "+client|no-evict", "+ping",   "+time",
        "+xlen",           "+select",          "+xrange", "+xrevrange"};
    if (right.front() != '+' || kBestEffort.contains(right)) continue;
    send({whole, {"ACL", "SETUSER", "plimsoll_watch", "-" + right.substr(1)}});
    auto watching = redis_link(as_user(server_.url(), "plimsoll_watch"));
    RedisOptions options;
    options.sample_interval = 20ms;
    options.exhaustive = true;
    const auto collection = collect_redis(watching, options);
    EXPECT_TRUE(!collection || !collection->gaps.empty() || knows_less(collection->census))
        << right;
  }
}

TEST_F(RedisGrantsContract, the_watching_user_changes_nothing) {
  for (const std::string& line : watching_grants({}).redis) send({command_of(line)});
  auto watching = redis_link(as_user(server_.url(), "plimsoll_watch"));
  const auto replies = redis::pipeline(watching, {{"SET", "s", "w"},
                                                  {"XTRIM", "ticks", "MAXLEN", "0"},
                                                  {"FLUSHALL"},
                                                  {"CONFIG", "SET", "maxmemory", "1"},
                                                  {"CLIENT", "KILL", "TYPE", "normal"},
                                                  {"DEL", "ticks"},
                                                  {"EVAL", "return 1", "0"},
                                                  {"GET", "s"},
                                                  {"KEYS", "*"}});
  ASSERT_TRUE(replies);
  for (const auto& reply : *replies) EXPECT_TRUE(reply.text.starts_with("NOPERM")) << reply.text;
}

TEST_F(RedisGrantsContract, the_acting_user_may_do_what_a_step_does_and_no_more) {
  for (const std::string& line : acting_grants({}).redis) send({command_of(line)});
  auto acting = redis_link(as_user(server_.url(), "plimsoll_act"));
  const auto replies = redis::pipeline(
      acting,
      {{"XTRIM", "ticks", "MAXLEN", "~", "200", "LIMIT", "100"},
       {"XACK", "ticks", "g", "1-0"},
       {"EVAL", "return redis.call('XGROUP', 'DELCONSUMER', KEYS[1], 'g', 'nobody')", "1", "ticks"},
       {"EVAL", "return redis.call('PEXPIRE', KEYS[1], 100000)", "1", "s"},
       {"EVAL", "return redis.call('UNLINK', KEYS[1])", "1", "l"},
       {"PEXPIRE", "h", "100000", "NX"},
       {"CONFIG", "SET", "maxmemory", "100mb"}});
  ASSERT_TRUE(replies);
  for (const auto& reply : *replies) EXPECT_FALSE(reply.is_error()) << reply.text;
  const auto refused =
      redis::pipeline(acting, {{"FLUSHALL"}, {"SET", "s", "w"}, {"GET", "s"}, {"SHUTDOWN"}});
  ASSERT_TRUE(refused);
  for (const auto& reply : *refused) EXPECT_TRUE(reply.text.starts_with("NOPERM")) << reply.text;
}

// ---- The text

TEST(GrantsText, is_whole_in_both_languages_and_quotes_odd_names) {
  using ::testing::HasSubstr;
  GrantNames names = test_names();
  names.database = "Trade \"x\"";
  const std::string en = grants_text(Language::en, names);
  EXPECT_THAT(en, HasSubstr("TO WATCH"));
  EXPECT_THAT(en, HasSubstr("GRANT CONNECT ON DATABASE \"Trade \"\"x\"\"\" TO plimsoll_watch;"));
  EXPECT_THAT(en, HasSubstr("GRANT tradeul_user TO plimsoll_act;"));
  EXPECT_THAT(en, HasSubstr("POST /containers/{id}/update"));
  EXPECT_THAT(en, HasSubstr("ACL SETUSER plimsoll_watch reset on >PASSWORD ~* +ping"));
  EXPECT_THAT(grants_text(Language::es, names), HasSubstr("PARA OBSERVAR"));
  EXPECT_THAT(grants_json(names), HasSubstr("\"schema\": \"plimsoll.grants/1\""));
}

}  // namespace
}  // namespace plimsoll
