#include "apply/compose/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace plimsoll {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// "redis no_memory_limit 3", in order.
std::vector<std::string> issues_of(std::string_view text, bool notes = false) {
  const auto issues = check_compose(text, "c.yml");
  EXPECT_TRUE(issues) << issues.error().what.en;
  std::vector<std::string> lines;
  if (!issues) return lines;
  for (const auto& issue : *issues) {
    EXPECT_FALSE(issue.what.en.empty());
    EXPECT_NE(issue.what.en, issue.what.es);
    if (issue.note == notes) {
      lines.push_back(issue.service + " " + std::string{name_of(issue.rule)} + " " +
                      std::to_string(issue.line));
    }
  }
  return lines;
}

constexpr std::string_view kBounded = R"(services:
  redis:
    image: redis:7.2
    command: redis-server --maxmemory 768mb --requirepass $$PASSWORD
    ports: ["6379:6379"]
    volumes: ["redis_data:/data"]
    mem_limit: 1g
    logging: {driver: local}
)";

TEST(ComposeCheck, says_nothing_of_a_service_that_is_bounded) {
  EXPECT_THAT(issues_of(kBounded), IsEmpty());
  EXPECT_THAT(issues_of(kBounded, true), IsEmpty());
}

TEST(ComposeCheck, names_what_has_no_bound_with_its_line) {
  EXPECT_THAT(issues_of("services:\n  app:\n    image: app:1\n"),
              ElementsAre("app no_memory_limit 3", "app no_log_rotation 3"));
}

TEST(ComposeCheck, reads_through_anchors_merge_keys_and_extends) {
  EXPECT_THAT(issues_of(R"(x-log: &log {driver: json-file, options: {max-size: 10m}}
x-small: &small {mem_limit: 64m}
services:
  base: {<<: *small, image: "app:1", logging: *log}
  app:
    extends: {service: base}
)"),
              IsEmpty());
}

TEST(ComposeCheck, a_redis_is_held_to_a_maxmemory_below_its_limit) {
  const auto with_command = [](const std::string& command) {
    return issues_of(
        "services:\n  r:\n    image: valkey/valkey:8\n    mem_limit: 1g\n    command: " + command +
        "\n    logging: {driver: local}\n    volumes: [\"d:/data\"]\n");
  };
  EXPECT_THAT(with_command("valkey-server"), ElementsAre("r no_maxmemory 5"));
  EXPECT_THAT(with_command("valkey-server --maxmemory 0"), ElementsAre("r no_maxmemory 5"));
  EXPECT_THAT(with_command("valkey-server --maxmemory 1gb"),
              ElementsAre("r maxmemory_over_limit 5"));
  EXPECT_THAT(with_command("valkey-server --maxmemory ${MAX:-2gb}"),
              ElementsAre("r maxmemory_over_limit 5"));
  EXPECT_THAT(with_command("valkey-server --maxmemory ${MAX}"), IsEmpty());
  EXPECT_THAT(with_command("[valkey-server, --maxmemory, 900mb]"), IsEmpty());
  EXPECT_THAT(with_command("valkey-server --maxmemory 1g"), IsEmpty()) << "Redis' 1g is 10^9";
}

TEST(ComposeCheck, a_server_open_to_everybody_is_named) {
  const auto with_port = [](const std::string& port) {
    return issues_of(
        "services:\n  r:\n    image: redis:7\n    mem_limit: 1g\n    logging: {driver: local}\n"
        "    command: redis-server --maxmemory 512mb\n    volumes: [\"d:/data\"]\n    ports:\n"
        "      - " +
        port + "\n");
  };
  for (const std::string open : {"\"6379:6379\"", "0.0.0.0:6379:6379", "\"6379\"",
                                 "{target: 6379, published: 6379}", "\"${PORT:-6379}:6379\""}) {
    EXPECT_THAT(with_port(open), ElementsAre("r published_without_password 9")) << open;
  }
  for (const std::string closed : {"127.0.0.1:6379:6379", "\"[::1]:6379:6379\"",
                                   "{target: 6379, published: 6379, host_ip: 127.0.0.1}"}) {
    EXPECT_THAT(with_port(closed), IsEmpty()) << closed;
  }
}

TEST(ComposeCheck, a_postgres_that_trusts_everybody_is_open_and_one_with_a_password_is_not) {
  const auto with = [](const std::string& environment) {
    return issues_of(
        "services:\n  db:\n    image: postgres:16\n    mem_limit: 1g\n    logging: {driver: "
        "local}\n"
        "    volumes: [\"d:/var/lib/postgresql/data\"]\n    ports: [\"5432:5432\"]\n"
        "    environment: " +
        environment + "\n");
  };
  EXPECT_THAT(with("{POSTGRES_PASSWORD: \"${P:?}\"}"), IsEmpty());
  EXPECT_THAT(with("[POSTGRES_HOST_AUTH_METHOD=trust]"),
              ElementsAre("db published_without_password 7"));
}

TEST(ComposeCheck, data_in_an_anonymous_volume_is_named) {
  const auto with = [](const std::string& more) {
    return issues_of(
        "services:\n  db:\n    image: timescale/timescaledb:2.19.0-pg17\n"
        "    mem_limit: 1g\n    logging: {driver: local}\n" +
        more);
  };
  EXPECT_THAT(with(""), ElementsAre("db anonymous_volume 3"));
  EXPECT_THAT(with("    volumes:\n      - /var/lib/postgresql/data\n"),
              ElementsAre("db anonymous_volume 7"));
  EXPECT_THAT(with("    volumes: [\"./data:/var/lib/postgresql/data\"]\n"), IsEmpty());
  EXPECT_THAT(with("    volumes: [{type: volume, source: d, target: /var/lib/postgresql/data}]\n"),
              IsEmpty());
}

TEST(ComposeCheck, a_floating_tag_is_a_note_only) {
  for (const std::string image : {"app", "app:latest", "registry:5000/app", "app:latest-pg15"}) {
    const std::string text =
        "services:\n  a: {mem_limit: 1g, logging: {driver: local}, image: \"" + image + "\"}\n";
    EXPECT_THAT(issues_of(text), IsEmpty()) << image;
    EXPECT_THAT(issues_of(text, true), ElementsAre("a floating_tag 2")) << image;
  }
  EXPECT_THAT(issues_of("services:\n  a: {mem_limit: 1g, logging: {driver: local}, image: "
                        "\"app@sha256:00\"}\n",
                        true),
              IsEmpty());
}

TEST(ComposeCheck, of_the_document_stack_it_names_all_that_the_document_complains_of) {
  std::ifstream file{std::filesystem::path{__FILE__}.parent_path() /
                     "../../../tests/golden/compose/tradeul/before.yaml"};
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_THAT(issues_of(text.str()),
              ElementsAre("redis no_memory_limit 13", "redis no_log_rotation 13",
                          "redis published_without_password 18", "timescaledb no_memory_limit 27",
                          "timescaledb no_log_rotation 27", "scanner no_log_rotation 44"));
}

TEST(ComposeCheck, what_is_not_read_is_said) {
  const auto issues =
      check_compose("services:\n  a:\n    extends: {file: b.yml, service: c}\n", "c.yml");
  ASSERT_TRUE(issues);
  EXPECT_THAT(issues->front().what.en, HasSubstr("in another file and was not read"));
  EXPECT_FALSE(check_compose("a: [", "c.yml"));
  EXPECT_THAT(check_compose("a: 1", "c.yml").error().what.en, HasSubstr("has no services"));
}

}  // namespace
}  // namespace plimsoll
