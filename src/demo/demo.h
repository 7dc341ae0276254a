#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "base/result.h"
#include "demo/market_tables.h"

namespace plimsoll {

/// Instead of the stack that leaked, at its 13th day: empty servers, and the market services that
/// write into them, within their bounds or without any.
enum class MarketDemo { none, bounded, leaky };

struct DemoOptions {
  std::filesystem::path directory;  ///< empty: default_demo_directory()
  double scale = 0.01;              ///< 1 is 12.5 M rows and 12 GB; above 0, at most 1
  MarketDemo market = MarketDemo::none;
};

/// "${TMPDIR:-/tmp}/plimsoll-demo-<uid>".
std::filesystem::path default_demo_directory();

/// A running demo. Its PostgreSQL URL holds the password made for it, and is meant to be printed:
/// the server is on loopback, and its data invented.
struct DemoStack {
  std::filesystem::path directory;
  std::string postgres_url;
  std::string redis_url;
  double scale = 0;
  bool was_running = false;  ///< it was up already, and nothing was done
};

/// Starts a private PostgreSQL and Redis in the folder and fills them with the stack that leaked,
/// at its 13th day. Already up is success. What an interrupted one left is removed first, and so is
/// a demo whose servers were stopped: its data would be old. `progress` is called some hundred
/// times at most. Errors: malformed (scale), conflict (the folder holds something else, another one
/// is at work, no room on the disk), and those of start_private_postgres and of loading. After an
/// error the servers are stopped and the folder stays, with its logs; demo_down removes it.
Result<DemoStack> demo_up(const DemoOptions& options, const Progress& progress);

struct DemoRemoval {
  std::filesystem::path directory;
  bool found = false;                       ///< there was a demo
  std::vector<std::filesystem::path> left;  ///< files that `up` did not make; not touched
};

/// Stops the servers and removes what demo_up made, and nothing else. No demo there is success.
/// Errors: conflict (demo_up is at work in it), timed_out (a server does not stop).
Result<DemoRemoval> demo_down(const std::filesystem::path& directory);

enum class DemoState { absent, interrupted, stopped, running };

struct DemoStatus {
  std::filesystem::path directory;
  DemoState state = DemoState::absent;
  bool postgres_running = false;
  bool redis_running = false;
  std::string postgres_url;
  std::string redis_url;
  double scale = 0;
  std::optional<Instant> created;
  Bytes disk;  ///< what the folder takes
};

/// Looks at the folder and at the processes, not into the servers. Errors: malformed marker,
/// denied.
Result<DemoStatus> demo_status(const std::filesystem::path& directory);

/// {"dir": …, "postgres": {"url": …}, "redis": {"url": …}}, in one line.
std::string to_json(const DemoStack& stack);
/// The same and "state", "scale", "created", "disk_bytes", "running" of each server.
std::string to_json(const DemoStatus& status);

/// For a person: what is up, where, how to look with psql and redis-cli, and how to stop it.
Text describe(const DemoStack& stack);
Text describe(const DemoRemoval& removal);
Text describe(const DemoStatus& status);

}  // namespace plimsoll
