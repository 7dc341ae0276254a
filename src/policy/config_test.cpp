#include "policy/config.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

/// The example of the documentation, with every section it knows.
constexpr const char* kWhole = R"(version: 1
language: es
targets:
  postgres: [{ name: main, url: "postgresql://tradeul_user@127.0.0.1:5432/tradeul", password_file: pg.secret }]
  redis:
    - { name: main, url: "redis://:hunter2@127.0.0.1:6379/0" }
    - { name: cache, url: "redis://127.0.0.1:6380/0" }
  docker:   { socket: /var/run/docker.sock, project: tradeul, compose_file: docker-compose.yml }
  disks:    ["/", /data]
tables:
  scan_results: { time: time, keep: 7d }
streams: { "snapshots:raw": { maxlen: 10000 } }
redis: { maxmemory: 2GB }
containers: { redis: { limit: 2G } }
maintenance: { calendar: XNYS }
alerts: { usage: { hold: 5m } }
guard: { sample_every: 10s }
)";

TEST(Config, reads_the_targets_and_accepts_the_rest_by_name) {
  const auto config = parse_config(kWhole, "/etc/plimsoll/plimsoll.yaml");
  ASSERT_TRUE(config) << config.error().what.en;
  EXPECT_EQ(config->language, Language::es);
  const Targets& targets = config->targets;
  ASSERT_EQ(targets.postgres.size(), 1U);
  EXPECT_EQ(targets.postgres[0].password_file, "/etc/plimsoll/pg.secret");
  EXPECT_EQ(targets.postgres[0].origin, "plimsoll.yaml:4");
  ASSERT_EQ(targets.redis.size(), 2U);
  EXPECT_EQ(targets.redis[0].url, "redis://127.0.0.1:6379/0");
  EXPECT_EQ(targets.redis[0].password.reveal(), "hunter2");
  EXPECT_EQ(targets.redis[1].name, "cache");
  EXPECT_EQ(targets.redis[1].origin, "plimsoll.yaml:7");
  EXPECT_EQ(targets.docker->address, "/var/run/docker.sock");
  EXPECT_EQ(targets.docker->project, "tradeul");
  EXPECT_EQ(targets.disks, (std::vector<std::string>{"/", "/data"}));
}

TEST(Config, the_least_is_a_version) {
  const auto config = parse_config("version: 1\n", "p.yaml");
  ASSERT_TRUE(config);
  EXPECT_FALSE(config->language);
  EXPECT_TRUE(config->targets.postgres.empty());
}

struct MistakeCase {
  std::string yaml, place, says;
};
class ConfigMistake : public testing::TestWithParam<MistakeCase> {};

TEST_P(ConfigMistake, is_told_by_line_and_column) {
  const auto& [yaml, place, says] = GetParam();
  const auto config = parse_config(yaml, "p.yaml");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, ErrorCode::malformed);
  EXPECT_TRUE(config.error().what.en.starts_with("p.yaml" + place)) << config.error().what.en;
  EXPECT_NE(config.error().what.en.find(says), std::string::npos) << config.error().what.en;
  EXPECT_TRUE(config.error().what.es.starts_with("p.yaml" + place));
  EXPECT_NE(config.error().what.en, config.error().what.es);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, ConfigMistake,
    testing::Values(
        MistakeCase{"version: 1\ntarget: {}\n", ":2:1:", "unknown key 'target'"},
        MistakeCase{"version: 1\ntargets:\n  postgress: []\n", ":3:3:", "unknown key 'postgress'"},
        MistakeCase{"version: 1\ntargets:\n  redis: [{ urls: x }]\n",
                    ":3:13:", "unknown key 'urls'"},
        MistakeCase{"version: 1\nversion: 1\n", ":2:1:", "twice"},
        MistakeCase{"language: es\n", ":1:1:", "'version' is missing"},
        MistakeCase{"version: 2\n", ":1:10:", "not known"},
        MistakeCase{"version: [1]\n", ":1:10:", "must be a text"},
        MistakeCase{"version: 1\nlanguage: fr\n", ":2:11:", "en or es"},
        MistakeCase{"version: 1\ntargets: [a]\n", ":2:10:", "keys and values"},
        MistakeCase{"version: 1\ntargets: { postgres: main }\n", ":2:22:", "must be a list"},
        MistakeCase{"version: 1\ntargets:\n  redis: [{ name: a }]\n", ":3:11:", "'url' is missing"},
        MistakeCase{"version: 1\ntargets:\n  redis: [{ url: 'mysql://x' }]\n",
                    ":3:18:", "no Redis"},
        MistakeCase{"version: 1\ntargets:\n  redis: [{ name: a/b, url: 'redis://x' }]\n",
                    ":3:19:", "must not hold '/'"},
        MistakeCase{"version: 1\ntargets:\n  redis: [{ url: 'redis://x' }, { url: 'redis://y' }]\n",
                    ":3:33:", "two servers are called 'main'"},
        MistakeCase{"version: 1\ntargets:\n  redis: [{ url: 'redis://:p@x', password_file: f }]\n",
                    ":3:49:", "in the url and in a file"},
        MistakeCase{"version: 1\ntargets: { disks: / }\n", ":2:19:", "must be a list"},
        MistakeCase{"version: 1\ntargets: { disks: [data] }\n", ":2:20:", "absolute"},
        MistakeCase{"version: 1\ntargets: { docker: { socket: [] } }\n",
                    ":2:30:", "must be a text"},
        MistakeCase{"version: 1\n\t- x\n", ":", "not YAML"},
        MistakeCase{"version: 1\ntargets: {\n", ":", "not YAML"}, MistakeCase{"", ":", "empty"},
        MistakeCase{"- 1\n", ":1:1:", "keys and values"}));

TEST(Config, no_mistake_repeats_a_password) {
  for (const char* yaml :
       {"version: 1\ntargets:\n  postgres: [{ url: 'hunter2' }]\n",
        "version: 1\ntargets:\n  postgres: [{ url: { a: hunter2 } }]\n",
        "version: 1\ntargets:\n  redis: [{ url: 'redis://:hunter2@x' , password_file: f }]\n",
        "version: 1\ntargets:\n  redis: [{ url: \"redis://:hunter2@x }]\n"}) {
    const auto config = parse_config(yaml, "p.yaml");
    ASSERT_FALSE(config) << yaml;
    for (const Text& text : {config.error().what, config.error().hint}) {
      EXPECT_EQ(text.en.find("hunter2"), std::string::npos) << text.en;
      EXPECT_EQ(text.es.find("hunter2"), std::string::npos) << text.es;
    }
  }
}

TEST(Config, deep_nesting_is_an_error_and_no_overflow) {
  EXPECT_FALSE(parse_config("version: 1\ntables: " + std::string(100'000, '['), "p.yaml"));
}

}  // namespace
}  // namespace plimsoll
