#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "census/census.h"
#include "diagnose/diagnose.h"

namespace plimsoll {

/// What a rule reads and where it writes. Rules run one after another over one census; none of them
/// sees another's options, clock or I/O, because there are none.
class RuleContext {
 public:
  RuleContext(const Census& census, const DiagnoseOptions& options);

  const Census& census() const { return census_; }
  const DiagnoseOptions& options() const { return options_; }
  Instant now() const { return census_.taken_at; }

  /// The store's line in the census; null for things that are no store (a job, an index).
  const Store* store(const ResourceId& id) const;
  /// time_to_line() of that store; empty for no store.
  std::optional<Seconds> to_line(const ResourceId& id) const;

  /// Large enough, or growing fast enough, to be reported by itself. Unknown growth of a small
  /// store is small: a megabyte is no emergency.
  bool worth_reporting(std::optional<Bytes> bytes, const std::optional<GrowthRate>& growth) const;

  /// suggested_window() of table_facts.h, with the server's growth summed once.
  Seconds suggested_window(const PostgresCensus& server, const Table& table) const;

  /// At most one finding per rule and store: a second one is dropped. `held` orders findings of one
  /// severity.
  void add(Finding finding, std::optional<Bytes> held);
  bool found(Rule rule, const ResourceId& id) const { return seen_.count({rule, id}) > 0; }

  /// The rule could not look at `name` of `target`, and why. Names with the same reason become one
  /// gap.
  void gap(Rule rule, const std::string& target, const std::string& name, const Text& why,
           const Text& hint);

  Diagnosis take();

 private:
  struct Found {
    Finding finding;
    std::optional<Bytes> held;
  };
  struct Blind {
    std::vector<std::string> names;
    Text why, hint;
  };
  const Census& census_;
  const DiagnoseOptions& options_;
  std::unordered_map<ResourceId, Store> stores_;
  std::map<std::string, double> bytes_per_day_;  ///< by PostgreSQL target
  std::vector<Found> found_;
  std::set<std::pair<Rule, ResourceId>> seen_;
  std::map<std::tuple<std::string, Rule, std::string>, Blind> blind_;
};

// The rules, by what they look at; diagnose() calls each once.
void judge_table_bounds(RuleContext& context, const PostgresCensus& server);
void judge_partitions(RuleContext& context, const PostgresCensus& server);
void judge_retention_policies(RuleContext& context, const PostgresCensus& server);
void judge_compression(RuleContext& context, const PostgresCensus& server);
void judge_table_use(RuleContext& context, const PostgresCensus& server);
void judge_wal(RuleContext& context, const PostgresCensus& server);
void judge_indexes(RuleContext& context, const PostgresCensus& server);
/// After judge_table_bounds(): it asks which tables have no bound.
void judge_statements(RuleContext& context, const PostgresCensus& server);
void judge_stream_bounds(RuleContext& context, const RedisCensus& server);
void judge_stream_readers(RuleContext& context, const RedisCensus& server);
void judge_redis_memory(RuleContext& context, const RedisCensus& server);
void judge_access(RuleContext& context);
void judge_containers(RuleContext& context, const DockerCensus& engine);
void judge_logs_and_volumes(RuleContext& context, const DockerCensus& engine);
void judge_nested_bounds(RuleContext& context);
void judge_file_systems(RuleContext& context, const HostCensus& host);

}  // namespace plimsoll
