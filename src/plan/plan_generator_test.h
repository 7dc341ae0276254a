#pragma once

#include <random>

#include "plan/json_fields.h"

namespace plimsoll::testing {

/// Valid plans of every kind of change, with names no sane person would choose. The same seed gives
/// the same plan.
class PlanGenerator {
 public:
  explicit PlanGenerator(unsigned seed) : random_{seed} {}

  Plan plan() {
    Plan plan;
    fill(plan.taken_at);
    fill(plan.expires_at);
    plan.targets.resize(2);
    for (PlanTarget& target : plan.targets) fill(target);
    add_steps<0>(plan);
    plan.refusals.resize(2);
    for (Refusal& refusal : plan.refusals) fill(refusal);
    plan.gaps.resize(2);
    for (Gap& gap : plan.gaps) fill(gap);
    plan.hash = hash_of(plan);
    return plan;
  }

 private:
  std::int64_t below(std::int64_t end) {
    return std::uniform_int_distribution<std::int64_t>{0, end - 1}(random_);
  }
  std::int64_t any() {
    return std::uniform_int_distribution<std::int64_t>{
        std::numeric_limits<std::int64_t>::min(),
        std::numeric_limits<std::int64_t>::max()}(random_);
  }

  template <std::size_t index>
  void add_steps(Plan& plan) {
    if constexpr (index < std::variant_size_v<Change>) {
      Step& step = plan.steps.emplace_back();
      fill(step);
      auto& change = step.change.emplace<index>();
      fill(change);
      step.number = static_cast<int>(plan.steps.size());
      step.after.clear();
      if (step.number > 1) step.after = {static_cast<int>(1 + below(step.number - 1))};
      add_steps<index + 1>(plan);
    }
  }

  void fill(bool& value) { value = below(2) == 1; }
  void fill(int& value) { value = static_cast<int>(any() >> 33); }
  void fill(std::int64_t& value) { value = any(); }
  void fill(Bytes& value) { value = Bytes{any()}; }
  void fill(Seconds& value) { value = Seconds{any()}; }
  void fill(Instant& value) {
    value = Instant{std::chrono::microseconds{below(4'000'000'000'000'000)}};
  }
  void fill(StreamId& id) {
    id = {static_cast<std::uint64_t>(any()), static_cast<std::uint64_t>(any())};
  }
  void fill(TargetKind& kind) { kind = static_cast<TargetKind>(below(4)); }
  void fill(std::string& text) {
    static const std::vector<std::string> kTexts{
        "",         "scan_results",     "a\"b\\c\n\t", std::string("nul\0in it", 9),
        "ñandú 日", "\xff\x00\xfe",     "hex:",        "hex:zz",
        "\xed\xa0", "\xf4\x90\x80\x80", "\x1b[2J",     "\xc0\xaf"};
    text = kTexts[static_cast<std::size_t>(below(static_cast<std::int64_t>(kTexts.size())))];
    text += std::to_string(below(1000));
  }
  void fill(Observation& facts) {
    for (int i = 0; i < 3; ++i) {
      std::string name;
      fill(name);
      fill(facts[name]);
    }
  }
  void fill(Change&) {}
  void fill(Loss& loss) {
    if (below(2) == 1) fill(loss.emplace<LosesRange>());
  }
  template <typename Value>
  void fill(std::optional<Value>& value) {
    if (below(2) == 1) fill(value.emplace());
  }
  template <typename Value>
  void fill(std::vector<Value>& values) {
    values.resize(static_cast<std::size_t>(below(3)));
    for (Value& value : values) fill(value);
  }
  template <typename Struct>
  requires requires { plan_json::Fields<Struct>::list; }
  void fill(Struct& value) {
    const auto fill_all = [&](const auto&... field) { (fill(value.*field.member), ...); };
    std::apply(fill_all, plan_json::Fields<Struct>::list);
  }

  std::mt19937_64 random_;
};

}  // namespace plimsoll::testing
