#include "apply/timescale/timescale_executor.h"

#include "apply/timescale/drop_chunks.h"
#include "apply/timescale/policies.h"
#include "apply/timescale/replace_hypertable.h"

namespace plimsoll {
namespace {

struct Dispatch {
  PostgresServer& server;
  const Patience& patience;
  const Step& step;
  StepWatch& watch;

  Outcome operator()(const SetRetentionPolicy& change) const {
    return timescale::set_retention_policy(server, step, change, watch);
  }
  Outcome operator()(const SetCompressionPolicy& change) const {
    return timescale::set_compression_policy(server, step, change, watch);
  }
  Outcome operator()(const SetChunkInterval& change) const {
    return timescale::set_chunk_interval(server, step, change, watch);
  }
  Outcome operator()(const DropChunks& change) const {
    return timescale::drop_chunks(server, step, change, patience, watch);
  }
  Outcome operator()(const ReplaceHypertable& change) const {
    return timescale::replace_hypertable(server, step, change, patience, watch);
  }
  template <typename Other>
  Outcome operator()(const Other&) const {
    return timescale::outcome_of(StepState::refused, say("this is no change of a hypertable",
                                                         "este no es un cambio de una hypertable"));
  }
};

}  // namespace

Outcome TimescaleExecutor::apply(const Step& step, StepWatch& watch) {
  return std::visit(Dispatch{server_, patience_, step, watch}, step.change);
}

}  // namespace plimsoll
