#include "plan/missing_bounds.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "diagnose/under_policy.h"

namespace plimsoll {
namespace {

constexpr std::array kBounds{
    Rule::table_only_grows,
    Rule::hypertable_without_retention,
    Rule::stream_uncapped,
    Rule::stream_cap_cannot_bite,
    Rule::keys_without_ttl,
    Rule::maxmemory_missing,
    Rule::container_without_limit,
    Rule::log_without_rotation,
    Rule::retention_job_unhealthy,
    Rule::bounds_contradict,
    Rule::retention_interval_too_coarse,
    Rule::retention_overdue,
};

/// "events: plain table that only grows" without the name that the store's id ends with.
std::string_view without_name(std::string_view title, std::string_view store) {
  const auto colon = title.find(": ");
  if (colon == std::string_view::npos || colon == 0 || !store.ends_with(title.substr(0, colon)))
    return title;
  return title.substr(colon + 2);
}

std::string_view first_sentence(std::string_view text) {
  const auto end = text.find(". ");
  return end == std::string_view::npos ? text : text.substr(0, end + 1);
}

}  // namespace

MissingBounds missing_bounds(const Census& census, const Policy& policy) {
  Diagnosis diagnosis = under_policy(diagnose(census), census, policy);
  MissingBounds missing;
  for (Finding& finding : diagnosis.findings) {
    if (std::find(kBounds.begin(), kBounds.end(), finding.rule) != kBounds.end())
      missing.findings.push_back(std::move(finding));
  }
  for (const Target& target : census.targets) {
    if (!target.reachable) missing.unreachable.push_back(target);
  }
  missing.gaps = static_cast<std::int64_t>(diagnosis.gaps.size());
  return missing;
}

std::string line_of(const Finding& finding, std::string_view arrow, Language language) {
  const std::string store = printable(finding.store);
  const std::string title = printable(finding.title.in(language));
  std::string line = store + ": " + std::string{without_name(title, store)};
  line.append(" ").append(arrow).append(" ");
  // In the server's own words it would be a DELETE, which is the worst of its remedies.
  if (finding.rule == Rule::table_only_grows)
    return line + say("a keep in plimsoll.yaml (plimsoll init suggests one), then plimsoll plan",
                      "un keep en plimsoll.yaml (plimsoll init sugiere uno) y plimsoll plan")
                      .in(language);
  const std::string remedy = printable(finding.remedy.in(language));
  return line + (finding.commands.empty() ? std::string{first_sentence(remedy)}
                                          : printable(finding.commands.back()));
}

}  // namespace plimsoll
