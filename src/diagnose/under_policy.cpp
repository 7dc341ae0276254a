#include "diagnose/under_policy.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "diagnose/stream_facts.h"
#include "diagnose/table_facts.h"

namespace plimsoll {
namespace {

bool is_about_a_missing_bound(Rule rule) {
  return rule == Rule::hypertable_without_retention || rule == Rule::table_only_grows ||
         rule == Rule::retention_window_too_long;
}

/// What whole partitions and chunks leave above the window.
Seconds coarseness(const Table& table, const TableRule& rule) {
  std::optional<Seconds> width;
  if (const auto* hypertable = std::get_if<Hypertable>(&table.shape))
    width = interval_of(*hypertable);
  if (const auto* partitioned = std::get_if<PartitionedTable>(&table.shape))
    width = rule.chunk ? rule.chunk : widest_partition(*partitioned);
  return std::max(width.value_or(kOneDay), kOneDay);
}

/// Its old rows go and new ones can: nothing in it is older than the window and a partition more.
bool is_within(const Table& table, const TableRule& rule, Seconds keep, Instant now) {
  if (std::holds_alternative<PlainTable>(table.shape) && !rule.plain) return false;
  if (table.rows && *table.rows == 0) return true;
  if (!table.time || !table.time->oldest) return false;
  return *table.time->oldest >= now - keep - coarseness(table, rule);
}

bool settles(const Policy& policy, const PostgresCensus& server, const Table& table, Rule rule) {
  const TableRule* wish = rule_for_table(policy, table.schema, table.name);
  if (wish == nullptr || !is_about_a_missing_bound(rule)) return false;
  if (std::holds_alternative<Forever>(wish->keep)) return true;
  const auto* keep = std::get_if<Seconds>(&wish->keep);
  return keep != nullptr && is_within(table, *wish, *keep, server.taken_at);
}

bool is_within(const Stream& stream, const StreamRule& rule, int node, Instant now) {
  if (rule.maxlen) return stream.length <= *rule.maxlen + node;
  if (rule.max_bytes) return bytes_of(stream) && *bytes_of(stream) <= *rule.max_bytes;
  if (!rule.keep) return false;
  const auto oldest = stream.first_id ? instant_of_stream_id(*stream.first_id, now) : std::nullopt;
  constexpr Seconds kSlack{3600};
  return stream.length <= node || (oldest && *oldest >= now - *rule.keep - kSlack);
}

bool settles(const Policy& policy, const RedisCensus& server, const Stream& stream, Rule rule) {
  const StreamRule* wish = rule_for_stream(policy, stream.key);
  if (wish == nullptr) return false;
  if (rule == Rule::unread_entries_trimmed) return wish->force_past_groups;
  if (rule != Rule::stream_uncapped && rule != Rule::stream_cap_cannot_bite) return false;
  return is_within(stream, *wish, server.node_max_entries, server.taken_at);
}

bool accepts(const Policy& policy, const Finding& finding) {
  return std::any_of(policy.accept.begin(), policy.accept.end(), [&](const Acceptance& each) {
    return each.rule == name_of(finding.rule) &&
           (each.store.empty() || matches_glob(each.store, finding.store));
  });
}

bool settles(const Policy& policy, const Census& census, const Finding& finding) {
  if (accepts(policy, finding)) return true;
  for (const auto& server : census.postgres) {
    for (const Table& table : server.tables) {
      if (id_of(server, table) == finding.store)
        return settles(policy, server, table, finding.rule);
    }
  }
  for (const auto& server : census.redis) {
    for (const Stream& stream : server.streams) {
      if (id_of(server, stream) == finding.store)
        return settles(policy, server, stream, finding.rule);
    }
    if (finding.rule != Rule::keys_without_ttl) continue;
    for (const KeyFamily& family : server.families) {
      if (redis_store_id(server, "key_family", family.database, family.pattern) != finding.store)
        continue;
      const KeyRule* wish = rule_for_keys(policy, family.pattern);
      return wish != nullptr && std::holds_alternative<Forever>(wish->keep);
    }
  }
  return false;
}

}  // namespace

Diagnosis under_policy(Diagnosis diagnosis, const Census& census, const Policy& policy) {
  auto& findings = diagnosis.findings;
  findings.erase(
      std::remove_if(findings.begin(), findings.end(),
                     [&](const Finding& finding) { return settles(policy, census, finding); }),
      findings.end());
  return diagnosis;
}

namespace {

/// "7 days": as a bound's value is written.
std::string span_text(Seconds span) { return say("{}", "{}", {span}).en; }

std::optional<Bound> bound_of(const Policy& policy, const PostgresCensus& server,
                              const Table& table) {
  const TableRule* wish = rule_for_table(policy, table.schema, table.name);
  if (wish == nullptr) return std::nullopt;
  if (std::holds_alternative<Forever>(wish->keep))
    return Bound{BoundKind::by_nature, "kept on purpose", wish->origin.text()};
  const auto* keep = std::get_if<Seconds>(&wish->keep);
  if (keep == nullptr || !is_within(table, *wish, *keep, server.taken_at)) return std::nullopt;
  return Bound{BoundKind::retention, span_text(*keep), wish->origin.text()};
}

std::optional<Bound> bound_of(const Policy& policy, const RedisCensus& server,
                              const Stream& stream) {
  const StreamRule* wish = rule_for_stream(policy, stream.key);
  if (wish == nullptr || !wish->maxlen ||
      !is_within(stream, *wish, server.node_max_entries, server.taken_at))
    return std::nullopt;
  return Bound{BoundKind::stream_cap, std::to_string(*wish->maxlen) + " entries",
               wish->origin.text()};
}

}  // namespace

std::vector<Store> stores_under_policy(const Census& census, const Policy& policy) {
  std::map<ResourceId, Bound> bounds;
  for (const auto& server : census.postgres) {
    for (const Table& table : server.tables)
      if (auto bound = bound_of(policy, server, table)) bounds[id_of(server, table)] = *bound;
  }
  for (const auto& server : census.redis) {
    for (const Stream& stream : server.streams)
      if (auto bound = bound_of(policy, server, stream)) bounds[id_of(server, stream)] = *bound;
  }
  auto stores = stores_of(census);
  for (Store& store : stores) {
    const auto bound = bounds.find(store.id);
    const bool open = store.bound.kind == BoundKind::none || store.bound.kind == BoundKind::unknown;
    if (bound != bounds.end() && open) store.bound = bound->second;
  }
  return stores;
}

}  // namespace plimsoll
