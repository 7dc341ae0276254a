#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "demo/demo.h"
#include "demo/demo_folder.h"
#include "demo/market_streams.h"
#include "demo/private_server.h"
#include "link/postgres/script.h"
#include "link/redis/script.h"
#include "tests/testing/private_servers.h"

namespace plimsoll {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

void ignore_progress(const Text&) {}

/// One demo for all that only look at it: it takes seconds to make.
class Demo : public ::testing::Test {
 protected:
  static constexpr double kScale = 0.001;

  static void SetUpTestSuite() {
    folder_ = std::make_unique<TemporaryFolder>();
    const auto up = demo_up({folder_->path() / "demo", kScale}, ignore_progress);
    ASSERT_TRUE(up.has_value()) << up.error().what.en;
    stack_ = *up;
    auto postgres = postgres::Link::connect(*postgres::parse_address(stack_.postgres_url),
                                            std::chrono::seconds{10}, postgres::Session::script);
    ASSERT_TRUE(postgres.has_value()) << postgres.error().what.en;
    postgres_ = std::make_unique<postgres::Link>(*std::move(postgres));
    auto redis =
        redis::Link::connect(*redis::parse_address(stack_.redis_url), std::chrono::seconds{10});
    ASSERT_TRUE(redis.has_value()) << redis.error().what.en;
    redis_ = std::make_unique<redis::Link>(*std::move(redis));
  }
  static void TearDownTestSuite() {
    postgres_.reset();
    redis_.reset();
    if (folder_) {
      const auto down = demo_down(folder_->path() / "demo");
      EXPECT_TRUE(down.has_value());
    }
    folder_.reset();
  }

  /// The first cell of the first row.
  static std::string sql(const std::string& query) {
    const auto rows = postgres::execute(*postgres_, query);
    if (!rows) return rows.error().what.en;
    return rows->empty() ? "no row" : (*rows)[0].text(rows->columns().front());
  }
  static redis::Reply redis(redis::Command command) {
    const auto replies = redis::pipeline(*redis_, {std::move(command)});
    return replies ? replies->front() : redis::Reply::error(replies.error().what.en);
  }
  /// A field of a flat name-value reply.
  static redis::Reply field(const redis::Reply& reply, const std::string& name) {
    for (std::size_t i = 0; i + 1 < reply.elements.size(); i += 2) {
      if (reply.elements[i].text == name) return reply.elements[i + 1];
    }
    return redis::Reply::error("no field " + name);
  }

  static inline std::unique_ptr<TemporaryFolder> folder_;
  static inline DemoStack stack_;
  static inline std::unique_ptr<postgres::Link> postgres_;
  static inline std::unique_ptr<redis::Link> redis_;
};

TEST_F(Demo, scan_results_covers_thirteen_days_that_end_now) {
  EXPECT_EQ(sql("SELECT count(*) FROM scan_results"), "12537");
  EXPECT_EQ(
      sql("SELECT max(time) BETWEEN now() - interval '3 minutes' AND now() FROM scan_results"),
      "t");
  EXPECT_EQ(sql("SELECT max(time) - min(time) BETWEEN interval '12 days 23 hours 58 minutes' AND "
                "interval '13 days' FROM scan_results"),
            "t");
}

TEST_F(Demo, the_planner_knows_the_rows_of_scan_results) {
  EXPECT_EQ(sql("SELECT sum(reltuples) FROM pg_class WHERE relkind = 'r' AND (oid = "
                "'scan_results'::regclass OR oid IN (SELECT inhrelid FROM pg_inherits WHERE "
                "inhparent = 'scan_results'::regclass))"),
            "12537");
}

TEST_F(Demo, a_row_of_scan_results_weighs_what_it_did) {
  const std::string bytes = sql(
      "SELECT sum(pg_total_relation_size(oid)) / (SELECT count(*) FROM scan_results) FROM pg_class "
      "WHERE oid = 'scan_results'::regclass OR oid IN (SELECT inhrelid FROM pg_inherits WHERE "
      "inhparent = 'scan_results'::regclass)");
  EXPECT_NEAR(std::stod(bytes), 837, 84);
}

TEST_F(Demo, trading_hours_are_heavier_than_the_nights) {
  EXPECT_EQ(sql("SELECT count(*) FILTER (WHERE session = 'CLOSED') < 0.1 * count(*) FROM "
                "scan_results"),
            "t");
}

TEST_F(Demo, loading_does_not_look_like_reading) {
  // The counts of tests beside this one may be there already; ticker_universe is read by none.
  EXPECT_EQ(sql("SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) FROM "
                "pg_stat_user_tables WHERE relname = 'ticker_universe'"),
            "0");
}

TEST_F(Demo, volume_slots_is_plain_and_has_a_date) {
  EXPECT_EQ(sql("SELECT count(DISTINCT date) FROM volume_slots"), "17");
  EXPECT_EQ(sql("SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = "
                "'volume_slots'::regclass AND attname = 'date'"),
            "date");
  EXPECT_EQ(sql("SELECT relkind::text || relhassubclass::text FROM pg_class WHERE oid = "
                "'volume_slots'::regclass"),
            "rfalse");
}

TEST_F(Demo, dead_tables_are_empty_and_orphans_are_not) {
  EXPECT_EQ(sql("SELECT count(*) FROM ticks"), "0");
  EXPECT_EQ(sql("SELECT count(*) > 1000 FROM volume_slot_averages"), "t");
  EXPECT_EQ(sql("SELECT count(*) FROM ticker_metadata"), "12100");
  EXPECT_EQ(sql("SELECT count(*) FROM scanner_filters"), "3");
}

TEST_F(Demo, streams_have_the_lengths_of_the_document) {
  EXPECT_EQ(redis({"XLEN", "snapshots:raw"}).integer, 50'003);
  EXPECT_EQ(redis({"XLEN", "stream:ranking:deltas"}).integer, 20'000);
  EXPECT_EQ(redis({"XLEN", "stream:realtime:aggregates"}).integer, 10'042);
}

TEST_F(Demo, a_capped_stream_had_more_entries_than_it_has_and_an_uncapped_one_had_not) {
  EXPECT_EQ(field(redis({"XINFO", "STREAM", "stream:ranking:deltas"}), "entries-added").integer,
            26'000);
  const auto subscriptions = redis({"XINFO", "STREAM", "polygon_ws:subscriptions"});
  EXPECT_EQ(field(subscriptions, "entries-added").integer, kSubscriptions);
  EXPECT_EQ(field(subscriptions, "length").integer, kSubscriptions);
}

TEST_F(Demo, snapshots_raw_ended_a_week_ago_and_deltas_now) {
  const auto age_in_hours = [](const std::string& stream) {
    const auto id = field(redis({"XINFO", "STREAM", stream}), "last-generated-id").text;
    const auto at = instant_of_unix_ms(std::stoll(id.substr(0, id.find('-'))));
    return std::chrono::duration<double, std::ratio<3600>>(std::chrono::system_clock::now() - at)
        .count();
  };
  EXPECT_NEAR(age_in_hours("snapshots:raw"), 168, 0.2);
  EXPECT_NEAR(age_in_hours("tickers:filtered"), 144, 0.2);
  EXPECT_NEAR(age_in_hours("stream:ranking:deltas"), 0, 0.2);
}

TEST_F(Demo, pending_entries_of_the_dead_reader_dangle) {
  const std::string stream = "stream:realtime:aggregates";
  const auto pending = redis({"XPENDING", stream, "api_gateway_agg"});
  ASSERT_EQ(pending.elements.size(), 4U) << pending.text;
  EXPECT_EQ(pending.elements[0].integer, kDanglingPending);
  const std::string oldest = pending.elements[1].text;
  EXPECT_TRUE(redis({"XRANGE", stream, oldest, oldest}).elements.empty());
  const auto consumers = redis({"XINFO", "CONSUMERS", stream, "api_gateway_agg"});
  ASSERT_EQ(consumers.elements.size(), 1U);
  const double idle_days =
      static_cast<double>(field(consumers.elements[0], "idle").integer) / 86'400'000.0;
  EXPECT_NEAR(idle_days, 6, 0.1);
}

TEST_F(Demo, live_readers_are_at_the_end) {
  for (const auto& [stream, group] :
       {std::pair{"stream:ranking:deltas", "websocket_server_deltas"},
        std::pair{"stream:realtime:aggregates", "websocket_server_aggregates"},
        std::pair{"polygon_ws:subscriptions", "polygon_ws_subscriptions_group"}}) {
    bool found = false;
    for (const auto& info : redis({"XINFO", "GROUPS", stream}).elements) {
      if (field(info, "name").text != group) continue;
      found = true;
      EXPECT_EQ(field(info, "lag").integer, 0) << stream;
      EXPECT_TRUE(field(info, "lag").is_integer()) << stream;
      EXPECT_EQ(field(info, "pending").integer, 0) << stream;
    }
    EXPECT_TRUE(found) << stream << " " << group;
  }
}

TEST_F(Demo, redis_is_open_and_would_evict_anything) {
  EXPECT_EQ(redis_->password_required(), false);
  EXPECT_THAT(redis({"CONFIG", "GET", "maxmemory"}).elements.at(1).text, "2147483648");
  EXPECT_THAT(redis({"CONFIG", "GET", "maxmemory-policy"}).elements.at(1).text, "allkeys-lru");
  EXPECT_EQ(redis({"TTL", "metadata:ticker:AAA"}).integer, -1);
  EXPECT_GT(redis({"TTL", "rvol:hist:avg:AAA:5"}).integer, 3600);
}

TEST_F(Demo, up_again_is_success_and_changes_nothing) {
  const auto again = demo_up({folder_->path() / "demo", 0.5}, ignore_progress);
  ASSERT_TRUE(again.has_value()) << again.error().what.en;
  EXPECT_TRUE(again->was_running);
  EXPECT_EQ(again->postgres_url, stack_.postgres_url);
  EXPECT_EQ(again->scale, kScale);
}

TEST_F(Demo, status_and_json_tell_the_urls) {
  const auto status = demo_status(folder_->path() / "demo");
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(status->state, DemoState::running);
  EXPECT_EQ(status->redis_url, stack_.redis_url);
  EXPECT_GT(status->disk, 20_MiB);
  EXPECT_EQ(to_json(stack_), "{\"dir\":\"" + stack_.directory.string() +
                                 "\",\"postgres\":{\"url\":\"" + stack_.postgres_url +
                                 "\"},\"redis\":{\"url\":\"" + stack_.redis_url + "\"}}");
  EXPECT_THAT(to_json(*status), HasSubstr(R"("state":"running","scale":0.001)"));
}

TEST_F(Demo, only_this_user_can_read_the_password) {
  const auto permissions = fs::status(demo_folder(folder_->path() / "demo").marker()).permissions();
  EXPECT_EQ(permissions, fs::perms::owner_read | fs::perms::owner_write);
}

TEST(DemoDown, on_nothing_is_success_and_makes_nothing) {
  const TemporaryFolder folder;
  const auto down = demo_down(folder.path() / "nowhere");
  ASSERT_TRUE(down.has_value());
  EXPECT_FALSE(down->found);
  EXPECT_FALSE(fs::exists(folder.path() / "nowhere"));
}

TEST(DemoUp, refuses_a_folder_that_holds_something_else) {
  const TemporaryFolder folder;
  std::ofstream{folder.path() / "thesis.txt"} << "years of work";
  const auto up = demo_up({folder.path(), 0.001}, ignore_progress);
  ASSERT_FALSE(up.has_value());
  EXPECT_EQ(up.error().code, ErrorCode::conflict);
  EXPECT_THAT(up.error().what.en, HasSubstr("thesis.txt"));
  EXPECT_FALSE(demo_down(folder.path())->found);
  EXPECT_TRUE(fs::exists(folder.path() / "thesis.txt"));
}

TEST(DemoUp, refuses_a_scale_and_a_disk_that_cannot_be) {
  const TemporaryFolder folder;
  EXPECT_EQ(demo_up({folder.path() / "d", 0}, ignore_progress).error().code, ErrorCode::malformed);
  EXPECT_EQ(demo_up({folder.path() / "d", 7}, ignore_progress).error().code, ErrorCode::malformed);
  EXPECT_FALSE(fs::exists(folder.path() / "d"));
}

/// `up` in a process of its own that is killed when it first says `word`.
void up_until(const fs::path& directory, const std::string& word) {
  const pid_t child = ::fork();
  if (child == 0) {
    const auto kill_at = [&](const Text& text) {
      if (text.en.find(word) != std::string::npos) ::raise(SIGKILL);
    };
    const auto up = demo_up({directory, 0.001}, kill_at);
    ::_exit(up ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status)) << "it was never at '" << word << "'";
}

TEST(DemoUp, that_was_killed_is_cleaned_by_down_which_leaves_what_is_not_its_own) {
  for (const std::string word : {"starting PostgreSQL", "starting Redis", "scan_results"}) {
    const TemporaryFolder folder;
    const fs::path directory = folder.path() / "demo";
    up_until(directory, word);
    EXPECT_EQ(demo_status(directory)->state, DemoState::interrupted) << word;
    std::ofstream{directory / "notes.txt"} << "mine";
    const auto down = demo_down(directory);
    ASSERT_TRUE(down.has_value()) << down.error().what.en;
    EXPECT_TRUE(down->found);
    EXPECT_THAT(down->left, ElementsAre(directory / "notes.txt")) << word;
    EXPECT_FALSE(is_private_server_running(directory / "postgres"));
    EXPECT_FALSE(is_private_server_running(directory / "redis"));
    EXPECT_EQ(std::distance(fs::directory_iterator{directory}, {}), 1) << word;
  }
}

TEST(DemoUp, after_a_killed_one_starts_anew_and_down_leaves_nothing) {
  const TemporaryFolder folder;
  const fs::path directory = folder.path() / "demo";
  up_until(directory, "stream snapshots:raw");
  const auto up = demo_up({directory, 0.001}, ignore_progress);
  ASSERT_TRUE(up.has_value()) << up.error().what.en;
  EXPECT_FALSE(up->was_running);
  ASSERT_TRUE(demo_down(directory).has_value());
  EXPECT_FALSE(fs::exists(directory));
}

TEST(DemoUp, of_two_at_once_one_is_told_so) {
  const TemporaryFolder folder;
  const fs::path directory = folder.path() / "demo";
  fs::create_directory(directory);
  const auto lock = DemoLock::take({directory});
  ASSERT_TRUE(lock.has_value());
  EXPECT_EQ(demo_up({directory, 0.001}, ignore_progress).error().code, ErrorCode::conflict);
  EXPECT_EQ(demo_down(directory).error().code, ErrorCode::conflict);
}

}  // namespace
}  // namespace plimsoll
