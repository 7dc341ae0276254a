#include "diagnose/severity.h"

#include "diagnose/rule_cases_test.h"

namespace plimsoll {
namespace {

using std::chrono::hours;

struct Case {
  Load load;
  Severity severity;
};

TEST(Severity, follows_time_to_the_line_and_bytes) {
  const std::vector<Case> cases{
      {{Harm::grows, Seconds{0}, 1_KiB, 0.0}, Severity::critical},
      {{Harm::grows, hours{23}, 1_KiB, 1.0}, Severity::critical},
      {{Harm::grows, hours{24}, 1_KiB, 1.0}, Severity::high},
      {{Harm::grows, Days{6}, 1_KiB, 1.0}, Severity::high},
      {{Harm::grows, Days{29}, 1_KiB, 1.0}, Severity::medium},
      {{Harm::grows, Days{30}, 1_KiB, 1.0}, Severity::info},
      {{Harm::grows, {}, Bytes{10'000'000'000}, {}}, Severity::high},
      {{Harm::grows, {}, Bytes{1'000}, 1e9}, Severity::high},
      {{Harm::grows, {}, Bytes{1'000'000'000}, {}}, Severity::medium},
      {{Harm::grows, {}, Bytes{1'000}, 1e8}, Severity::medium},
      {{Harm::grows, {}, Bytes{999'999'999}, 1e7}, Severity::low},
      {{Harm::grows, {}, Bytes{999}, 999.0}, Severity::info},
      {{Harm::grows, {}, {}, {}}, Severity::low},
      // Known not to grow: its bytes alone are not urgent.
      {{Harm::grows, {}, Bytes{50'000'000'000}, 0.0}, Severity::low},
      {{Harm::grows, {}, Bytes{5'000'000}, 0.0}, Severity::info},
      {{Harm::losing, {}, {}, {}}, Severity::medium},
      {{Harm::tidies, {}, Bytes{5'000'000}, {}}, Severity::info},
      {{Harm::tidies, {}, Bytes{1'000'000'000}, {}}, Severity::low},
      {{Harm::tidies, {}, Bytes{10'000'000'000}, {}}, Severity::medium},
      {{Harm::tidies, {}, {}, {}}, Severity::info},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(severity_of(cases[i].load), cases[i].severity) << "case " << i;
  }
}

TEST(Severity, of_cpu_is_relative_to_the_cores_there_are) {
  EXPECT_EQ(severity_of_cpu(6.71, 8), Severity::high);
  EXPECT_EQ(severity_of_cpu(6.71, 64), Severity::medium);
  EXPECT_EQ(severity_of_cpu(6.71, std::nullopt), Severity::medium);
  EXPECT_EQ(severity_of_cpu(0.5, 8), Severity::low);
}

}  // namespace
}  // namespace plimsoll
