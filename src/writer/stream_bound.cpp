#include "writer/stream_bound.h"

#include <algorithm>

#include "base/text.h"

namespace plimsoll {

Result<StreamBound> stream_bound(const Policy& policy, const std::string& key) {
  const StreamRule* rule = rule_for_stream(policy, key);
  const std::string shown = printable(key);
  if (rule == nullptr) {
    return failure(ErrorCode::malformed,
                   say("stream '{}' is not declared in the policy",
                       "el stream «{}» no está declarado en la política", {shown}),
                   say("add to `streams` of plimsoll.yaml: \"{}\": {{ maxlen: 10000 }}",
                       "añada a `streams` de plimsoll.yaml: \"{}\": {{ maxlen: 10000 }}", {shown}));
  }
  if (!rule->bounded()) {
    return failure(
        ErrorCode::malformed,
        say("stream '{}': the rule '{}' gives it no bound",
            "stream «{}»: la regla «{}» no le pone límite", {shown, printable(rule->pattern)}),
        say("{}: write maxlen, max_bytes or keep there", "{}: escriba ahí maxlen, max_bytes o keep",
            {rule->origin.text()}));
  }
  return StreamBound{rule->maxlen, rule->max_bytes, rule->keep, rule->exact};
}

std::optional<std::int64_t> entries_allowed(const StreamBound& bound, double mean_entry_bytes) {
  auto allowed = bound.maxlen;
  if (bound.max_bytes) {
    const double fitting =
        static_cast<double>(bound.max_bytes->count()) / std::max(1.0, mean_entry_bytes);
    const auto entries = std::max<std::int64_t>(1, static_cast<std::int64_t>(fitting));
    allowed = std::min(allowed.value_or(entries), entries);
  }
  return allowed;
}

}  // namespace plimsoll
