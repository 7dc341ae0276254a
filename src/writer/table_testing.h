#pragma once

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "link/postgres/link.h"
#include "link/postgres/script.h"
#include "tests/testing/private_servers.h"
#include "writer/bounded_table.h"

// For the tests of BoundedTable: a table of numbered rows, its policy, and a session of the test's
// own.
namespace plimsoll::testing {

inline TableShape numbers_shape(bool keyed = false) {
  TableShape shape;
  shape.name = "numbers";
  shape.columns = {{"time", ColumnType::timestamptz, true},
                   {"n", ColumnType::int8, true},
                   {"symbol", ColumnType::varchar, false, 0, 0, 10}};
  shape.time_column = "time";
  if (keyed) shape.primary_key = {"n", "time"};
  shape.indexes = {{"symbol", "time DESC"}};
  return shape;
}

inline Policy policy_of_table(const std::string& name = "numbers", Keep keep = Seconds{7 * 86'400},
                              std::optional<Seconds> chunk = kOneDay) {
  TableRule rule;
  rule.pattern = name;
  rule.origin = {"plimsoll.yaml", 9};
  rule.keep = keep;
  rule.chunk = chunk;
  Policy policy;
  policy.tables = {rule};
  return policy;
}

/// 11 November 2025, 17:00 UTC, whatever the day of the test.
inline Instant table_noon() { return *parse_iso8601("2025-11-11T17:00:00Z"); }

inline TableOptions table_options(const std::string& url, const std::string& writer = "test") {
  TableOptions options;
  options.address = *postgres::parse_address(url);
  options.writer = writer;
  options.now = table_noon;
  return options;
}

inline std::unique_ptr<BoundedTable> opened_table(const TableShape& shape, TableOptions options,
                                                  const Policy& policy = policy_of_table()) {
  auto table = BoundedTable::open(policy, shape, std::move(options));
  if (!table) throw std::runtime_error{table.error().what.en + "; " + table.error().hint.en};
  return std::move(*table);
}

inline bool add_number(BoundedTable& table, std::int64_t n, Instant time = table_noon(),
                       std::string_view symbol = "AAPL") {
  return table.add([&](Row& row) { row.timestamptz(time).int8(n).text(symbol); });
}

class PostgresEye {
 public:
  explicit PostgresEye(const std::string& url)
      : link_{postgres::Link::connect(*postgres::parse_address(url), std::chrono::seconds{20},
                                      postgres::Session::script)
                  .value()} {}
  postgres::Rows run(const std::string& sql) {
    auto rows = postgres::execute(link_, sql);
    if (!rows) throw std::runtime_error{rows.error().what.en + " in " + sql};
    return std::move(*rows);
  }
  std::string value(const std::string& sql) {
    const auto rows = run(sql);
    return rows.empty() ? "" : std::string{rows[0].cell(rows.columns().front()).value_or("NULL")};
  }
  /// "count distinct" of the numbers.
  std::string counts(const std::string& table = "numbers") {
    return value("SELECT count(*) || ' ' || count(DISTINCT n) FROM " + table);
  }

 private:
  postgres::Link link_;
};

inline Deadline in_time() { return deadline_in(std::chrono::seconds{30}); }

}  // namespace plimsoll::testing
