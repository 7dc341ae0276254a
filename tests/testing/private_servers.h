#pragma once

#include <filesystem>
#include <initializer_list>
#include <string>

#include "demo/private_server.h"

namespace plimsoll::testing {

/// A new folder below TMPDIR (or /tmp where the servers' system user could not enter that), removed
/// with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A PostgreSQL of the test's own, on a Unix socket, empty but for the database `tradeul` and its
/// superuser `tradeul_user`. It ends with this object, and with the test process however that ends.
/// Starts in about 0.3 s. Throws std::runtime_error with what the server said when it cannot start:
/// a test without its server is a failed test.
///
///     TestPostgres plain;
///     TestPostgres tuned{"autovacuum=off", "track_io_timing=on"};
///     TestPostgres guarded{PrivateServerOptions{.loopback = true, .password = "secret"}};
class TestPostgres {
 public:
  TestPostgres(std::initializer_list<std::string> settings = {});
  explicit TestPostgres(PrivateServerOptions options);
  TestPostgres(const TestPostgres&) = delete;
  TestPostgres& operator=(const TestPostgres&) = delete;
  ~TestPostgres();
  const std::string& url() const { return server_.url; }
  int pid() const { return server_.pid; }
  const std::filesystem::path& directory() const { return server_.directory; }
  void stop();  ///< for tests of a server that goes away; the destructor knows

 private:
  TemporaryFolder folder_;
  PrivateServer server_;
};

/// The same for Redis, on a loopback port. Starts in about 30 ms.
///
///     TestRedis redis{"maxmemory 100mb", "rename-command CONFIG \"\""};
class TestRedis {
 public:
  TestRedis(std::initializer_list<std::string> settings = {});
  explicit TestRedis(PrivateServerOptions options);
  TestRedis(const TestRedis&) = delete;
  TestRedis& operator=(const TestRedis&) = delete;
  ~TestRedis();
  const std::string& url() const { return server_.url; }
  int pid() const { return server_.pid; }
  const std::filesystem::path& directory() const { return server_.directory; }
  void stop();

 private:
  TemporaryFolder folder_;
  PrivateServer server_;
};

}  // namespace plimsoll::testing
