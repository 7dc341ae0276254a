#include "feed/recording.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "feed/simulator.h"

namespace plimsoll::market {
namespace {

namespace fs = std::filesystem;

class Recording : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "plimsoll-recording-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    path_ = folder_ / "day.rec";
  }
  void TearDown() override { fs::remove_all(folder_); }

  /// Cycles of a small market, recorded.
  std::vector<Cycle> record(int count) {
    SimulatorOptions options;
    options.tickers = 300;
    options.start = *parse_iso8601("2025-11-11T14:29:00Z");
    options.speed = 0;
    Simulator simulator{options};
    auto recorder = Recorder::create(path_);
    EXPECT_TRUE(recorder);
    std::vector<Cycle> cycles(static_cast<std::size_t>(count));
    for (auto& cycle : cycles) {
      EXPECT_TRUE(simulator.next(cycle));
      // Cents are a record's own rounding.
      std::erase_if(cycle.quotes, [](const Quote& q) { return q.prev_close.units > 0xffffffff; });
      EXPECT_TRUE(recorder->add(cycle));
    }
    return cycles;
  }
  /// Until the end or an error; the number of cycles that were as recorded.
  std::size_t replayed(const std::vector<Cycle>& cycles, bool& failed) {
    auto replay = Replay::open(path_);
    failed = !replay;
    if (!replay) return 0;
    Cycle cycle;
    for (std::size_t i = 0;; ++i) {
      const auto next = (*replay)->next(cycle);
      failed = !next;
      if (!next || *next == Next::over) return i;
      EXPECT_EQ(cycle.quotes, cycles[i].quotes) << i;
      EXPECT_EQ(cycle.taken_at, cycles[i].taken_at);
    }
  }
  std::string bytes() const {
    std::ifstream file{path_, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
  }
  void write(const std::string& bytes) const {
    std::ofstream{path_, std::ios::binary | std::ios::trunc} << bytes;
  }

  fs::path folder_;
  fs::path path_;
};

TEST_F(Recording, every_cycle_comes_back) {
  const auto cycles = record(300);  // past a second full frame
  bool failed = false;
  EXPECT_EQ(replayed(cycles, failed), 300U);
  EXPECT_FALSE(failed);
  EXPECT_LT(fs::file_size(path_), 300U * 300 * 88);  // deltas are smaller
  EXPECT_EQ(Recorder::create(path_).error().code, ErrorCode::conflict);
}

TEST_F(Recording, a_torn_tail_is_the_end) {
  const auto cycles = record(3);
  const auto whole = bytes();
  bool failed = false;
  for (const std::size_t cut : {1U, 50U}) {
    write(whole.substr(0, whole.size() - cut));
    EXPECT_EQ(replayed(cycles, failed), 2U);
    EXPECT_FALSE(failed);
  }
}

TEST_F(Recording, damage_is_an_error_after_what_was_sound) {
  const auto cycles = record(3);
  auto whole = bytes();
  whole[whole.size() - 20] = static_cast<char>(whole[whole.size() - 20] ^ 1);
  write(whole);
  bool failed = false;
  EXPECT_EQ(replayed(cycles, failed), 2U);
  EXPECT_TRUE(failed);
  write("PLMSREC2");
  EXPECT_FALSE(Replay::open(path_));
  write("");
  EXPECT_FALSE(Replay::open(path_));
  EXPECT_EQ(Replay::open(folder_ / "none").error().code, ErrorCode::unreachable);
}

TEST_F(Recording, speed_is_recorded_seconds_a_second) {
  record(2);
  Deadline now{};
  auto replay = Replay::open(path_, {.speed = 10, .clock = [&] { return now; }});
  ASSERT_TRUE(replay);
  EXPECT_EQ((*replay)->due(), now);
  Cycle cycle;
  ASSERT_TRUE((*replay)->next(cycle));
  EXPECT_EQ((*replay)->due() - now, std::chrono::milliseconds{500});
}

}  // namespace
}  // namespace plimsoll::market
