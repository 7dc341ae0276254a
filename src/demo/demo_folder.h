#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/instant.h"
#include "base/result.h"
#include "demo/demo.h"

namespace plimsoll {

/// What `demo up` writes into its folder before it does anything else there, so that `demo down`
/// knows what is its own whenever `up` was killed.
struct DemoMarker {
  bool made_directory = false;  ///< the folder was not there before
  bool ready = false;           ///< loaded to the end
  double scale = 0;
  Instant created{};
  std::string postgres_url{};  ///< empty until the server is up
  std::string redis_url{};
  MarketDemo market = MarketDemo::none;
};

/// Names of everything the demo puts in its folder.
struct DemoFolder {
  std::filesystem::path root;
  std::filesystem::path marker() const { return root / "plimsoll-demo.json"; }
  std::filesystem::path policy() const { return root / "plimsoll.yaml"; }
  std::filesystem::path postgres() const { return root / "postgres"; }
  std::filesystem::path redis() const { return root / "redis"; }
};

/// Readable only by this user: it holds the demo's password. Replaced in one step.
Result<void> write_marker(const DemoFolder& folder, const DemoMarker& marker);

/// Empty when there is none. Errors: malformed (another program's file, or another version's).
Result<std::optional<DemoMarker>> read_marker(const DemoFolder& folder);

/// The absolute folder; default_demo_directory() for an empty path.
DemoFolder demo_folder(const std::filesystem::path& directory);

/// Stops the two servers and removes what they and we wrote into their folders. Files of anybody
/// else stay, and so does a folder that holds one. Errors: timed_out (a server does not stop).
Result<void> remove_servers(const DemoFolder& folder);

/// While it lives, no other process is in `demo up` or `demo down` on this folder. The lock is on
/// the folder itself, so it leaves no file, and goes with the process, however that ends.
class DemoLock {
 public:
  static Result<DemoLock> take(const DemoFolder& folder);
  DemoLock(DemoLock&& other) noexcept : file_{other.file_} { other.file_ = -1; }
  DemoLock& operator=(DemoLock&&) = delete;
  ~DemoLock();

 private:
  explicit DemoLock(int file) : file_{file} {}
  int file_;
};

}  // namespace plimsoll
