#include "report/journal_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace plimsoll {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr Instant kNoon{std::chrono::sys_days{std::chrono::year{2025} / 11 / 11} +
                        std::chrono::hours{12}};

std::vector<JournalEntry> two_entries() {
  JournalEntry applied;
  applied.hash = std::string(64, 'a');
  applied.state = PlanState::applied;
  applied.taken_at = applied.begun_at = kNoon;
  applied.ended_at = kNoon + Seconds{30};
  applied.actor = {"ana", "server1", 4711};
  JournalStep drop;
  drop.number = 1;
  drop.kind = "drop_chunks";
  drop.resource = "postgres/main/table/public.scan_results";
  drop.state = StepState::done;
  drop.attempts = 2;
  drop.begun_at = kNoon;
  drop.ended_at = kNoon + Seconds{12};
  drop.what = say("dropped {} chunks", "borrados {} chunks", {std::int64_t{13}});
  drop.freed = 9_GiB;
  drop.before = {{"oid", "16401"}};
  drop.after = {{"chunks", "7"}};
  drop.phases = {{"drop", "_hyper_1_1_chunk", kNoon}};
  applied.steps = {drop};

  JournalEntry killed = applied;
  killed.hash = std::string(64, 'b');
  killed.state = PlanState::begun;
  killed.ended_at.reset();
  JournalStep& step = killed.steps[0];
  step.state.reset();
  step.ended_at.reset();
  step.freed.reset();
  step.what = {};
  step.resource = "redis/main/stream/evil\x1b[2J";
  JournalStep held = drop;
  held.number = 2;
  held.state = StepState::held;
  held.attempts = 0;
  held.begun_at.reset();
  held.freed.reset();
  held.what = say("waits for step {}, which is not done", "espera al paso {}, que no está hecho",
                  {std::int64_t{1}});
  killed.steps.push_back(held);
  return {killed, applied};
}

TEST(JournalText, an_empty_one_says_so_in_both_languages) {
  EXPECT_EQ(render_journal({}, Language::en, {}),
            "The journal is empty: nothing was applied yet.\n");
  EXPECT_EQ(render_journal({}, Language::es, {}),
            "El diario está vacío: aún no se ha aplicado nada.\n");
}

TEST(JournalText, says_who_did_what_when_and_what_it_freed) {
  const std::string text = render_journal(two_entries(), Language::en, {});
  EXPECT_LT(text.find("bbbbbbbbbbbb"), text.find("aaaaaaaaaaaa")) << "in the order given";
  EXPECT_THAT(text, HasSubstr("applied · 2025-11-11 12:00 UTC · ana on server1 · freed 9.7 GB"));
  EXPECT_THAT(text, HasSubstr("  1 done           drop_chunks"));
  EXPECT_THAT(text, HasSubstr("    dropped 13 chunks\n    freed 9.7 GB · 12 seconds · 2 attempts"));
  EXPECT_THAT(text, HasSubstr("not finished"));
  EXPECT_THAT(text, HasSubstr("last begun: drop _hyper_1_1_chunk, 2025-11-11 12:00 UTC"));
  EXPECT_THAT(text, HasSubstr("  2 held"));
  const std::string es = render_journal(two_entries(), Language::es, {});
  EXPECT_THAT(es, HasSubstr("sin terminar"));
  EXPECT_THAT(es, HasSubstr("borrados 13 chunks"));
  EXPECT_THAT(es, HasSubstr("2 intentos"));
}

TEST(JournalText, stays_in_its_columns_and_harms_no_terminal) {
  for (const Language language : {Language::en, Language::es}) {
    const std::string text = render_journal(two_entries(), language, {});
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    for (const auto line : split(text, '\n')) EXPECT_LE(display_width(line), 80U) << line;
  }
}

TEST(JournalJson, holds_everything_with_null_for_what_is_not_known) {
  const auto json = nlohmann::json::parse(render_journal_json(two_entries(), Language::es));
  EXPECT_EQ(json["schema"], "plimsoll.journal/1");
  const auto& killed = json["plans"][0];
  EXPECT_EQ(killed["state"], "begun");
  EXPECT_TRUE(killed["ended_at"].is_null());
  EXPECT_EQ(killed["steps"][0]["state"], "begun");
  EXPECT_TRUE(killed["steps"][0]["freed_bytes"].is_null());
  const auto& step = json["plans"][1]["steps"][0];
  EXPECT_EQ(step["freed_bytes"], 9LL << 30);
  EXPECT_EQ(step["what"], "borrados 13 chunks");
  EXPECT_EQ(step["before"]["oid"], "16401");
  EXPECT_EQ(step["after"]["chunks"], "7");
  EXPECT_EQ(step["phases"][0]["at"], "2025-11-11T12:00:00Z");
  EXPECT_TRUE(nlohmann::json::parse(render_journal_json({}, Language::en))["plans"].empty());
}

}  // namespace
}  // namespace plimsoll
