#include <nlohmann/json.hpp>

#include "report/overview.h"
#include "report/report.h"

namespace plimsoll {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "plimsoll.diagnosis/1";
constexpr const char* kUnlimited = "unlimited";

Json json_of(Bytes bytes) { return bytes.count(); }
Json json_of(Instant instant) { return iso8601(instant); }
Json json_of(Seconds span) { return span.count(); }
Json json_of(BytesPerDay rate) { return rate.bytes; }
Json json_of(Share share) { return share.of_one; }
Json json_of(Unknown) { return nullptr; }
Json json_of(Unbounded) { return kUnlimited; }
template <typename Plain>
Json json_of(const Plain& value) {
  return value;
}
template <typename Value>
Json json_of(const std::optional<Value>& value) {
  return value ? json_of(*value) : Json(nullptr);
}
template <typename... Alternatives>
Json json_of(const std::variant<Alternatives...>& value) {
  return std::visit([](const auto& held) { return json_of(held); }, value);
}

Json json_of_text(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json json_of(const Target& target) {
  return {{"name", target.name},
          {"kind", name_of(target.kind)},
          {"version", json_of_text(target.version)},
          {"edition", json_of_text(target.edition)},
          {"reachable", target.reachable},
          {"address", json_of_text(target.address)}};
}

Json json_of(const GrowthRate& growth) {
  return {{"bytes_per_day", json_of(growth.bytes_per_day)},
          {"items_per_day", json_of(growth.items_per_day)},
          {"window_seconds", json_of(growth.window)},
          {"source", name_of(growth.source)}};
}

Json json_of(const Bound& bound) {
  const bool none = bound.kind == BoundKind::none;
  return {{"kind", name_of(bound.kind)},
          {"value", none ? Json(kUnlimited) : json_of_text(bound.value)},
          {"keeper", json_of_text(bound.keeper)}};
}

Json json_of(const Store& store) {
  return {{"id", store.id},
          {"kind", store.kind},
          {"bytes", json_of(store.bytes)},
          {"items", json_of(store.items)},
          {"items_exact", store.items_exact},
          {"oldest", json_of(store.oldest)},
          {"newest", json_of(store.newest)},
          {"growth", store.growth ? json_of(*store.growth) : Json(nullptr)},
          {"bound", json_of(store.bound)},
          {"line_bytes", json_of(store.line)},
          {"seconds_to_line", json_of(time_to_line(store))}};
}

Json json_of(const Fact& fact) {
  return {{"name", fact.name},
          {"value", json_of(fact.value)},
          {"unit", json_of_text(fact.unit)},
          {"source", json_of_text(fact.source)},
          {"read_at", json_of(fact.read_at)}};
}

Json json_of(const Finding& finding, Language language) {
  Json evidence = Json::array();
  for (const Fact& fact : finding.evidence) evidence.push_back(json_of(fact));
  return {{"rule", name_of(finding.rule)},
          {"severity", name_of(finding.severity)},
          {"store", finding.store},
          {"title", finding.title.in(language)},
          {"evidence", std::move(evidence)},
          {"cause", finding.cause.in(language)},
          {"remedy", finding.remedy.in(language)},
          {"commands", finding.commands},
          {"frees_bytes", json_of(finding.frees)},
          {"steady_state_bytes", json_of(finding.steady_state)},
          {"stops_bytes_per_day", json_of(finding.stops)}};
}

Json json_of(const Gap& gap, Language language) {
  return {{"target", gap.target},
          {"what", gap.what.in(language)},
          {"why", json_of_text(gap.why.in(language))},
          {"hint", json_of_text(gap.hint.in(language))}};
}

Json json_of(const Overview& overview) {
  Json next = nullptr;
  if (const auto& filling = overview.fills_next) {
    next = {{"store", json_of_text(filling->store)},
            {"left_bytes", json_of(filling->left)},
            {"bytes_per_day", filling->bytes_per_day},
            {"seconds", json_of(filling->within)}};
  }
  return {{"fills_next", std::move(next)},
          {"unbounded_bytes_per_day", overview.unstopped_bytes_per_day},
          {"growth_unknown_stores", overview.rate_unknown},
          {"frees_bytes", json_of(overview.frees)}};
}

}  // namespace

std::string render_json(const Report& report, Language language) {
  const Overview overview = overview_of(report);
  Json json = {{"schema", kSchema},
               {"taken_at", json_of(report.census.taken_at)},
               {"language", language == Language::es ? "es" : "en"},
               {"summary", json_of(overview)},
               {"targets", Json::array()},
               {"stores", Json::array()},
               {"findings", Json::array()},
               {"gaps", Json::array()}};
  for (const Target& target : report.census.targets) json["targets"].push_back(json_of(target));
  for (const Store& store : overview.stores) json["stores"].push_back(json_of(store));
  for (const Finding& finding : report.diagnosis.findings) {
    json["findings"].push_back(json_of(finding, language));
  }
  for (const Gap& gap : report.diagnosis.gaps) json["gaps"].push_back(json_of(gap, language));
  // A server's names may be in any encoding: what is not UTF-8 becomes U+FFFD, never an exception.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace plimsoll
