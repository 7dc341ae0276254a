#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <random>

#include "base/text.h"
#include "demo/demo.h"
#include "demo/demo_folder.h"
#include "demo/demo_policy.h"
#include "demo/fresh_cluster.h"
#include "demo/market_services.h"
#include "demo/market_streams.h"
#include "demo/private_server.h"
#include "link/postgres/link.h"
#include "link/redis/link.h"

namespace plimsoll {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t kRoomAtScaleOne = std::int64_t{15} << 30;
constexpr std::int64_t kRoomAtLeast = std::int64_t{700} << 20;

Instant now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

/// Not for people to type: it only keeps the machine's other users out.
std::string random_password() {
  constexpr std::string_view kLetters = "abcdefghijkmnpqrstuvwxyz23456789";
  std::random_device source;
  std::string password;
  for (int i = 0; i < 20; ++i) password += kLetters[source() % kLetters.size()];
  return password;
}

Result<void> check_scale(double scale) {
  if (scale > 0 && scale <= 1) return {};
  return failure(ErrorCode::malformed, say("the scale must be above 0 and at most 1",
                                           "la escala debe ser mayor que 0 y "
                                           "como máximo 1"));
}

Result<void> check_room(const fs::path& directory, double scale) {
  struct statvfs disk {};
  if (::statvfs(directory.c_str(), &disk) != 0) return {};
  const auto room = static_cast<std::int64_t>(disk.f_bavail * disk.f_frsize);
  const std::int64_t needed =
      kRoomAtLeast + static_cast<std::int64_t>(static_cast<double>(kRoomAtScaleOne) * scale);
  if (room >= needed) return {};
  return failure(
      ErrorCode::conflict,
      say("the disk of '{}' has {} free, and this scale needs {}",
          "el disco de «{}» tiene {} libres, y esta escala necesita {}",
          {printable(directory.string()), Bytes{room}, Bytes{needed}}),
      say("choose a smaller --scale, or another --dir", "elija una --scale menor u otra --dir"));
}

/// The folder, made if it was not there. It must be this user's: in a shared /tmp anybody could
/// have put one of that name.
Result<bool> make_or_check(const DemoFolder& folder) {
  std::error_code error;
  fs::create_directories(folder.root.parent_path(), error);
  if (::mkdir(folder.root.c_str(), ::geteuid() == 0 ? 0711 : 0700) == 0) {
    ::chmod(folder.root.c_str(), ::geteuid() == 0 ? 0711 : 0700);
    return true;
  }
  struct stat found {};
  if (::lstat(folder.root.c_str(), &found) != 0 || !S_ISDIR(found.st_mode) ||
      found.st_uid != ::geteuid())
    return failure(
        ErrorCode::conflict,
        say("'{}' cannot be made, or belongs to somebody else",
            "«{}» no se puede crear o es de otro usuario", {printable(folder.root.string())}),
        say("choose another folder with --dir", "elija otra carpeta con --dir"));
  return false;
}

Result<void> check_empty(const DemoFolder& folder) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator{folder.root, error}) {
    return failure(
        ErrorCode::conflict,
        say("the folder '{}' holds something that is no demo: {}",
            "la carpeta «{}» contiene algo que no es una demo: {}",
            {printable(folder.root.string()), printable(entry.path().filename().string())}),
        say("choose an empty or new folder with --dir",
            "elija con --dir una carpeta vacía o nueva"));
  }
  return {};
}

PrivateServerOptions postgres_options(double scale, MarketDemo market) {
  PrivateServerOptions options;
  options.password = random_password();
  options.settings = {"max_wal_size=512MB", "log_min_duration_statement=-1"};
  // The market's slots are upserted at 20 times their usual rate, and autovacuum should keep up.
  if (market != MarketDemo::none)
    options.settings.insert(options.settings.end(),
                            {"autovacuum_naptime=2s", "autovacuum_vacuum_scale_factor=0.05"});
  // Indexes are built row by row, as the stack's were: they should stay in memory.
  if (scale >= 0.1) options.settings.emplace_back("shared_buffers=512MB");
  std::string preloaded;
  for (const std::string& library : preloadable_libraries({"pg_stat_statements", "timescaledb"}))
    preloaded += (preloaded.empty() ? "" : ",") + library;
  options.settings.push_back("shared_preload_libraries=" + preloaded);
  if (preloaded.find("timescaledb") != std::string::npos)
    options.settings.emplace_back("timescaledb.telemetry_level=off");
  return options;
}

PrivateServerOptions redis_options(MarketDemo market) {
  PrivateServerOptions options;
  if (market == MarketDemo::bounded) {
    options.settings = {"maxmemory 512mb", "maxmemory-policy noeviction"};
    return options;
  }
  options.settings = {"maxmemory 2gb", "maxmemory-policy allkeys-lru", "appendonly yes",
                      "appendfsync everysec"};
  return options;
}

Result<void> load_postgres(const DemoMarker& marker, const Progress& progress) {
  const auto address = postgres::parse_address(marker.postgres_url);
  if (!address) return failure(address.error());
  auto link =
      postgres::Link::connect(*address, std::chrono::seconds{10}, postgres::Session::script);
  if (!link) return failure(link.error());
  return load_market_tables(*link, marker.scale, now(), progress);
}

Result<void> load_redis(const DemoMarker& marker, const Progress& progress) {
  const auto address = redis::parse_address(marker.redis_url);
  if (!address) return failure(address.error());
  auto link = redis::Link::connect(*address, std::chrono::seconds{60});
  if (!link) return failure(link.error());
  const Instant newest = now();
  if (auto keys = load_market_keys(*link, marker.scale, newest, progress); !keys) return keys;
  return load_market_streams(*link, marker.scale, newest, progress);
}

/// Readable only by this user: the addresses in it hold the demo's password.
Result<void> write_policy(const DemoFolder& folder, const DemoMarker& marker) {
  std::ofstream file{folder.policy()};
  std::error_code error;
  fs::permissions(folder.policy(), fs::perms::owner_read | fs::perms::owner_write, error);
  file << (marker.market == MarketDemo::none
               ? demo_policy(marker.postgres_url, marker.redis_url)
               : market_demo_policy(marker.postgres_url, marker.redis_url));
  file.flush();
  if (file) return {};
  return failure(ErrorCode::unreachable, say("could not write {}", "no se pudo escribir {}",
                                             {printable(folder.policy().string())}));
}

/// Each step's result is in the marker before the next begins.
Result<void> build(const DemoFolder& folder, DemoMarker& marker, const Progress& progress) {
  progress(say("starting PostgreSQL", "arrancando PostgreSQL"));
  const auto postgres =
      start_private_postgres(folder.postgres(), postgres_options(marker.scale, marker.market));
  if (!postgres) return failure(postgres.error());
  progress(say("starting Redis", "arrancando Redis"));
  const auto redis = start_private_redis(folder.redis(), redis_options(marker.market));
  if (!redis) return failure(redis.error());
  marker.postgres_url = postgres->url;
  marker.redis_url = redis->url;
  if (auto written = write_marker(folder, marker); !written) return written;
  if (marker.market == MarketDemo::none) {
    if (auto loaded = load_postgres(marker, progress); !loaded) return loaded;
    if (auto loaded = load_redis(marker, progress); !loaded) return loaded;
  }
  if (auto written = write_policy(folder, marker); !written) return written;
  if (marker.market != MarketDemo::none) {
    progress(say("starting data_ingest, analytics and scanner",
                 "arrancando data_ingest, analytics y scanner"));
    if (auto started = start_market_services(folder, marker); !started) return started;
  }
  marker.ready = true;
  return write_marker(folder, marker);
}

DemoStack stack_of(const DemoFolder& folder, const DemoMarker& marker, bool was_running) {
  return {folder.root, marker.postgres_url, marker.redis_url, marker.scale, was_running};
}

}  // namespace

fs::path default_demo_directory() {
  const char* configured = std::getenv("TMPDIR");
  const fs::path root = configured != nullptr && *configured != '\0' ? configured : "/tmp";
  return root / ("plimsoll-demo-" + std::to_string(::geteuid()));
}

namespace {

/// What there is before `up` writes anything: a running demo (returned), or a folder it may use.
Result<std::optional<DemoStack>> prepare(const DemoFolder& folder, DemoMarker& marker,
                                         const Progress& progress) {
  const auto before = read_marker(folder);
  if (!before) return failure(before.error());
  if (!*before) {
    if (auto empty = check_empty(folder); !empty) return failure(empty.error());
  } else {
    if ((*before)->ready && (*before)->market == marker.market &&
        is_private_server_running(folder.postgres()) && is_private_server_running(folder.redis()))
      return stack_of(folder, **before, true);
    progress(
        say("removing a demo that is not running", "retirando una demo que no está en marcha"));
    if (auto removed = remove_servers(folder); !removed) return failure(removed.error());
    marker.made_directory = (*before)->made_directory;
  }
  if (auto room = check_room(folder.root, marker.scale); !room) return failure(room.error());
  return std::nullopt;
}

}  // namespace

Result<DemoStack> demo_up(const DemoOptions& options, const Progress& progress) {
  if (auto good = check_scale(options.scale); !good) return failure(good.error());
  const DemoFolder folder = demo_folder(options.directory);
  auto made = make_or_check(folder);
  if (!made) return failure(made.error());
  const auto lock = DemoLock::take(folder);
  if (!lock) return failure(lock.error());
  DemoMarker marker{
      .made_directory = *made, .scale = options.scale, .created = now(), .market = options.market};
  auto running = prepare(folder, marker, progress);
  if (!running) {
    if (*made) ::rmdir(folder.root.c_str());
    return failure(running.error());
  }
  if (*running) return **running;
  if (auto written = write_marker(folder, marker); !written) return failure(written.error());
  if (auto built = build(folder, marker, progress); !built) {
    stop_market_services(folder);
    stop_private_postgres(folder.postgres());
    stop_private_redis(folder.redis());
    return failure(built.error());
  }
  return stack_of(folder, marker, false);
}

}  // namespace plimsoll
