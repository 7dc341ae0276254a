#include <gmock/gmock.h>

#include "collect/postgres/definition.h"
#include "link/postgres/link.h"
#include "link/postgres/script.h"
#include "tests/testing/private_servers.h"

namespace plimsoll {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DefinitionContract : public ::testing::Test {
 protected:
  static testing::TestPostgres& server() {
    static testing::TestPostgres instance;
    return instance;
  }
  static postgres::Link connect(postgres::Session session) {
    auto link = postgres::Link::connect(*postgres::parse_address(server().url()),
                                        std::chrono::seconds{5}, session);
    EXPECT_TRUE(link) << link.error().what.en;
    return std::move(*link);
  }
  DefinitionContract()
      : sql_{connect(postgres::Session::script)}, link_{connect(postgres::Session::reading)} {
    run("drop schema public cascade; create schema public;"
        "create table ticks (\"time\" timestamptz not null, value integer)");
  }
  void run(const std::string& sql) {
    const auto done = postgres::execute(sql_, sql);
    ASSERT_TRUE(done) << done.error().what.en << " in " << sql;
  }
  TableDefinition collect(const std::string& name = "ticks") {
    auto definition = collect_definition(link_, "main", {"public", name});
    EXPECT_TRUE(definition) << definition.error().what.en;
    return definition ? *definition : TableDefinition{};
  }
  postgres::Link sql_;
  postgres::Link link_;
};

TEST_F(DefinitionContract, a_bare_table_has_nothing_else) {
  const auto table = collect();
  EXPECT_EQ(table.kind, "r");
  EXPECT_EQ(table.owner, "tradeul_user");
  ASSERT_EQ(table.columns.size(), 2U);
  EXPECT_EQ(table.columns[0].type, "timestamp with time zone");
  EXPECT_TRUE(table.columns[0].not_null);
  EXPECT_EQ(table.columns[1].options, "") << "what the server keeps there is not the table's";
  EXPECT_THAT(table.grants, IsEmpty());
  EXPECT_THAT(table.functions, IsEmpty());
  EXPECT_THAT(table.views, IsEmpty());
  EXPECT_THAT(table.inheritance, IsEmpty());
  EXPECT_GT(table.server_version, 100000);
}

TEST_F(DefinitionContract, every_kind_of_dependent_is_named) {
  run("create function f(t ticks) returns integer language sql as 'select 1';"
      "create function g() returns bigint begin atomic select count(*) from ticks; end;"
      "create table holds (it ticks);"
      "create view whole as select t from ticks t;"
      "create materialized view daily as select count(*) from ticks;"
      "create rule quiet as on delete to ticks do instead nothing;"
      "create table other (n integer);"
      "create rule looks as on insert to other do also select count(*) from ticks;"
      "create policy peeks on other using (exists (select from ticks));"
      "create publication cdc for table ticks;"
      "create table child () inherits (ticks)");
  const auto table = collect();
  EXPECT_THAT(table.functions, Contains(HasSubstr("function public.f(public.ticks)")));
  EXPECT_THAT(table.functions, Contains(HasSubstr("function public.g()")));
  EXPECT_THAT(table.functions, Contains(HasSubstr("column it of table public.holds")));
  EXPECT_THAT(table.functions, Contains(HasSubstr("of view public.whole")));
  EXPECT_THAT(table.functions, Contains(HasSubstr("rule looks")));
  EXPECT_THAT(table.functions, Contains(HasSubstr("policy peeks")));
  EXPECT_THAT(table.rules, ElementsAre("quiet"));
  EXPECT_THAT(table.publications, ElementsAre("cdc"));
  EXPECT_THAT(table.inheritance, ElementsAre("public.child"));
  ASSERT_EQ(table.views.size(), 2U);
  EXPECT_TRUE(table.views[0].materialized);
  EXPECT_FALSE(table.views[1].materialized);
}

TEST_F(DefinitionContract, foreign_keys_are_told_from_both_ends) {
  run("alter table ticks add primary key (\"time\");"
      "create table orders (at timestamptz references ticks)");
  EXPECT_THAT(collect().referenced_by, ElementsAre("public.orders"));
  const auto orders = collect("orders");
  ASSERT_EQ(orders.constraints.size(), 1U);
  EXPECT_EQ(orders.constraints[0].referenced, "public.ticks");
  EXPECT_EQ(orders.constraints[0].definition, "FOREIGN KEY (at) REFERENCES public.ticks(\"time\")");
}

TEST_F(DefinitionContract, rights_that_were_taken_from_the_owner_stay_taken) {
  run("revoke delete on ticks from tradeul_user; grant select on ticks to public");
  EXPECT_THAT(collect().grants,
              ElementsAre("REVOKE ALL ON TABLE {table} FROM tradeul_user",
                          "GRANT INSERT, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "
                          "{table} TO tradeul_user",
                          "GRANT SELECT ON TABLE {table} TO PUBLIC"));
}

TEST_F(DefinitionContract, any_change_is_another_fingerprint) {
  auto before = fingerprint_of(collect());
  for (const auto* change :
       {"alter table ticks alter column value set default 1",
        "alter table ticks alter column value set statistics 7",
        "alter table ticks alter column value set (n_distinct = -0.5)",
        "alter table ticks add constraint c check (value > 0) not valid",
        "alter table ticks validate constraint c", "create index on ticks (value)",
        "comment on column ticks.value is 'v'", "grant select (value) on ticks to public",
        "create view v as select value from ticks", "alter view v set (security_barrier)",
        "alter table ticks set (fillfactor = 90)",
        "create statistics s on value, \"time\" from ticks",
        "alter table ticks enable row level security", "alter table ticks replica identity full"}) {
    run(change);
    const auto after = fingerprint_of(collect());
    EXPECT_NE(after, before) << change;
    EXPECT_EQ(after, fingerprint_of(collect())) << "and stays";
    before = after;
  }
}

TEST_F(DefinitionContract, a_table_that_is_not_there_is_said_so) {
  const auto none = collect_definition(link_, "main", {"public", "nothing"});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::unsupported);
  EXPECT_EQ(none.error().what.en, "there is no table public.nothing");
}

}  // namespace
}  // namespace plimsoll
