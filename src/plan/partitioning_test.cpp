#include "plan/partitioning.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan/partition_names.h"
#include "plan/sql_text.h"

namespace plimsoll {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Instant at(std::string_view text) { return *parse_iso8601(text); }

ColumnDefinition a_column(std::string name, std::string type) {
  ColumnDefinition column;
  column.name = std::move(name);
  column.type = std::move(type);
  return column;
}

IndexDefinition an_index(std::string name, const std::string& body,
                         std::vector<std::string> columns) {
  IndexDefinition index;
  index.definition = "CREATE INDEX " + name + " ON public.ticks " + body;
  index.name = std::move(name);
  index.columns = std::move(columns);
  return index;
}

IndexDefinition a_key(std::string name, std::string definition, std::vector<std::string> columns) {
  auto index = an_index(name, "USING btree (…)", std::move(columns));
  index.unique = true;
  index.constraint = std::move(name);
  index.constraint_definition = std::move(definition);
  return index;
}

TriggerDefinition a_trigger(std::string name, const std::string& when, std::string source) {
  TriggerDefinition trigger;
  trigger.definition = "CREATE TRIGGER " + name + " " + when +
                       " ON public.ticks FOR EACH ROW EXECUTE FUNCTION public.f()";
  trigger.name = std::move(name);
  trigger.enabled = "O";
  trigger.row_level = true;
  trigger.before = when.starts_with("BEFORE");
  trigger.language = "plpgsql";
  trigger.source = std::move(source);
  return trigger;
}

TableDefinition a_table() {
  TableDefinition table;
  table.table = {"public", "ticks"};
  table.oid = "16401";
  table.owner = "app";
  table.persistence = "p";
  table.kind = "r";
  table.access_method = "heap";
  table.replica_identity = "d";
  table.server_version = 150004;
  table.columns = {a_column("id", "bigint"), a_column("time", "timestamp with time zone")};
  table.columns[1].not_null = true;
  return table;
}

PartitionTable a_change() {
  PartitionTable change{{"public", "ticks"},
                        {"time", "timestamptz", 0},
                        {"public", "ticks_old"},
                        at("2025-11-12"),
                        Days{1},
                        {}};
  change.partitions = partitions_for(change.table, at("2025-11-12"), at("2025-11-13"), Days{1});
  return change;
}

/// The reason, in both languages.
std::string refusal_of(const TableDefinition& table, const PartitionTable& change = a_change()) {
  const auto script = partitioning_script(table, change);
  if (script) return "none";
  EXPECT_EQ(script.error().code, ErrorCode::unsupported);
  EXPECT_NE(script.error().what.en, script.error().what.es);
  return script.error().what.en;
}

TEST(Partitioning, one_table_statement_by_statement) {
  auto table = a_table();
  table.comment = "it's";
  table.options = {"fillfactor=80"};
  table.columns[0].statistics = 500;
  table.indexes = {a_key("ticks_pkey", "PRIMARY KEY (id, \"time\")", {"id", "time"}),
                   an_index("ticks_time", "USING btree (\"time\" DESC)", {"time"})};
  table.constraints = {{"positive", "c", "CHECK ((id > 0))", true, "", ""},
                       {"ticks_dim_fkey", "f", "FOREIGN KEY (id) REFERENCES public.dims(id)", true,
                        "", "public.dims"}};
  table.triggers = {a_trigger("seen", "AFTER INSERT", "begin return null; end")};
  table.statistics = {"CREATE STATISTICS public.both ON id, \"time\" FROM {table}"};
  table.grants = {"GRANT SELECT ON TABLE {table} TO reader"};
  table.owned_sequences = {"ALTER SEQUENCE public.ticks_id_seq OWNED BY {table}.id"};
  table.views = {{{"public", "latest"},
                  false,
                  " SELECT max(\"time\") FROM public.ticks;",
                  {"security_barrier=true"}}};
  const auto script = partitioning_script(table, a_change());
  ASSERT_TRUE(script) << script.error().what.en;
  EXPECT_THAT(
      script->prepare,
      ElementsAre(
          "CREATE TABLE \"public\".\"ticks__plimsoll\" (LIKE \"public\".\"ticks\" INCLUDING "
          "DEFAULTS "
          "INCLUDING GENERATED INCLUDING STORAGE INCLUDING COMPRESSION INCLUDING COMMENTS) "
          "PARTITION BY RANGE (\"time\")",
          "ALTER TABLE \"public\".\"ticks__plimsoll\" OWNER TO \"app\"",
          "ALTER TABLE \"public\".\"ticks__plimsoll\" ALTER COLUMN \"id\" SET STATISTICS 500",
          "COMMENT ON TABLE \"public\".\"ticks__plimsoll\" IS 'it''s'",
          "ALTER TABLE \"public\".\"ticks__plimsoll\" ADD CONSTRAINT \"positive\" CHECK ((id > 0))",
          "ALTER TABLE \"public\".\"ticks__plimsoll\" ADD CONSTRAINT \"ticks_dim_fkey\" FOREIGN "
          "KEY "
          "(id) REFERENCES public.dims(id)",
          "ALTER TABLE \"public\".\"ticks__plimsoll\" ADD CONSTRAINT \"ticks_pkey__plimsoll\" "
          "PRIMARY KEY (id, \"time\")",
          "CREATE INDEX \"ticks_time__plimsoll\" ON \"public\".\"ticks__plimsoll\" USING btree "
          "(\"time\" DESC)",
          "GRANT SELECT ON TABLE \"public\".\"ticks__plimsoll\" TO reader",
          "CREATE TRIGGER seen AFTER INSERT ON \"public\".\"ticks__plimsoll\" FOR EACH ROW EXECUTE "
          "FUNCTION public.f()",
          "CREATE STATISTICS \"public\".\"both__plimsoll\" ON id, \"time\" FROM "
          "\"public\".\"ticks__plimsoll\"",
          "CREATE TABLE \"public\".\"ticks_p20251112\" PARTITION OF \"public\".\"ticks__plimsoll\" "
          "FOR VALUES FROM ('2025-11-12 00:00:00+00') TO ('2025-11-13 00:00:00+00') WITH "
          "(fillfactor='80')",
          "ALTER TABLE \"public\".\"ticks_p20251112\" OWNER TO \"app\"",
          "ALTER TABLE \"public\".\"ticks_p20251112\" ALTER COLUMN \"id\" SET STATISTICS 500",
          "ALTER TABLE \"public\".\"ticks\" ADD CONSTRAINT \"ticks_plimsoll_until\" CHECK "
          "(\"time\" "
          "< '2025-11-12 00:00:00+00') NOT VALID",
          "COMMENT ON CONSTRAINT \"ticks_plimsoll_until\" ON \"public\".\"ticks\" IS 'plimsoll: "
          "\"time\" < ''2025-11-12 00:00:00+00'''",
          "ALTER TABLE \"public\".\"ticks\" VALIDATE CONSTRAINT \"ticks_plimsoll_until\""));
  EXPECT_EQ(script->build, script->prepare.size() - 3);
  EXPECT_THAT(
      script->swap,
      ElementsAre(
          "LOCK TABLE ONLY \"public\".\"ticks\", ONLY \"public\".\"ticks__plimsoll\", ONLY "
          "public.dims IN ACCESS EXCLUSIVE MODE",
          "DROP TRIGGER \"seen\" ON \"public\".\"ticks\"",
          "ALTER TABLE \"public\".\"ticks\" RENAME TO \"ticks_old\"",
          "ALTER TABLE \"public\".\"ticks__plimsoll\" RENAME TO \"ticks\"",
          "ALTER INDEX \"public\".\"ticks_pkey\" RENAME TO \"ticks_pkey__old\"",
          "ALTER INDEX \"public\".\"ticks_pkey__plimsoll\" RENAME TO \"ticks_pkey\"",
          "ALTER INDEX \"public\".\"ticks_time\" RENAME TO \"ticks_time__old\"",
          "ALTER INDEX \"public\".\"ticks_time__plimsoll\" RENAME TO \"ticks_time\"",
          "ALTER STATISTICS \"public\".\"both\" RENAME TO \"both__old\"",
          "ALTER STATISTICS \"public\".\"both__plimsoll\" RENAME TO \"both\"",
          "ALTER TABLE \"public\".\"ticks\" ATTACH PARTITION \"public\".\"ticks_old\" FOR VALUES "
          "FROM "
          "(MINVALUE) TO ('2025-11-12 00:00:00+00')",
          "ALTER TABLE \"public\".\"ticks_old\" DROP CONSTRAINT \"ticks_plimsoll_until\"",
          "ALTER SEQUENCE public.ticks_id_seq OWNED BY \"public\".\"ticks\".id",
          "CREATE OR REPLACE VIEW \"public\".\"latest\" WITH (security_barrier='true') AS SELECT "
          "max(\"time\") FROM public.ticks"));
  EXPECT_THAT(script->tidy, ElementsAre("ANALYZE \"public\".\"ticks\""));
}

TEST(Partitioning, an_index_that_is_not_valid_stays_with_the_old_rows) {
  auto table = a_table();
  table.indexes = {an_index("half", "USING btree (id)", {"id"})};
  table.indexes[0].valid = false;
  const auto script = partitioning_script(table, a_change());
  ASSERT_TRUE(script);
  for (const auto& statement : script->swap) EXPECT_EQ(statement.find("half"), std::string::npos);
}

TEST(PartitioningRefusal, what_is_no_plain_table) {
  auto table = a_table();
  table.kind = "p";
  EXPECT_THAT(refusal_of(table), HasSubstr("partitioned table already"));
  table.kind = "f";
  EXPECT_THAT(refusal_of(table), HasSubstr("not a plain table"));
  table = a_table();
  table.persistence = "u";
  EXPECT_THAT(refusal_of(table), HasSubstr("UNLOGGED"));
  table.persistence = "t";
  EXPECT_THAT(refusal_of(table), HasSubstr("temporary"));
  table = a_table();
  table.inheritance = {"public.base"};
  EXPECT_THAT(refusal_of(table), HasSubstr("inherits"));
}

TEST(PartitioningRefusal, a_time_that_is_no_key) {
  auto table = a_table();
  table.columns[1].not_null = false;
  EXPECT_THAT(refusal_of(table), HasSubstr("may be NULL"));
  table = a_table();
  table.columns[1].generated = "s";
  EXPECT_THAT(refusal_of(table), HasSubstr("generated"));
  table.columns.pop_back();
  EXPECT_THAT(refusal_of(table), HasSubstr("no column time"));
  table = a_table();
  table.columns[0].identity = "a";
  EXPECT_THAT(refusal_of(table), HasSubstr("identity column"));
}

TEST(PartitioningRefusal, who_would_go_on_meaning_the_old_table) {
  auto table = a_table();
  table.referenced_by = {"public.orders"};
  EXPECT_THAT(refusal_of(table), HasSubstr("foreign keys point to it, from public.orders"));
  table = a_table();
  table.rules = {"twice"};
  EXPECT_THAT(refusal_of(table), HasSubstr("rules"));
  table = a_table();
  table.publications = {"cdc"};
  EXPECT_THAT(refusal_of(table), HasSubstr("published by cdc"));
  table = a_table();
  table.functions = {"function f(ticks)"};
  EXPECT_THAT(refusal_of(table), HasSubstr("function f(ticks)"));
  table = a_table();
  table.views = {{{"public", "daily"}, true, "", {}}};
  EXPECT_THAT(refusal_of(table), HasSubstr("materialized view public.daily"));
  table = a_table();
  table.replica_identity = "i";
  EXPECT_THAT(refusal_of(table), HasSubstr("replica identity"));
}

TEST(PartitioningRefusal, keys_that_could_not_be_kept) {
  auto table = a_table();
  table.indexes = {a_key("ticks_pkey", "PRIMARY KEY (id)", {"id"})};
  EXPECT_THAT(refusal_of(table), HasSubstr("ticks_pkey does not hold the time column time"));
  table.indexes = {an_index("once", "USING btree (lower(id))", {""})};
  table.indexes[0].unique = true;
  EXPECT_THAT(refusal_of(table), HasSubstr("once does not hold"));
  table.indexes[0].columns = {"", "time"};
  EXPECT_EQ(refusal_of(table), "none") << "an expression beside the time is fine";
  table.indexes = {a_key("apart", "EXCLUDE USING gist (id WITH =)", {"id"})};
  EXPECT_THAT(refusal_of(table), HasSubstr("exclusion constraint apart"));
}

TEST(PartitioningRefusal, constraints_that_do_not_merge) {
  auto table = a_table();
  table.constraints = {{"c", "c", "CHECK ((id > 0)) NOT VALID", false, "", ""}};
  EXPECT_THAT(refusal_of(table), HasSubstr("NOT VALID"));
  table.constraints = {{"c", "c", "CHECK ((id > 0)) NO INHERIT", true, "", ""}};
  EXPECT_THAT(refusal_of(table), HasSubstr("NO INHERIT"));
  table.constraints = {{"ticks_plimsoll_until", "c", "CHECK (true) NOT VALID", false, "", ""}};
  EXPECT_EQ(refusal_of(table), "none") << "its own mark of an earlier run";
}

TEST(PartitioningRefusal, triggers_that_would_do_something_else) {
  auto table = a_table();
  table.triggers = {
      a_trigger("stamp", "BEFORE INSERT", "begin NEW.Time := now(); return new; end")};
  EXPECT_THAT(refusal_of(table), HasSubstr("stamp runs before each row and may change time"));
  table.triggers = {a_trigger("stamp", "BEFORE INSERT", "begin new.timeout := 1; return new; end")};
  EXPECT_EQ(refusal_of(table), "none") << "another word";
  table.triggers[0].language = "c";
  EXPECT_THAT(refusal_of(table), HasSubstr("may change time"));
  table.triggers = {a_trigger("audit", "AFTER INSERT", "begin perform log(TG_TABLE_NAME); end")};
  EXPECT_THAT(refusal_of(table), HasSubstr("asks for the name"));
  table.triggers = {a_trigger("seen", "AFTER INSERT", "")};
  table.triggers[0].uses_transition_tables = true;
  EXPECT_THAT(refusal_of(table), HasSubstr("transition tables"));
  table.triggers[0].row_level = false;
  EXPECT_EQ(refusal_of(table), "none") << "a statement's may";
}

TEST(PartitioningRefusal, a_change_that_does_not_fit) {
  auto change = a_change();
  change.partitions.clear();
  EXPECT_THAT(refusal_of(a_table(), change), HasSubstr("no partition begins"));
  change = a_change();
  change.old_partition.schema = "attic";
  EXPECT_THAT(refusal_of(a_table(), change), HasSubstr("another schema"));
  auto table = a_table();
  table.server_version = 130011;
  EXPECT_THAT(refusal_of(table), HasSubstr("older than PostgreSQL 14"));
}

TEST(PartitioningDifferences, a_parent_in_waiting_may_have_other_names) {
  auto plain = a_table();
  plain.indexes = {an_index("ticks_time", "USING btree (\"time\")", {"time"})};
  auto waiting = plain;
  waiting.table.name = "ticks__plimsoll";
  waiting.indexes[0] = an_index("ticks_time__plimsoll", "USING btree (\"time\")", {"time"});
  EXPECT_THAT(differences(plain, waiting), IsEmpty());
  waiting.columns[0].default_value = "0";
  EXPECT_THAT(differences(plain, waiting), Contains(HasSubstr("default 0")));
  auto swapped = plain;
  swapped.indexes[0].name = "another";
  EXPECT_THAT(differences(plain, swapped), ::testing::SizeIs(2));
}

TEST(SqlText, finds_its_way_past_quoted_names) {
  EXPECT_EQ(sql::index_body("CREATE INDEX \"a USING \"\" b\" ON ONLY s.\"t USING \" USING gin (c)"),
            "USING gin (c)");
  const auto parts = sql::trigger_parts(
      "CREATE TRIGGER \"x ON y\" BEFORE UPDATE OF \"a ON b\" ON \"s.1\".\"t\"\"2\" FOR EACH ROW");
  EXPECT_EQ(parts.before, "CREATE TRIGGER \"x ON y\" BEFORE UPDATE OF \"a ON b\" ON ");
  EXPECT_EQ(parts.after, " FOR EACH ROW");
  const auto statistics = sql::statistics_parts("CREATE STATISTICS \"s.1\".\"a\"\"b\" ON c FROM d");
  EXPECT_EQ(statistics.name, (TableName{"s.1", "a\"b"}));
  EXPECT_EQ(statistics.rest, " ON c FROM d");
}

}  // namespace
}  // namespace plimsoll
