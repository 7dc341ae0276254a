#include "discover/command.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

using Command = std::vector<std::string>;

TEST(Command, that_starts_postgres) {
  for (const Command& command : std::vector<Command>{
           {"postgres"},
           {"docker-entrypoint.sh", "postgres", "-c", "shared_buffers=4GB"},
           {"/usr/lib/postgresql/17/bin/postgres", "-D", "/data"},
           {"gosu", "postgres", "postgres", "-p", "5433"},
           {"sh", "-c", "initdb -D /d && exec postgres -D /d"},
           {"sh", "-c", "su postgres -c \"exec /usr/lib/postgresql/17/bin/postgres -D /d\""},
           {"tini", "--", "postgres"},
           {"bash", "-c", "pg_ctl -D /d start; tail -f /dev/null"},
           {"patroni", "/etc/patroni.yml"}}) {
    EXPECT_TRUE(starts_postgres(words_of(command))) << testing::PrintToString(command);
  }
}

TEST(Command, that_only_names_postgres) {
  for (const Command& command : std::vector<Command>{
           {"pg_dump", "-U", "postgres"},
           {"sh", "-c", "while true; do psql -U postgres -h postgres; sleep 60; done"},
           {"su", "postgres", "-c", "sleep 1"},
           {"initdb", "-D", "/var/lib/postgres"},
           {"python", "ingest.py", "postgres"},
           {"sh", "-c", "gosu postgres initdb"},
           {""}}) {
    EXPECT_FALSE(starts_postgres(words_of(command))) << testing::PrintToString(command);
  }
}

TEST(Command, that_starts_redis_or_only_speaks_to_it) {
  EXPECT_TRUE(starts_redis(words_of({"docker-entrypoint.sh", "redis-server", "--save", ""})));
  EXPECT_TRUE(starts_redis(words_of({"sh", "-c", "exec /usr/bin/valkey-server --port 6380"})));
  EXPECT_FALSE(starts_redis(words_of({"redis-server", "/etc/s.conf", "--sentinel"})));
  EXPECT_FALSE(starts_redis(words_of({"redis-cli", "-h", "redis"})));
  EXPECT_TRUE(runs_client(words_of({"sh", "-c", "while :; do pg_dump x; done"})));
  EXPECT_FALSE(runs_client(words_of({"postgres"})));
}

TEST(Command, ports_in_their_spellings) {
  EXPECT_EQ(postgres_port(words_of({"postgres", "-p", "5433"})), 5433);
  EXPECT_EQ(postgres_port(words_of({"postgres", "-p5434"})), 5434);
  EXPECT_EQ(postgres_port(words_of({"postgres", "--port=5435"})), 5435);
  EXPECT_EQ(postgres_port(words_of({"postgres", "-c", "port=5436"})), 5436);
  EXPECT_EQ(postgres_port(words_of({"sh", "-c", "mkdir -p /d && exec postgres -p 5437"})), 5437);
  EXPECT_FALSE(postgres_port(words_of({"postgres", "-p", "70000"})));
  EXPECT_EQ(value_of(words_of({"redis-server", "--port", "6380"}), "--port"), "6380");
}

TEST(Command, a_password_is_kept_whole_and_variables_are_filled_in) {
  const auto words = words_of({"redis-server", "--requirepass", "a b;c\"d"});
  EXPECT_EQ(value_of(words, "--requirepass"), "a b;c\"d");
  const Variables variables = [](const std::string& name) {
    return name == "REDIS_PASSWORD" ? std::string{"s3cret"} : std::string{};
  };
  const auto script =
      words_of({"sh", "-c", "redis-server --requirepass \"${REDIS_PASSWORD:-x}\" --port 6380"});
  EXPECT_EQ(expand(*value_of(script, "--requirepass"), variables), "s3cret");
  EXPECT_EQ(expand("$REDIS_PASSWORD", variables), "s3cret");
  EXPECT_EQ(expand("${OTHER:-x}", variables), "x");
  EXPECT_EQ(expand("${OTHER", variables), "${OTHER");
  EXPECT_EQ(expand("pa$$word", variables), "pa$$word");
  EXPECT_EQ(expand("$", variables), "$");
}

}  // namespace
}  // namespace plimsoll
