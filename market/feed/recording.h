#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "feed/feed.h"

// Recorded days. A file is "PLMSREC1", then frames: kind (u8), bytes that follow (u32), their
// CRC-32 (u32), then taken_at (i64, ms), places (u32), and, each after its place (u32), records of
// 88 bytes as in docs/snapshot-records.md. A full frame ('F') holds every ticker of its cycle; a
// delta ('D') those that changed since the frame before, by their place in the cycle. All numbers
// are little-endian.
namespace plimsoll::market {

constexpr std::size_t kMostRecorded = 65'536;  ///< tickers in a cycle; a frame has at most 6 MiB

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

class Recorder {
 public:
  /// A new file; one that exists is not touched. Errors: conflict (it exists), denied, unreachable
  /// (no such folder, disk full).
  static Result<Recorder> create(const std::filesystem::path& path);

  /// Full every `kFullEvery` cycles and where the tickers or their order changed; else a delta.
  /// Quotes no record can hold are an error: malformed. Errors: unreachable (disk full); what was
  /// half written is a torn tail, which a reader ignores.
  Result<void> add(const Cycle& cycle);
  static constexpr int kFullEvery = 240;

 private:
  explicit Recorder(File file) : file_{std::move(file)} {}
  File file_;
  std::vector<Quote> before_;
  std::string frame_;
  int since_full_ = kFullEvery;
};

struct ReplayOptions {
  double speed = 0;  ///< recorded seconds a second; 0: as fast as possible
  std::function<Deadline()> clock = [] { return std::chrono::steady_clock::now(); };
};

/// Plays a recording. A tail cut off in the middle of a frame is the end; a frame that is damaged
/// is an error. Memory: one cycle and one frame.
class Replay final : public Feed {
 public:
  /// Errors: unreachable (no such file), malformed (not a recording).
  static Result<std::unique_ptr<Replay>> open(const std::filesystem::path& path,
                                              ReplayOptions options = {});
  Deadline due() const override;
  Result<Next> next(Cycle& into) override;

 private:
  Replay(File file, ReplayOptions options) : file_{std::move(file)}, options_{std::move(options)} {}
  Result<bool> read_ahead();
  Result<void> take_frame(char kind);

  File file_;
  ReplayOptions options_;
  std::string frame_;
  Cycle ahead_;  ///< the cycle that next() will give
  bool over_ = false;
  bool has_ahead_ = false;
  std::int64_t frames_ = 0;
  Deadline begun_{};
  Millis first_{};
};

}  // namespace plimsoll::market
