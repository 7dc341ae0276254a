#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "plan/init_policy.h"
#include "plan/plan.h"
#include "policy/config.h"
#include "tests/testing/census_builders.h"

// What the tests of a first policy share.
namespace plimsoll {

inline std::string written(const Census& census, Language language = Language::en,
                           InitOptions options = {}) {
  return init_policy(census, diagnose(census), options, language);
}

inline Config read(const std::string& yaml) {
  auto config = parse_config(yaml, "plimsoll.yaml");
  if (!config) {
    ADD_FAILURE() << config.error().what.en << '\n' << yaml;
    return {};
  }
  for (const Text& warning : config->warnings) ADD_FAILURE() << warning.en << '\n' << yaml;
  return std::move(*config);
}

inline Policy policy_for(const Census& census, Language language = Language::en) {
  return read(written(census, language)).policy;
}

/// As collect_definitions() would read them, of the plainest kind.
inline std::vector<TableDefinition> definitions_of(const Census& census) {
  std::vector<TableDefinition> definitions;
  for (const auto& server : census.postgres) {
    for (const Table& table : server.tables) {
      TableDefinition definition;
      definition.target = server.target;
      definition.table = {table.schema, table.name};
      definition.oid = "16384";
      definition.owner = "me";
      definition.persistence = "p";
      definition.kind = "r";
      definition.replica_identity = "d";
      if (table.time) {
        const std::string type = table.time->type.substr(0, table.time->type.find(' '));
        ColumnDefinition column;
        column.name = table.time->name;
        column.type = type == "timestamptz" ? "timestamp with time zone" : type;
        column.not_null = true;
        definition.columns.push_back(column);
      }
      definitions.push_back(definition);
    }
  }
  return definitions;
}

inline void expect_law(const Census& census) {
  for (const Language language : {Language::en, Language::es}) {
    const Policy policy = policy_for(census, language);
    const Plan plan = make_plan(census, policy, definitions_of(census));
    if (plan.steps.empty() && !plan.refusals.empty()) {
      ADD_FAILURE() << plan.refusals.front().what.en << ": " << plan.refusals.front().why.en << '\n'
                    << written(census);
    }
  }
}

inline TableBuilder a_log(const std::string& name) {
  return a_table(name)
      .with_bytes(700_MiB)
      .with_rows(7'000'000)
      .with_time("at", noon() - Days{7}, noon())
      .with_growth(100e6, 1e6, GrowthSource::row_range)
      .written(7'000'000);
}

inline const std::vector<std::string>& hostile_names() {
  static const std::vector<std::string> kNames{"a\"b\\c",
                                               "line\nbreak\ttab\r",
                                               "*",
                                               "null",
                                               "yes",
                                               "a: b #c",
                                               "ñandú 日本",
                                               "{x}",
                                               "- y",
                                               "&a *b !c",
                                               "'q'",
                                               "\x1b[2J",
                                               "\xff\xfe\x80",
                                               "\xc3",
                                               "12",
                                               "a.b.c",
                                               "nul" + std::string(1, '\0') + "in",
                                               "\xe2\x80\xa8"
                                               "sep",
                                               "\xc2\x85nel",
                                               "%d @at `t",
                                               std::string(600, 'x'),
                                               ""};
  return kNames;
}

}  // namespace plimsoll
