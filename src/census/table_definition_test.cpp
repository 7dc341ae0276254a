#include "census/table_definition.h"

#include <gtest/gtest.h>

namespace plimsoll {
namespace {

TableDefinition a_table() {
  TableDefinition definition;
  definition.table = {"public", "ticks"};
  definition.oid = "16401";
  definition.columns.resize(2);
  definition.columns[0].name = "time";
  definition.columns[1].name = "value";
  definition.constraints.push_back({"positive", "c", "CHECK ((value > 0))", true, "", ""});
  return definition;
}

TEST(TableDefinition, the_fingerprint_is_the_same_on_every_machine) {
  EXPECT_EQ(fingerprint_of(a_table()), fingerprint_of(a_table()));
  EXPECT_EQ(fingerprint_of(a_table()).size(), 32U);
  EXPECT_EQ(fingerprint_of(a_table()).find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(TableDefinition, any_difference_gives_another_fingerprint) {
  const auto before = fingerprint_of(a_table());
  auto changed = a_table();
  changed.columns[1].default_value = "0";
  EXPECT_NE(fingerprint_of(changed), before);
  changed = a_table();
  changed.columns[0].name = "timev";
  changed.columns[1].name = "alue";
  EXPECT_NE(fingerprint_of(changed), before);
  changed = a_table();
  changed.constraints[0].validated = false;
  EXPECT_NE(fingerprint_of(changed), before);
  changed = a_table();
  changed.grants.push_back("GRANT SELECT ON TABLE {table} TO reader");
  EXPECT_NE(fingerprint_of(changed), before);
}

TEST(TableDefinition, neither_the_oid_nor_our_own_mark_counts) {
  auto marked = a_table();
  marked.oid = "99";
  marked.constraints.push_back({"ticks_plimsoll_until", "c", "CHECK (true)", false, "", ""});
  EXPECT_EQ(fingerprint_of(marked), fingerprint_of(a_table()));
}

TEST(TableDefinition, the_mark_of_a_long_name_fits) {
  std::string euros;
  for (int i = 0; i < 21; ++i) euros += "€";
  EXPECT_LE(until_constraint_name(euros).size(), 63U);
  EXPECT_EQ(until_constraint_name(euros), euros.substr(0, 48) + "_plimsoll_until");
}

}  // namespace
}  // namespace plimsoll
