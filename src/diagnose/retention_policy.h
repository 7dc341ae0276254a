#pragma once

#include "diagnose/evidence.h"
#include "diagnose/rule_context.h"
#include "diagnose/severity.h"

namespace plimsoll {

/// What every rule about one retention policy looks at.
struct Policy {
  const PostgresCensus& server;
  const Table& table;
  const Hypertable& hypertable;
  const Job& job;

  ResourceId id() const { return id_of(server, table); }
  /// A day where it is not known: TimescaleDB's own default.
  Seconds schedule() const { return job.schedule_interval.value_or(Seconds{86400}); }
};

Finding about(const Policy& policy, Rule rule, const Load& load);
/// job_id and drop_after.
Evidence policy_evidence(const Policy& policy);

void judge_overdue(RuleContext& context, const Policy& policy);
void judge_interval(RuleContext& context, const Policy& policy);
void judge_integer_time(RuleContext& context, const Policy& policy);
void judge_window(RuleContext& context, const Policy& policy);
void judge_job(RuleContext& context, const Policy& policy);

}  // namespace plimsoll
