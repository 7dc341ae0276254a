#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "writer/bounded_table.h"
#include "writer/table_testing.h"

namespace plimsoll {
namespace {

using testing::add_number;
using testing::in_time;
using testing::numbers_shape;
using testing::opened_table;
using testing::policy_of_table;
using testing::PostgresEye;
using testing::table_noon;
using testing::table_options;

class BoundedTableTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<testing::TestPostgres>(); }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override { eye_.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public"); }

  static const std::string& url() { return server_->url(); }
  std::vector<std::string> partitions() {
    const auto rows = eye_.run(
        "SELECT inhrelid::regclass AS name FROM pg_inherits WHERE inhparent ="
        " to_regclass('numbers') ORDER BY 1::text");
    std::vector<std::string> names;
    for (std::size_t i = 0; i < rows.size(); ++i) names.push_back(rows[i].text("name"));
    return names;
  }

  static std::unique_ptr<testing::TestPostgres> server_;
  PostgresEye eye_{url()};
};
std::unique_ptr<testing::TestPostgres> BoundedTableTest::server_;

TEST_F(BoundedTableTest, undeclared_table_and_one_without_keep_are_refused) {
  auto table = BoundedTable::open(policy_of_table("other"), numbers_shape(), table_options(url()));
  ASSERT_FALSE(table.has_value());
  EXPECT_THAT(table.error().hint.en, ::testing::HasSubstr("plimsoll.yaml"));
  table = BoundedTable::open(policy_of_table("numbers", std::monostate{}), numbers_shape(),
                             table_options(url()));
  ASSERT_FALSE(table.has_value());
  EXPECT_THAT(table.error().hint.en, ::testing::HasSubstr("plimsoll.yaml:9"));
}

TEST_F(BoundedTableTest, missing_table_is_made_partitioned_as_the_guard_names_it) {
  const auto table = opened_table(numbers_shape(), table_options(url()));
  ASSERT_TRUE(add_number(*table, 1));
  ASSERT_TRUE(add_number(*table, 2, table_noon() - Days{2}));
  ASSERT_TRUE(table->flush(in_time())) << (table->trouble() ? table->trouble()->what.en : "");
  EXPECT_EQ(table->kind(), TableKind::partitioned);
  EXPECT_THAT(partitions(), ::testing::IsSupersetOf({"numbers_p20251109", "numbers_p20251111"}));
  EXPECT_EQ(eye_.counts(), "2 2");
  EXPECT_EQ(table->stats().committed, 2U);
}

TEST_F(BoundedTableTest, every_type_reads_back_as_it_was_written) {
  TableShape shape;
  shape.name = "types";
  shape.time_column = "day";
  shape.columns = {{"day", ColumnType::date, true},
                   {"at", ColumnType::timestamptz},
                   {"slot", ColumnType::time},
                   {"four", ColumnType::int4},
                   {"eight", ColumnType::int8},
                   {"real", ColumnType::float8},
                   {"price", ColumnType::numeric, false, 12, 4},
                   {"name", ColumnType::text},
                   {"code", ColumnType::varchar, false, 0, 0, 4},
                   {"tags", ColumnType::text_array},
                   {"more", ColumnType::jsonb}};
  const auto table = opened_table(shape, table_options(url()), policy_of_table("types"));
  const std::string_view tags[] = {"a\"b", "", "ñ,}"};
  const auto day = std::chrono::floor<Days>(table_noon());
  ASSERT_TRUE(table->add([&](Row& row) {
    row.date(day)
        .timestamptz(table_noon() + std::chrono::microseconds{123})
        .time(std::chrono::hours{9} + std::chrono::minutes{30})
        .int4(-7)
        .int8(INT64_MIN)
        .float8(-0.1)
        .numeric(-1'234'567, 4)
        .text("\x01ñ€")
        .text("ñññ€")
        .text_array(tags)
        .jsonb(R"({"gap": [1, null]})");
  }));
  ASSERT_TRUE(table->add([&](Row& row) {
    row.date(day).null().null().null().null().null().null().null().null().text_array({}).null();
  }));
  ASSERT_TRUE(table->flush(in_time()));
  EXPECT_EQ(eye_.value("SELECT concat_ws('|', day, at AT TIME ZONE 'UTC', slot, four, eight, real,"
                       " price, name, code, tags, more) FROM types WHERE at IS NOT NULL"),
            "2025-11-11|2025-11-11 17:00:00.000123|09:30:00|-7|-9223372036854775808|-0.1|-123.4567|"
            "\x01ñ€|ñññ€|{\"a\\\"b\",\"\",\"ñ,}\"}|{\"gap\": [1, null]}");
  EXPECT_EQ(eye_.value("SELECT tags::text FROM types WHERE at IS NULL"), "{}");
}

TEST_F(BoundedTableTest, numerics_read_back_equal) {
  TableShape shape;
  shape.name = "numerics";
  shape.time_column = "time";
  shape.columns = {
      {"time", ColumnType::timestamptz, true},      {"wanted", ColumnType::text, true},
      {"wide", ColumnType::numeric, false, 18, 0},  {"price", ColumnType::numeric, false, 18, 4},
      {"fine", ColumnType::numeric, false, 18, 17}, {"odd", ColumnType::numeric, false, 15, 5}};
  const auto table = opened_table(shape, table_options(url()), policy_of_table("numerics"));
  std::uint64_t seed = 42;
  for (int n = 0; n < 2000; ++n) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    std::int64_t units = static_cast<std::int64_t>(seed >> 5U) % 1'000'000'000'000'000'000;
    for (std::uint64_t cut = seed % 19; cut > 0; --cut) units /= 10;
    if (n % 2 == 1) units = -units;
    ASSERT_TRUE(table->add([&](Row& row) {
      row.timestamptz(table_noon()).text(std::to_string(units)).numeric(units, 0);
      row.numeric(units, 4).numeric(units, 17);
      units > -1'000'000'000'000'000 && units < 1'000'000'000'000'000 ? row.numeric(units, 5)
                                                                      : row.null();
    }));
  }
  ASSERT_TRUE(table->flush(in_time())) << (table->trouble() ? table->trouble()->what.en : "");
  EXPECT_EQ(eye_.value("SELECT count(*) FROM numerics WHERE wide = wanted::numeric AND price = "
                       "wanted::numeric / 10000::numeric AND fine = wanted::numeric * 1e-17 AND"
                       " (odd IS NULL OR odd = wanted::numeric * 1e-5)"),
            "2000");
  EXPECT_EQ(eye_.value("SELECT count(*) FROM numerics WHERE price::text <>"
                       " (wanted::numeric / 10000)::numeric(18,4)::text"),
            "0");
}

TEST_F(BoundedTableTest, rows_that_do_not_fit_are_rejected_alone) {
  const auto table = opened_table(numbers_shape(), table_options(url()));
  ASSERT_TRUE(add_number(*table, 1));
  EXPECT_FALSE(add_number(*table, 2, table_noon(), "longer than ten"));
  EXPECT_FALSE(add_number(*table, 3, table_noon(), "\xff"));
  EXPECT_FALSE(table->add([](Row& row) { row.timestamptz(table_noon()).null().null(); }));
  EXPECT_FALSE(table->add([](Row& row) { row.timestamptz(table_noon()).int4(1).null(); }));
  EXPECT_FALSE(table->add([](Row& row) { row.timestamptz(table_noon()).int8(1); }));
  EXPECT_FALSE(table->add([](Row& row) { row.timestamptz(table_noon()).int8(1).null().null(); }));
  EXPECT_FALSE(add_number(*table, 4, table_noon() - Days{9}));
  EXPECT_FALSE(add_number(*table, 5, table_noon() + Days{9}));
  ASSERT_TRUE(add_number(*table, 6));
  ASSERT_TRUE(table->flush(in_time()));
  EXPECT_EQ(eye_.counts(), "2 2");
  EXPECT_EQ(table->stats().rejected, 6U);
  EXPECT_EQ(table->stats().outside, 2U);
}

TEST_F(BoundedTableTest, rows_the_server_refuses_are_left_out_alone) {
  const auto table = opened_table(numbers_shape(), table_options(url()));
  eye_.run("ALTER TABLE numbers ADD CHECK (n % 1000 <> 7)");
  for (int n = 0; n < 5000; ++n) ASSERT_TRUE(add_number(*table, n));
  ASSERT_TRUE(table->flush(in_time()));
  EXPECT_EQ(eye_.counts(), "4995 4995");
  EXPECT_EQ(table->stats().rejected_by_server, 5U);
  EXPECT_EQ(table->stats().committed, 4995U);
}

TEST_F(BoundedTableTest, rows_with_one_key_are_one_row) {
  auto options = table_options(url());
  {
    const auto table = opened_table(numbers_shape(true), options);
    for (int turn = 0; turn < 3; ++turn) {
      for (int n = 0; n < 100; ++n)
        ASSERT_TRUE(add_number(*table, n, table_noon(), "T" + std::to_string(turn)));
      if (turn == 1) {
        ASSERT_TRUE(table->flush(in_time()));
      }
    }
    ASSERT_TRUE(table->flush(in_time())) << (table->trouble() ? table->trouble()->what.en : "");
  }
  EXPECT_EQ(eye_.counts(), "100 100");
  EXPECT_EQ(eye_.value("SELECT DISTINCT symbol FROM numbers"), "T2");
  options.on_conflict = OnConflict::keep_first;
  const auto table = opened_table(numbers_shape(true), options);
  ASSERT_TRUE(add_number(*table, 5, table_noon(), "late"));
  ASSERT_TRUE(add_number(*table, 500, table_noon(), "first"));
  ASSERT_TRUE(add_number(*table, 500, table_noon(), "second"));
  ASSERT_TRUE(table->flush(in_time()));
  EXPECT_EQ(eye_.value("SELECT string_agg(symbol, ' ' ORDER BY n) FROM numbers WHERE n >= 5 AND"
                       " (n = 5 OR n = 500)"),
            "T2 first");
}

TEST_F(BoundedTableTest, overdue_partitions_go_and_nothing_else) {
  auto options = table_options(url());
  Instant now = table_noon();
  options.now = [&now] { return now; };
  const auto table = opened_table(numbers_shape(), options);
  for (int day = 0; day < 20; ++day) {
    now = table_noon() + Days{day};
    ASSERT_TRUE(add_number(*table, day, now));
    ASSERT_TRUE(table->flush(in_time()));
    ASSERT_TRUE(table->drop_overdue(now).has_value());
  }
  // 30 November, 17:00, keep 7 d: 23 November is partly inside.
  EXPECT_EQ(eye_.value("SELECT min(time)::date || ' ' || count(*) FROM numbers"), "2025-11-23 8");
  EXPECT_EQ(table->stats().partitions_dropped, 12U);
  EXPECT_LE(partitions().size(), 10U);
}

TEST_F(BoundedTableTest, partition_in_use_is_left_for_the_next_time) {
  auto options = table_options(url());
  options.lock_timeout = std::chrono::milliseconds{20};
  const auto table = opened_table(numbers_shape(), options);
  ASSERT_TRUE(add_number(*table, 1));
  ASSERT_TRUE(table->flush(in_time()));
  PostgresEye reader{url()};
  reader.run("BEGIN; SELECT * FROM numbers");
  EXPECT_EQ(table->drop_overdue(table_noon() + Days{30}).value(), 0);
  reader.run("COMMIT");
  EXPECT_GE(table->drop_overdue(table_noon() + Days{30}).value(), 1);
}

TEST_F(BoundedTableTest, plain_table_is_written_with_a_warning) {
  eye_.run(
      "CREATE TABLE numbers (time timestamptz NOT NULL, n bigint NOT NULL, symbol varchar(10),"
      " id bigserial)");
  const auto table = opened_table(numbers_shape(), table_options(url()));
  EXPECT_EQ(table->kind(), TableKind::plain);
  EXPECT_EQ(table->warnings().size(), 1U);
  ASSERT_TRUE(add_number(*table, 1));
  ASSERT_TRUE(table->flush(in_time()));
  EXPECT_EQ(eye_.counts(), "1 1");
}

TEST_F(BoundedTableTest, table_with_other_columns_is_refused) {
  eye_.run("CREATE TABLE numbers (time timestamptz NOT NULL, n integer NOT NULL, symbol text)");
  const auto table = BoundedTable::open(policy_of_table(), numbers_shape(), table_options(url()));
  ASSERT_FALSE(table.has_value());
  EXPECT_EQ(table.error().code, ErrorCode::unsupported);
  EXPECT_THAT(table.error().what.en, ::testing::HasSubstr("'n' is integer"));
}

TEST_F(BoundedTableTest, two_writers_make_one_table_and_its_partitions) {
  const auto one = opened_table(numbers_shape(), table_options(url(), "one"));
  const auto two = opened_table(numbers_shape(), table_options(url(), "two"));
  for (int n = 0; n < 6; ++n) {
    ASSERT_TRUE(add_number(*one, n, table_noon() - Days{n}));
    ASSERT_TRUE(add_number(*two, n + 100, table_noon() - Days{n}));
  }
  const auto deadline = in_time();
  bool done = false;
  while (!done && std::chrono::steady_clock::now() < deadline)
    done = static_cast<int>(one->flush(deadline_in({}))) +
               static_cast<int>(two->flush(deadline_in({}))) ==
           2;
  EXPECT_EQ(eye_.counts(), "12 12");
}

TEST_F(BoundedTableTest, second_session_of_one_name_waits) {
  auto first = opened_table(numbers_shape(), table_options(url()));
  const auto second = opened_table(numbers_shape(), table_options(url()));
  EXPECT_FALSE(second->stats().connected);
  ASSERT_TRUE(add_number(*second, 1));
  first.reset();
  EXPECT_TRUE(second->flush(in_time()));
}

}  // namespace
}  // namespace plimsoll
