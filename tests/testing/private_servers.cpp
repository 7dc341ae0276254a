#include "tests/testing/private_servers.h"

#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

#include "demo/server_folder.h"

namespace plimsoll::testing {
namespace fs = std::filesystem;
namespace {

fs::path temporary_root() {
  const char* configured = std::getenv("TMPDIR");
  const fs::path root = configured != nullptr && *configured != '\0' ? configured : "/tmp";
  if (::geteuid() != 0) return root;
  const auto account = account_of("postgres");
  return account && closed_to(*account, root) ? fs::path{"/tmp"} : root;
}

PrivateServer started(Result<PrivateServer> server) {
  if (server) return *std::move(server);
  throw std::runtime_error{server.error().what.en + "; " + server.error().hint.en};
}

PrivateServerOptions for_tests(PrivateServerOptions options) {
  options.ends_with_caller = true;
  options.fresh_clusters = PLIMSOLL_FRESH_CLUSTERS;
  return options;
}

PrivateServerOptions with(std::initializer_list<std::string> settings, bool loopback) {
  PrivateServerOptions options;
  options.settings = settings;
  options.loopback = loopback;
  return options;
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = (temporary_root() / "plimsoll-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    throw std::runtime_error{"no temporary folder like " + name};
  path_ = name;
  // mkdtemp closes it to everybody; a server that runs as another system user passes through.
  if (::geteuid() == 0) fs::permissions(path_, fs::perms{0711});
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

TestPostgres::TestPostgres(std::initializer_list<std::string> settings)
    : TestPostgres{with(settings, false)} {}
TestPostgres::TestPostgres(PrivateServerOptions options)
    : server_{
          started(start_private_postgres(folder_.path() / "pg", for_tests(std::move(options))))} {}
TestPostgres::~TestPostgres() { stop(); }
void TestPostgres::stop() { stop_private_postgres(server_.directory); }

TestRedis::TestRedis(std::initializer_list<std::string> settings)
    : TestRedis{with(settings, true)} {}
TestRedis::TestRedis(PrivateServerOptions options)
    : server_{
          started(start_private_redis(folder_.path() / "redis", for_tests(std::move(options))))} {}
TestRedis::~TestRedis() { stop(); }
void TestRedis::stop() { stop_private_redis(server_.directory); }

}  // namespace plimsoll::testing
