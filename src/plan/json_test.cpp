#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "plan/plan.h"
#include "plan/plan_generator_test.h"

namespace plimsoll {
namespace {

using Json = nlohmann::json;

void expect_same(const Plan& a, const Plan& b) {
  EXPECT_EQ(a.hash, b.hash);
  EXPECT_EQ(a.taken_at, b.taken_at);
  EXPECT_EQ(a.expires_at, b.expires_at);
  EXPECT_EQ(a.targets, b.targets);
  EXPECT_EQ(a.refusals, b.refusals);
  ASSERT_EQ(a.steps.size(), b.steps.size());
  for (std::size_t i = 0; i < a.steps.size(); ++i) {
    EXPECT_TRUE(a.steps[i] == b.steps[i]) << name_of(a.steps[i].change) << " of step " << i + 1;
  }
  ASSERT_EQ(a.gaps.size(), b.gaps.size());
  for (std::size_t i = 0; i < a.gaps.size(); ++i) {
    EXPECT_EQ(a.gaps[i].target, b.gaps[i].target);
    EXPECT_EQ(a.gaps[i].what, b.gaps[i].what);
    EXPECT_EQ(a.gaps[i].why, b.gaps[i].why);
    EXPECT_EQ(a.gaps[i].hint, b.gaps[i].hint);
  }
}

std::string complaint_about(const std::string& json) {
  const auto parsed = parse_plan(json);
  if (parsed) return "";
  EXPECT_EQ(parsed.error().code, ErrorCode::malformed);
  EXPECT_FALSE(parsed.error().what.es.empty());
  return parsed.error().what.en;
}

Json json_of(const Plan& plan) { return Json::parse(to_json(plan)); }

/// One plan for each kind of change, with that step alone: short enough to be spoilt in every
/// place.
std::vector<Json> short_plans(unsigned seed) {
  const Plan whole = testing::PlanGenerator{seed}.plan();
  std::vector<Json> plans;
  for (const Step& step : whole.steps) {
    Plan plan = whole;
    plan.steps = {step};
    plan.steps[0].number = 1;
    plan.steps[0].after.clear();
    plan.targets.resize(1);
    plan.refusals.resize(1);
    plan.gaps.resize(1);
    plan.hash = hash_of(plan);
    plans.push_back(json_of(plan));
  }
  return plans;
}

TEST(PlanJson, comes_back_as_it_was_whatever_its_names_are) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    const Plan plan = testing::PlanGenerator{seed}.plan();
    const auto parsed = parse_plan(to_json(plan));
    ASSERT_TRUE(parsed) << "seed " << seed << ": " << parsed.error().what.en;
    expect_same(plan, *parsed);
    EXPECT_EQ(to_json(*parsed), to_json(plan));
  }
}

TEST(PlanJson, its_hash_is_the_sha256_of_its_fields_in_their_order) {
  Plan plan;
  plan.taken_at = *parse_iso8601("2025-11-11T17:00:00Z");
  plan.expires_at = *parse_iso8601("2025-11-12T17:00:00Z");
  plan.targets = {{TargetKind::redis, "main", "127.0.0.1:6379/master"}};
  EXPECT_EQ(hash_of(plan),
            "57aa32942db69eb73fc524a0801569c31fa91c3ee9fc99720ab51ae910d36d95");  // by sha256sum
}

TEST(PlanJson, layout_and_order_of_keys_do_not_matter_to_the_hash) {
  const Plan plan = testing::PlanGenerator{7}.plan();
  EXPECT_TRUE(parse_plan(json_of(plan).dump())) << "sorted keys, one line";
}

/// A value of the same type that is another one.
Json another(const Json& leaf) {
  if (leaf.is_boolean()) return !leaf.get<bool>();
  if (leaf.is_number()) return leaf.get<std::int64_t>() ^ 1;
  if (leaf.is_string()) return leaf.get<std::string>() + "0";
  return 1;  // of null, and of an empty object or list: not of its type, or not empty any more
}

TEST(PlanJson, any_value_changed_is_noticed) {
  std::size_t leaves = 0;
  const auto plans = short_plans(3);
  for (const Json& whole : plans) {
    ASSERT_EQ(complaint_about(whole.dump()), "");
    const Json flat = whole.flatten();
    for (const auto& [path, leaf] : flat.items()) {
      Json edited = whole;
      edited[Json::json_pointer{path}] = another(leaf);
      ++leaves;
      EXPECT_NE(complaint_about(edited.dump()), "") << path << " was " << leaf;
    }
  }
  EXPECT_GT(leaves, 500U);
}

TEST(PlanJson, an_edit_that_reads_well_is_called_one) {
  Json edited = json_of(testing::PlanGenerator{3}.plan());
  edited["steps"][0]["title"]["en"] = "harmless";
  const auto parsed = parse_plan(edited.dump());
  ASSERT_FALSE(parsed);
  EXPECT_NE(parsed.error().what.en.find("this plan was edited"), std::string::npos);
  EXPECT_NE(parsed.error().what.es.find("este plan fue modificado"), std::string::npos);
  EXPECT_FALSE(parsed.error().hint.empty());
}

/// Every object of the document with its path as parse_plan() writes it.
template <typename Visit>
void for_each_object(Json& json, const std::string& path, const Visit& visit) {
  if (json.is_object()) {
    visit(json, path);
    for (const auto& [key, value] : json.items()) {
      for_each_object(json[key], path.empty() ? key : path + "." + key, visit);
    }
  } else if (json.is_array()) {
    for (std::size_t i = 0; i < json.size(); ++i) {
      for_each_object(json[i], path + "[" + std::to_string(i) + "]", visit);
    }
  }
}

void spoil_every_key(Json& whole) {
  for_each_object(whole, "", [&](Json& object, const std::string& path) {
    const std::string before = path.empty() ? "" : path + ".";
    if (path.ends_with(".before")) return;  // names of facts are free; the hash covers them
    object["surplus"] = 1;
    EXPECT_NE(complaint_about(whole.dump()).find("'" + before + "surplus'"), std::string::npos)
        << complaint_about(whole.dump());
    object.erase("surplus");
    const Json kept = object;
    for (const auto& [key, value] : kept.items()) {
      object.erase(key);
      const std::string complaint = complaint_about(whole.dump());
      const bool schema = path.empty() && key == "schema";
      EXPECT_NE(complaint.find(schema ? "schema" : "'" + before + key + "' is missing"),
                std::string::npos)
          << complaint;
      object[key] = value;
    }
  });
}

TEST(PlanJson, any_key_that_is_missing_or_unknown_is_named_with_its_path) {
  auto plans = short_plans(5);
  for (Json& whole : plans) {
    const Json copy = whole;
    spoil_every_key(whole);
    EXPECT_EQ(whole, copy);
  }
}

TEST(PlanJson, a_value_of_another_type_is_named_with_its_path) {
  Json json = json_of(testing::PlanGenerator{5}.plan());
  std::size_t at = 0;
  while (json["steps"][at]["change"]["kind"] != "drop_chunks") ++at;
  const std::string step = "steps[" + std::to_string(at) + "]";
  json["steps"][at]["change"]["cut"] = 17;
  EXPECT_EQ(complaint_about(json.dump()),
            "plan: '" + step + ".change.cut' is not an instant (ISO 8601)");
  json["steps"][at]["change"] = {{"kind", "drop_database"}};
  EXPECT_EQ(complaint_about(json.dump()), "plan: '" + step + ".change.kind' is not known");
  json["steps"][at]["number"] = 1e3;
  EXPECT_EQ(complaint_about(json.dump()),
            "plan: '" + step + ".number' is not a whole number of 64 bits");
}

TEST(PlanJson, steps_out_of_order_are_refused_even_with_a_fitting_hash) {
  Plan plan = testing::PlanGenerator{5}.plan();
  plan.steps[0].after = {2};
  plan.hash = hash_of(plan);
  EXPECT_EQ(complaint_about(to_json(plan)),
            "plan: 'steps[0].after' names a step that is not before it");
  plan.steps[0].after.clear();
  plan.steps[0].number = 9;
  plan.hash = hash_of(plan);
  EXPECT_EQ(complaint_about(to_json(plan)), "plan: 'steps[0].number' is not its place");
}

TEST(PlanJson, what_is_no_plan_is_refused_whatever_it_is) {
  const std::string plan = to_json(testing::PlanGenerator{1}.plan());
  EXPECT_NE(complaint_about(""), "");
  EXPECT_NE(complaint_about("null"), "");
  EXPECT_NE(complaint_about("{}"), "");
  EXPECT_NE(complaint_about("[1,2]"), "");
  EXPECT_NE(complaint_about(plan + plan), "");
  EXPECT_NE(complaint_about(std::string(100'000, '[')).find("deep"), std::string::npos);
  EXPECT_NE(complaint_about(std::string((16U << 20U) + 1, ' ')).find("larger"), std::string::npos);
  EXPECT_NE(complaint_about(R"({"schema":"plimsoll.plan/1","schema":"plimsoll.plan/1"})")
                .find("'schema' is there twice"),
            std::string::npos);
  EXPECT_NE(complaint_about(R"({"schema":"plimsoll.plan/2"})").find("schema"), std::string::npos);
  for (std::size_t length = 0; length + 3 < plan.size(); length += 97) {
    EXPECT_NE(complaint_about(plan.substr(0, length)), "") << length;
  }
}

}  // namespace
}  // namespace plimsoll
