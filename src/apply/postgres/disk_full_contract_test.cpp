// A tablespace on a disk that is full: real ENOSPC, on a file system of a few megabytes that only
// this process and its server see. Only root can mount one.
#include <gmock/gmock.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <fstream>

#include "apply/postgres/delete_rows.h"
#include "apply/postgres/partition_table_testing.h"
#include "apply/postgres/replace_partition.h"
#include "apply/postgres/replace_testing.h"
#include "demo/child_process.h"

namespace plimsoll {
namespace {

namespace fs = std::filesystem;
using testing::day;
using ::testing::HasSubstr;

class SmallDisk {
 public:
  /// Why there is none; empty where it is mounted.
  std::string mount() {
    if (::geteuid() != 0) return "only root can mount a small disk";
    const auto account = account_of("postgres");
    if (!account) return "there is no system user postgres";
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr))
      return "this process may not have mounts of its own";
    if (::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=24m,mode=0711") != 0)
      return "a small disk cannot be mounted here";
    mounted_ = true;
    fs::create_directory(space());
    if (::chown(space().c_str(), account->uid, account->gid) != 0) return "chown";
    fs::permissions(space(), fs::perms{0700});
    return {};
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }
  fs::path space() const { return folder_.path() / "space"; }
  void leave(std::int64_t bytes) const {
    std::ofstream file{ballast(), std::ios::binary};
    const std::string block(4096, 'x');
    while (available() > bytes && file.write(block.data(), 4096) && file.flush()) continue;
  }
  void give_space() const { fs::remove(ballast()); }

 private:
  fs::path ballast() const { return folder_.path() / "ballast"; }
  std::int64_t available() const {
    struct statvfs state {};
    ::statvfs(folder_.path().c_str(), &state);
    return static_cast<std::int64_t>(state.f_bavail * state.f_frsize);
  }
  testing::TemporaryFolder folder_;
  bool mounted_ = false;
};

/// On top of another fixture: whatever its session creates is on the small disk.
template <typename Base>
class OnSmallDisk : public Base {
 protected:
  static void SetUpTestSuite() {
    disk_ = std::make_unique<SmallDisk>();
    unavailable_ = disk_->mount();
    if (!unavailable_.empty()) return;
    Base::SetUpTestSuite();
    testing::Session{Base::server_->url()}.run("create tablespace small location '" +
                                               disk_->space().string() + "'");
  }
  static void TearDownTestSuite() {
    Base::TearDownTestSuite();
    disk_.reset();
  }
  void SetUp() override {
    if (!unavailable_.empty()) GTEST_SKIP() << unavailable_;
    Base::SetUp();
    Base::sql_->run("set default_tablespace = small");
  }
  void TearDown() override {
    if (unavailable_.empty()) disk_->give_space();
  }
  static inline std::unique_ptr<SmallDisk> disk_;
  static inline std::string unavailable_;
};

constexpr std::int64_t kLittle = 300'000;  ///< a first part fits, all four do not

class ReplaceOnFullDisk : public OnSmallDisk<testing::ReplacePartitionContract> {
 protected:
  /// The old partition is on the small disk, and so are its copies; its rows have no statistics.
  void make_large() {
    make({}, 2000);
    disk_->leave(kLittle);
  }
  /// False: there was no room for that row, and it is in neither table.
  bool write() {
    const std::string id = std::to_string(900'000 + written_++);
    return sql_->try_run(insert("select " + id + ", " + at("600000 + " + std::to_string(written_)) +
                                ", 'w', 1, '{}'::jsonb"));
  }
  AnotherServer second() const {
    class Own final : public PostgresServer {
     public:
      explicit Own(const std::string& url)
          : link_{testing::link_to(url, postgres::Session::acting)}, server_{link_} {}
      Result<postgres::Rows> act(const postgres::Act& act) override { return server_.act(act); }
      Result<postgres::Rows> act_alone(const postgres::Act& act) override {
        return server_.act_alone(act);
      }
      bool local() const override { return server_.local(); }

     private:
      postgres::Link link_;
      LinkedServer server_;
    };
    return [url = url_] { return std::make_unique<Own>(url); };
  }
  void expect_undone_and_then_done(const AnotherServer& another) {
    make_large();
    const auto planned = step();
    int phases = 0;
    watch_.on_phase = [&](const std::string&) {
      ++phases;
      write();
    };
    ReplacePartitionExecutor executor{*acting_, ReplacePartitionExecutor::kPatience, another};
    const auto outcome = executor.apply(planned, watch_);
    EXPECT_EQ(outcome.state, StepState::failed);
    EXPECT_THAT(outcome.what.en, HasSubstr("could not extend file"));
    EXPECT_THAT(outcome.what.en, HasSubstr("what was begun was undone"));
    EXPECT_THAT(outcome.what.es, HasSubstr("lo empezado se deshizo"));
    EXPECT_GT(phases, 2);
    EXPECT_EQ(leftovers(), "0");
    EXPECT_EQ(sql_->value("select count(*) from pg_class where relkind = 'r'"
                          " and relname like 'events\\_p%'"),
              "0");
    EXPECT_TRUE(write()) << "the room that the copies took is given back";
    EXPECT_EQ(difference(), "0");
    disk_->give_space();
    const auto again = executor.apply(planned, watch_);
    EXPECT_EQ(again.state, StepState::done) << again.what.en;
    EXPECT_EQ(sql_->value("select count(*) >= 8001 from events"), "true");
    expect_replaced();
  }
  int written_ = 0;
};

TEST_F(ReplaceOnFullDisk, a_copy_that_does_not_fit_is_undone_and_the_next_run_converges) {
  expect_undone_and_then_done({});
}

TEST_F(ReplaceOnFullDisk, two_copies_at_a_time_that_do_not_fit_are_undone_too) {
  expect_undone_and_then_done(second());
}

TEST_F(ReplaceOnFullDisk, what_clearly_does_not_fit_is_not_begun) {
  make_large();
  sql_->run("analyze events_old");
  const auto planned = step();
  const auto refused = ReplacePartitionExecutor{*acting_}.apply(planned, watch_);
  EXPECT_EQ(refused.state, StepState::refused);
  EXPECT_THAT(refused.what.en, ::testing::MatchesRegex("about .* are copied, and .* are free"));
  EXPECT_THAT(refused.what.es, ::testing::MatchesRegex("se copian unos .* y hay .* libres"));
  EXPECT_TRUE(watch_.phases.empty());
  EXPECT_EQ(leftovers(), "0");
  disk_->give_space();
  EXPECT_EQ(ReplacePartitionExecutor{*acting_}.apply(planned, watch_).state, StepState::done);
  expect_replaced();
}

class ConvertOnFullDisk : public OnSmallDisk<testing::PartitionTableContract> {};

TEST_F(ConvertOnFullDisk, without_a_copy_it_needs_no_room) {
  sql_->run(testing::kSimple);
  const auto before = rows_of("small.ticks");
  const auto planned = conversion({"small", "ticks"});
  disk_->leave(0);
  const auto outcome = convert(planned);
  EXPECT_EQ(outcome.state, StepState::done) << outcome.what.en;
  EXPECT_EQ(sql_->value("select relkind from pg_class where oid = 'small.ticks'::regclass"), "p");
  EXPECT_EQ(rows_of("small.ticks"), before);
  EXPECT_EQ(leftovers(), "");
}

class DeleteOnFullDisk : public OnSmallDisk<testing::ExecutorTest> {};

TEST_F(DeleteOnFullDisk, rows_go_and_the_room_is_given_back_when_there_is_some) {
  sql_->run(
      "create table events (at timestamptz, filler text); create index on events (at);"
      "insert into events select '2025-11-01 00:00+00'::timestamptz + n * interval '1 minute',"
      " repeat('x', 100) from generate_series(0, 14399) n");
  const auto planned =
      step_of(DeleteRows{{"public", "events"}, {"at", "timestamptz", 0}, day(8), {}}, "events");
  disk_->leave(0);
  const auto full = DeleteRowsExecutor{*acting_}.apply(planned, watch_);
  EXPECT_EQ(full.state, StepState::failed) << full.what.en;
  EXPECT_THAT(full.what.en, HasSubstr("10,080 rows deleted"));
  EXPECT_THAT(full.what.en, HasSubstr("No space left on device"));
  EXPECT_EQ(sql_->value("select count(*) from events"), "4320");
  disk_->give_space();
  reconnect();  // the session that ends counts what it left dead
  const Deadline end = deadline_in(Seconds{10});
  while (sql_->value("pg_stat_get_dead_tuples('events'::regclass)") == "0")
    ASSERT_LT(std::chrono::steady_clock::now(), end);
  const auto again = DeleteRowsExecutor{*acting_}.apply(planned, watch_);
  EXPECT_EQ(again.state, StepState::done) << again.what.en;
  EXPECT_EQ(sql_->value("select count(*) || ' ' || min(at) from events"),
            "4320 2025-11-08 00:00:00+00");
  EXPECT_EQ(sql_->value("select pg_stat_get_vacuum_count('events'::regclass) > 0"), "true");
}

}  // namespace
}  // namespace plimsoll
