#include "apply/redis/kinds.h"
#include "apply/redis/quirks.h"
#include "apply/redis/stream_trim.h"

namespace plimsoll {

Outcome trim_stream(RedisWork& work, const TrimStream& change) {
  const auto quirks = redis_quirks(work.server.server_name, work.server.version);
  if (quirks.no_trim) return outcome_of(StepState::refused, *quirks.no_trim);
  const int thresholds =
      (change.maxlen ? 1 : 0) + (change.minid ? 1 : 0) + (change.max_bytes ? 1 : 0);
  const bool keeps_nothing =
      (change.maxlen && *change.maxlen < 1) || (change.max_bytes && change.max_bytes->count() < 1);
  if (thresholds != 1 || keeps_nothing) {
    return outcome_of(StepState::refused,
                      say("{}: a trim needs one threshold, and one that keeps something",
                          "{}: un recorte necesita un umbral, y uno que conserve algo",
                          {stream_words(change.stream.key)}));
  }
  return StreamTrim{work, change}.run();
}

}  // namespace plimsoll
