#include <nlohmann/json.hpp>

#include "report/journal_text.h"

namespace plimsoll {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const std::optional<Instant>& instant) {
  return instant ? Json(iso8601(*instant)) : Json(nullptr);
}
Json json_of_text(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json json_of(const JournalStep& step, Language language) {
  Json phases = Json::array();
  for (const JournalPhase& phase : step.phases) {
    phases.push_back({{"phase", phase.phase}, {"detail", phase.detail}, {"at", iso8601(phase.at)}});
  }
  return {{"number", step.number},
          {"kind", step.kind},
          {"resource", step.resource},
          {"state", step.state ? name_of(*step.state) : "begun"},
          {"attempts", step.attempts},
          {"begun_at", json_of(step.begun_at)},
          {"ended_at", json_of(step.ended_at)},
          {"what", json_of_text(step.what.in(language))},
          {"hint", json_of_text(step.hint.in(language))},
          {"freed_bytes", step.freed ? Json(step.freed->count()) : Json(nullptr)},
          {"before", step.before},
          {"after", step.after},
          {"phases", std::move(phases)}};
}

Json json_of(const JournalEntry& entry, Language language) {
  Json steps = Json::array();
  for (const JournalStep& step : entry.steps) steps.push_back(json_of(step, language));
  return {{"hash", entry.hash},
          {"state", name_of(entry.state)},
          {"taken_at", iso8601(entry.taken_at)},
          {"begun_at", iso8601(entry.begun_at)},
          {"ended_at", json_of(entry.ended_at)},
          {"user", entry.actor.user},
          {"host", entry.actor.host},
          {"pid", entry.actor.pid},
          {"steps", std::move(steps)}};
}

}  // namespace

std::string render_journal_json(const std::vector<JournalEntry>& entries, Language language) {
  Json plans = Json::array();
  for (const JournalEntry& entry : entries) plans.push_back(json_of(entry, language));
  const Json json = {{"schema", "plimsoll.journal/1"},
                     {"language", language == Language::es ? "es" : "en"},
                     {"plans", std::move(plans)}};
  // A server's names may be in any encoding: what is not UTF-8 becomes U+FFFD, never an exception.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace plimsoll
