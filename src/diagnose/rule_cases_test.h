#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "diagnose/diagnose.h"
#include "tests/testing/census_builders.h"

namespace plimsoll {

inline void PrintTo(Rule rule, std::ostream* out) { *out << name_of(rule); }
inline void PrintTo(Severity severity, std::ostream* out) { *out << name_of(severity); }

inline const Finding* finding_of(const Diagnosis& diagnosis, Rule rule) {
  const auto found = std::find_if(diagnosis.findings.begin(), diagnosis.findings.end(),
                                  [&](const Finding& finding) { return finding.rule == rule; });
  return found == diagnosis.findings.end() ? nullptr : &*found;
}

/// A gap says that this rule could not look.
inline bool is_blind(const Diagnosis& diagnosis, Rule rule) {
  const std::string start = "rule " + std::string{name_of(rule)} + " could not look";
  return std::any_of(diagnosis.gaps.begin(), diagnosis.gaps.end(),
                     [&](const Gap& gap) { return gap.what.en.rfind(start, 0) == 0; });
}

inline bool has_fact(const Finding& finding, const std::string& name) {
  return std::any_of(finding.evidence.begin(), finding.evidence.end(),
                     [&](const Fact& fact) { return fact.name == name; });
}

/// "high stream_orphan redis/main/stream/x": what a golden list holds.
inline std::vector<std::string> lines_of(const Diagnosis& diagnosis) {
  std::vector<std::string> lines;
  for (const Finding& finding : diagnosis.findings) {
    lines.push_back(std::string{name_of(finding.severity)} + " " +
                    std::string{name_of(finding.rule)} + " " + finding.store);
  }
  return lines;
}

/// What a rule makes of one census.
enum class Verdict { quiet, finding, gap };

struct RuleCase {
  const char* name;
  Census census;
  Verdict verdict;
};

/// Each case by itself; every finding has both languages, evidence, a cause and a remedy.
inline void expect_verdicts(Rule rule, const std::vector<RuleCase>& cases) {
  for (const RuleCase& each : cases) {
    SCOPED_TRACE(std::string{name_of(rule)} + ": " + each.name);
    const Diagnosis diagnosis = diagnose(each.census);
    EXPECT_EQ(finding_of(diagnosis, rule) != nullptr, each.verdict == Verdict::finding);
    EXPECT_EQ(is_blind(diagnosis, rule), each.verdict == Verdict::gap);
    for (const Finding& finding : diagnosis.findings) {
      EXPECT_FALSE(finding.evidence.empty());
      for (const Text& text : {finding.title, finding.cause, finding.remedy}) {
        EXPECT_FALSE(text.en.empty());
        EXPECT_FALSE(text.es.empty());
      }
    }
  }
}

}  // namespace plimsoll
