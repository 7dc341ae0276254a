#include "diagnose/rule_context.h"

#include <algorithm>

#include "base/text.h"
#include "diagnose/table_facts.h"

namespace plimsoll {
namespace {

constexpr std::size_t kNamesShown = 3;

Text names_of(const std::vector<std::string>& names) {
  std::string shown;
  for (std::size_t i = 0; i < std::min(names.size(), kNamesShown); ++i) {
    shown += (i > 0 ? ", " : "") + printable(names[i]);
  }
  if (names.size() <= kNamesShown) return verbatim(shown);
  return say("{} and {} more", "{} y {} más",
             {shown, static_cast<std::int64_t>(names.size() - kNamesShown)});
}

}  // namespace

RuleContext::RuleContext(const Census& census, const DiagnoseOptions& options)
    : census_{census}, options_{options} {
  for (Store& store : stores_of(census)) {
    ResourceId id = store.id;
    stores_.emplace(std::move(id), std::move(store));
  }
  for (const PostgresCensus& server : census.postgres) {
    bytes_per_day_[server.target] = total_bytes_per_day(server);
  }
}

Seconds RuleContext::suggested_window(const PostgresCensus& server, const Table& table) const {
  const auto total = bytes_per_day_.find(server.target);
  return plimsoll::suggested_window(table, total == bytes_per_day_.end() ? 0 : total->second,
                                    options_);
}

const Store* RuleContext::store(const ResourceId& id) const {
  const auto found = stores_.find(id);
  return found == stores_.end() ? nullptr : &found->second;
}

std::optional<Seconds> RuleContext::to_line(const ResourceId& id) const {
  const Store* known = store(id);
  return known == nullptr ? std::nullopt : time_to_line(*known);
}

bool RuleContext::worth_reporting(std::optional<Bytes> bytes,
                                  const std::optional<GrowthRate>& growth) const {
  if (bytes && *bytes >= options_.worth_reporting) return true;
  return growth && growth->bytes_per_day &&
         *growth->bytes_per_day >= static_cast<double>(options_.worth_reporting.count());
}

void RuleContext::add(Finding finding, std::optional<Bytes> held) {
  if (!seen_.insert({finding.rule, finding.store}).second) return;
  found_.push_back({std::move(finding), held});
}

void RuleContext::gap(Rule rule, const std::string& target, const std::string& name,
                      const Text& why, const Text& hint) {
  Blind& blind = blind_[{target, rule, why.en}];
  blind.names.push_back(name);
  blind.why = why;
  blind.hint = hint;
}

Diagnosis RuleContext::take() {
  std::sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) {
    if (a.finding.severity != b.finding.severity) return a.finding.severity > b.finding.severity;
    if (a.held != b.held) return a.held > b.held;
    if (a.finding.store != b.finding.store) return a.finding.store < b.finding.store;
    return a.finding.rule < b.finding.rule;
  });
  Diagnosis diagnosis;
  for (Found& found : found_) diagnosis.findings.push_back(std::move(found.finding));
  diagnosis.gaps = census_.gaps;
  for (const auto& [key, blind] : blind_) {
    const auto& [target, rule, why] = key;
    diagnosis.gaps.push_back({target,
                              say("rule {} could not look at {}", "la regla {} no pudo mirar {}",
                                  {std::string{name_of(rule)}, names_of(blind.names)}),
                              blind.why, blind.hint});
  }
  return diagnosis;
}

}  // namespace plimsoll
