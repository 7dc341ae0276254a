#pragma once

#include <filesystem>
#include <string>

#include "demo/private_server.h"

namespace plimsoll::bench {

/// A folder of this run, removed with what is in it.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A Redis of 1,000,000 keys in five families (strings, hashes, sets; a fifth with a TTL) and 200
/// streams of 2,000 entries, half of them with a group, 20 of those with 2,000 pending entries.
class LargeRedis {
 public:
  explicit LargeRedis(const Scratch& scratch);
  ~LargeRedis();
  LargeRedis(const LargeRedis&) = delete;
  LargeRedis& operator=(const LargeRedis&) = delete;

  const std::string& url() const { return server_.url; }
  int port() const;
  /// One command, by redis-cli; its output.
  std::string cli(const std::vector<std::string>& command) const;

  void forget_slow_commands() const;
  /// The slowest command since then, in milliseconds; 0 where each took under 0.1 ms.
  double slowest_command_ms() const;

 private:
  std::filesystem::path output_;
  PrivateServer server_;
};

/// A PostgreSQL with 5,000 partitions by day (five tables of 1,000), each with an index and 20
/// rows.
class LargePostgres {
 public:
  explicit LargePostgres(const Scratch& scratch);
  ~LargePostgres();
  LargePostgres(const LargePostgres&) = delete;
  LargePostgres& operator=(const LargePostgres&) = delete;
  const std::string& url() const { return server_.url; }

 private:
  PrivateServer server_;
};

}  // namespace plimsoll::bench
