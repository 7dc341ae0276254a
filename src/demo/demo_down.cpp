#include <fstream>
#include <iterator>

#include "base/text.h"
#include "demo/demo.h"
#include "demo/demo_folder.h"
#include "demo/demo_policy.h"
#include "demo/market_services.h"
#include "demo/private_server.h"

namespace plimsoll {
namespace fs = std::filesystem;
namespace {

/// Everything still in the folder, each file by itself, folders that are empty by their own name.
std::vector<fs::path> files_in(const fs::path& root) {
  std::vector<fs::path> files;
  std::error_code error;
  const fs::recursive_directory_iterator end;
  for (fs::recursive_directory_iterator at{root, error}; !error && at != end; at.increment(error)) {
    std::error_code unreadable;
    if (!at->is_directory(unreadable) || fs::is_empty(at->path(), unreadable))
      files.push_back(at->path());
  }
  return files;
}

/// The lengths of all files below. What may not be looked at is left out.
Bytes disk_of(const fs::path& root) {
  Bytes sum{0};
  std::error_code error;
  const auto options = fs::directory_options::skip_permission_denied;
  const fs::recursive_directory_iterator end;
  for (fs::recursive_directory_iterator at{root, options, error}; !error && at != end;
       at.increment(error)) {
    std::error_code gone;  // a running server removes files while we look
    if (!at->is_regular_file(gone) || gone) continue;
    const auto size = at->file_size(gone);
    if (!gone) sum += Bytes{static_cast<std::int64_t>(size)};
  }
  return sum;
}

/// A policy that somebody changed is theirs.
bool is_as_written(const fs::path& file, const std::string& text) {
  std::ifstream in{file, std::ios::binary};
  return in && std::string{std::istreambuf_iterator<char>{in}, {}} == text;
}

}  // namespace

Result<DemoRemoval> demo_down(const fs::path& directory) {
  const DemoFolder folder = demo_folder(directory);
  DemoRemoval removal{.directory = folder.root, .found = false, .left = {}};
  std::error_code error;
  if (!fs::is_directory(fs::symlink_status(folder.root, error))) return removal;
  const auto lock = DemoLock::take(folder);
  if (!lock) return failure(lock.error());
  const auto marker = read_marker(folder);
  if (!marker) return failure(marker.error());
  if (!*marker) return removal;
  removal.found = true;
  if (auto removed = remove_servers(folder); !removed) return failure(removed.error());
  const auto& urls = **marker;
  const auto policy = urls.market == MarketDemo::none
                          ? demo_policy(urls.postgres_url, urls.redis_url)
                          : market_demo_policy(urls.postgres_url, urls.redis_url);
  if (is_as_written(folder.policy(), policy)) fs::remove(folder.policy(), error);
  // The marker goes last: a `down` that is killed before can be repeated.
  fs::remove(folder.marker().string() + ".new", error);
  fs::remove(folder.marker(), error);
  removal.left = files_in(folder.root);
  if ((*marker)->made_directory) fs::remove(folder.root, error);  // stays when it is not empty
  return removal;
}

Result<DemoStatus> demo_status(const fs::path& directory) {
  const DemoFolder folder = demo_folder(directory);
  DemoStatus status;
  status.directory = folder.root;
  const auto marker = read_marker(folder);
  if (!marker) return failure(marker.error());
  if (!*marker) return status;
  status.postgres_running = is_private_server_running(folder.postgres());
  status.redis_running = is_private_server_running(folder.redis());
  status.postgres_url = (*marker)->postgres_url;
  status.redis_url = (*marker)->redis_url;
  status.scale = (*marker)->scale;
  status.created = (*marker)->created;
  status.disk = disk_of(folder.root);
  const bool both = status.postgres_running && status.redis_running;
  status.state = !(*marker)->ready ? DemoState::interrupted
                 : both            ? DemoState::running
                                   : DemoState::stopped;
  return status;
}

}  // namespace plimsoll
