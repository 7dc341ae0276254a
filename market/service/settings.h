#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "link/postgres/address.h"
#include "link/redis/address.h"
#include "scanner/scanner.h"
#include "scanner/store_policy.h"
#include "service/log.h"
#include "ticker/snapshot_part.h"

namespace plimsoll::market {

enum class FeedChoice { simulator, polygon, recording };

struct SimulatorSettings {
  std::uint64_t seed = 1;
  std::size_t tickers = 11'900;
  std::optional<Instant> start;  ///< none: 09:30 of the newest trading day that has begun
  std::chrono::milliseconds interval{5000};
  double speed = 1;  ///< 0: as fast as possible
};

/// One file of settings, for any of the three services; each takes what it knows.
struct Settings {
  std::filesystem::path file;
  std::filesystem::path policy;  ///< plimsoll.yaml; relative to the file
  redis::Address redis;
  std::optional<postgres::Address> postgres;
  std::string listen_host = "127.0.0.1";
  int listen_port = 0;
  LogLevel log_level = LogLevel::info;
  std::filesystem::path spool;  ///< for rows while PostgreSQL is away; empty: none
  /// Writes without bounds, as the stack that leaked did. For showing it, and nothing else.
  bool unbounded = false;
  /// A fresh machine gets the simulator's past: volume_slots, ATR, ticker_metadata, filters.
  bool seed_history = false;

  FeedChoice feed = FeedChoice::simulator;
  SimulatorSettings simulator;
  std::filesystem::path recording;
  std::chrono::milliseconds polygon_interval{5000};
  std::size_t tickers_per_part = kTickersPerPart;

  std::uint32_t partitions = 1;  ///< instances of analytics that share the symbols
  std::uint32_t partition = 0;   ///< which of them this one is
  std::chrono::seconds write_slots_every{60};

  StoreSettings store;
  std::size_t category_limit = 100;
  std::chrono::milliseconds figures_every{1000};     ///< analytics' hashes are read again
  std::chrono::milliseconds categories_every{1000};  ///< scanner:category:* are written again
};

/// `service` decides which keys are known: "data_ingest", "analytics", "scanner".
/// PLIMSOLL_REDIS_URL and PLIMSOLL_POSTGRES_URL, where they are set, come before the file.
/// Errors: malformed, as "scanner.yaml:4:7: …", for text that is no YAML, unknown or repeated keys
/// and values that are none; unreachable where the file is not there. No error repeats a value.
Result<Settings> load_settings(const std::filesystem::path& file, std::string_view service);
Result<Settings> parse_settings(const std::string& yaml, const std::filesystem::path& file,
                                std::string_view service);

}  // namespace plimsoll::market
