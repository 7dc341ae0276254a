#pragma once

#include "apply/redis/work.h"
#include "plan/change.h"

// One function a kind of change; RedisExecutor calls the one that fits. Each may be killed between
// any two calls to the server and be called again with the same change.
namespace plimsoll {

/// In steps that keep the server busy for less than 2 ms, each at most up to the oldest entry that
/// some live group has still to read or acknowledge, which is read again right before it. A group
/// named in `abandoned` that reads again counts as alive. By bytes: the number of entries follows
/// from their sampled size, which is measured again as it goes.
/// Phase: "trim". Before: nothing is compared; the key must be a stream, and above its cap.
Outcome trim_stream(RedisWork& work, const TrimStream& change);

/// Only ids that are looked for and not found: an id never comes back, so what is gone when looked
/// at is gone when acknowledged. Phase: "acknowledge".
Outcome acknowledge_dangling(RedisWork& work, const AcknowledgeDangling& change);

/// Phase: "delete". Errors: refused where EVAL is.
Outcome delete_consumers(RedisWork& work, const DeleteConsumers& change);

/// Before: "last_generated_id". Phases: "unlink", "expire". Refused where EVAL is.
Outcome delete_stream(RedisWork& work, const DeleteStream& change);
Outcome expire_stream(RedisWork& work, const ExpireStream& change);

/// Keys that match, are no stream and have no time to live. Phase: "expire".
Outcome expire_keys(RedisWork& work, const ExpireKeys& change);

/// maxmemory before its policy, so that raising a line that was crossed never evicts; CONFIG
/// REWRITE where there is a file. Phases: "set", "rewrite". Refused below used_memory × 1.1.
Outcome set_maxmemory(RedisWork& work, const SetMaxmemory& change);

}  // namespace plimsoll
