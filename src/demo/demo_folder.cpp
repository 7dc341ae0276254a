#include "demo/demo_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "demo/demo.h"
#include "demo/market_services.h"
#include "demo/private_server.h"
#include "demo/server_folder.h"

namespace plimsoll {
namespace fs = std::filesystem;
namespace {

constexpr const char* kSchema = "plimsoll.demo/1";

tl::unexpected<Error> cannot_write(const fs::path& file) {
  return failure(ErrorCode::denied,
                 say("cannot write '{}': {}", "no se puede escribir «{}»: {}",
                     {printable(file.string()), std::string{std::strerror(errno)}}));
}

}  // namespace

Result<void> write_marker(const DemoFolder& folder, const DemoMarker& marker) {
  const nlohmann::json json{{"schema", kSchema},
                            {"made_directory", marker.made_directory},
                            {"ready", marker.ready},
                            {"scale", marker.scale},
                            {"market", name_of(marker.market)},
                            {"created", iso8601(marker.created)},
                            {"postgres", {{"url", marker.postgres_url}}},
                            {"redis", {{"url", marker.redis_url}}}};
  const std::string text = json.dump(2) + "\n";
  const fs::path unfinished = folder.marker().string() + ".new";
  const int file =
      ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return cannot_write(unfinished);
  const bool whole = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(file);
  if (!whole || ::rename(unfinished.c_str(), folder.marker().c_str()) != 0)
    return cannot_write(folder.marker());
  return {};
}

Result<std::optional<DemoMarker>> read_marker(const DemoFolder& folder) {
  std::error_code error;
  if (!fs::exists(folder.marker(), error)) return std::nullopt;
  try {
    const auto json = nlohmann::json::parse(text_of(folder.marker()));
    if (json.at("schema") == kSchema) {
      DemoMarker marker;
      marker.made_directory = json.at("made_directory").get<bool>();
      marker.ready = json.at("ready").get<bool>();
      marker.scale = json.at("scale").get<double>();
      marker.market = market_demo_named(json.value("market", ""));
      marker.created = parse_iso8601(json.at("created").get<std::string>()).value_or(Instant{});
      marker.postgres_url = json.at("postgres").at("url").get<std::string>();
      marker.redis_url = json.at("redis").at("url").get<std::string>();
      return marker;
    }
  } catch (const nlohmann::json::exception&) {
    // falls through: whatever this file is, it is not ours
  }
  return failure(ErrorCode::malformed, say("'{}' was not written by this version of plimsoll",
                                           "«{}» no lo escribió esta versión de plimsoll",
                                           {printable(folder.marker().string())}));
}

DemoFolder demo_folder(const fs::path& directory) {
  const fs::path chosen = directory.empty() ? default_demo_directory() : directory;
  fs::path root = fs::absolute(chosen).lexically_normal();
  if (!root.has_filename()) root = root.parent_path();  // "demo/" is "demo"
  return {root};
}

Result<void> remove_servers(const DemoFolder& folder) {
  if (auto stopped = stop_market_services(folder); !stopped) return stopped;
  remove_market_files(folder);
  if (auto stopped = stop_private_postgres(folder.postgres()); !stopped) return stopped;
  if (auto stopped = stop_private_redis(folder.redis()); !stopped) return stopped;
  std::error_code ignored;
  for (const fs::path& server : {folder.postgres(), folder.redis()}) {
    for (const char* made : {"data", "run", "log", "server.pid", "postgresql.conf", "pg_hba.conf"})
      fs::remove_all(server / made, ignored);
    fs::remove(server, ignored);  // stays when something else is in it
  }
  return {};
}

Result<DemoLock> DemoLock::take(const DemoFolder& folder) {
  const int file = ::open(folder.root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return cannot_write(folder.root);
  if (::flock(file, LOCK_EX | LOCK_NB) == 0) return DemoLock{file};
  ::close(file);
  return failure(ErrorCode::conflict,
                 say("another 'demo up' or 'demo down' is at work in '{}'",
                     "otro «demo up» o «demo down» está trabajando en «{}»",
                     {printable(folder.root.string())}),
                 say("wait for it, or stop it with Ctrl-C",
                     "espere a que acabe o deténgalo con "
                     "Ctrl-C"));
}

DemoLock::~DemoLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace plimsoll
