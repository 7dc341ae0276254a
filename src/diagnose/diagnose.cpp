#include "diagnose/diagnose.h"

#include "diagnose/rule_context.h"

namespace plimsoll {

Diagnosis diagnose(const Census& census, const DiagnoseOptions& options) {
  RuleContext context{census, options};
  for (const PostgresCensus& server : census.postgres) {
    judge_table_bounds(context, server);
    judge_partitions(context, server);
    judge_retention_policies(context, server);
    judge_compression(context, server);
    judge_table_use(context, server);
    judge_wal(context, server);
    judge_indexes(context, server);
    judge_statements(context, server);
  }
  for (const RedisCensus& server : census.redis) {
    judge_stream_bounds(context, server);
    judge_stream_readers(context, server);
    judge_redis_memory(context, server);
  }
  if (census.docker) {
    judge_containers(context, *census.docker);
    judge_logs_and_volumes(context, *census.docker);
  }
  judge_access(context);
  judge_nested_bounds(context);
  if (census.host) judge_file_systems(context, *census.host);
  return context.take();
}

}  // namespace plimsoll
