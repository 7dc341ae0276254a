#include "link/postgres/act.h"

#include <gtest/gtest.h>

#include "link/postgres/script.h"
#include "tests/testing/private_servers.h"

namespace plimsoll::postgres {
namespace {

using std::chrono::milliseconds;

class ActContract : public ::testing::Test {
 protected:
  static Link connect(Session session) {
    auto link = Link::connect(*parse_address(server().url()), std::chrono::seconds{5}, session);
    EXPECT_TRUE(link) << link.error().what.en;
    return std::move(*link);
  }
  static testing::TestPostgres& server() {
    static testing::TestPostgres instance;
    return instance;
  }
  static Act of(std::vector<std::string> statements) {
    return {.what = verbatim("a test"), .statements = std::move(statements)};
  }
};

TEST_F(ActContract, all_of_it_happens_or_nothing) {
  Link link = connect(Session::acting);
  EXPECT_TRUE(
      act(link, of({"create table public.a (n integer)", "insert into public.a values (1)"})));
  const auto failed = act(link, of({"insert into public.a values (2)", "select 1/0"}));
  ASSERT_FALSE(failed);
  const auto rows = act(link, of({"select count(*) as n from public.a"}));
  ASSERT_TRUE(rows);
  EXPECT_EQ((*rows)[0].integer("n"), 1) << "and the link is still good";
}

TEST_F(ActContract, a_lock_that_is_not_to_be_had_is_a_conflict) {
  Link holder = connect(Session::script);
  ASSERT_TRUE(execute(holder, "create table public.held (n integer)"));
  ASSERT_TRUE(execute(holder, "begin"));
  ASSERT_TRUE(execute(holder, "lock table public.held in access share mode"));
  Link link = connect(Session::acting);
  Act drop = of({"drop table public.held"});
  drop.lock_timeout = milliseconds{50};
  const auto refused = act(link, drop);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict) << refused.error().what.en;
  ASSERT_TRUE(execute(holder, "commit"));
  EXPECT_TRUE(act(link, drop));
}

TEST_F(ActContract, vacuum_stands_alone_and_leaves_no_settings) {
  Link link = connect(Session::acting);
  ASSERT_TRUE(act_alone(link, of({"vacuum pg_catalog.pg_class"})));
  const auto rows =
      act(link, of({"select source as n from pg_catalog.pg_settings where name = 'lock_timeout'"}));
  ASSERT_TRUE(rows);
  EXPECT_EQ((*rows)[0].text("n"), "session") << "set by act() itself, for its transaction";
  const auto later = link.read(Probe{
      .name = "x", .what_en = "x", .what_es = "x", .sql = "select 1 as n", .grant = Grant::none});
  EXPECT_TRUE(later);
}

}  // namespace
}  // namespace plimsoll::postgres
