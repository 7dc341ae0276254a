#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "base/result.h"
#include "history/journal_lock.h"
#include "history/sqlite.h"
#include "plan/outcome.h"
#include "plan/plan.h"

namespace plimsoll {

struct JournalOptions {
  Bytes max_bytes = 16_MiB;         ///< of the file; its write-ahead log adds at most 4 MiB
  std::int64_t most_plans = 1000;   ///< finished ones above it are pruned, oldest first
  std::int64_t most_phases = 1000;  ///< of one step: the newest are kept
  std::chrono::milliseconds busy_timeout{2000};
  std::function<void()> at_boundary = {};  ///< called before and after each write: tests die here
};

enum class PlanState {
  begun,    ///< somebody is at it, or was killed: may be resumed, never pruned
  partly,   ///< ended with steps left: may be applied again until it expires
  applied,  ///< every step done: stale from now on
};
std::string_view name_of(PlanState state);

struct JournalPhase {
  std::string phase, detail;
  Instant at{};
};
struct JournalStep {
  int number = 0;
  std::string kind;  ///< name_of(Change)
  ResourceId resource;
  std::optional<StepState> state;  ///< empty: begun, and not ended
  std::int64_t attempts = 0;       ///< 0: never begun (held, for instance)
  std::optional<Instant> begun_at, ended_at;
  Text what, hint;
  std::optional<Bytes> freed;
  std::map<std::string, std::string> before, after;
  std::vector<JournalPhase> phases;  ///< in the order they were written
};
struct JournalEntry {
  std::string hash;
  PlanState state{};
  Instant taken_at{}, begun_at{};  ///< begun_at: the last time it was
  std::optional<Instant> ended_at;
  Actor actor;                     ///< who began it last
  std::vector<JournalStep> steps;  ///< those written so far, by number
};
struct JournalFilter {
  std::size_t most = 20;
  std::string hash = {};  ///< its beginning; empty: all
  std::string resource =
      {};  ///< glob; plans without such a step are left out, and so are other steps
};

/// What was done, when and by whom: an SQLite file of its own, with each write on the disk before
/// the call returns (WAL, synchronous=FULL). Bounded: finished plans are pruned, oldest first, when
/// it is full; an unfinished one never. One thread at a time.
///
/// Instants are given, and only shown again: the order of entries is that of writing, so a clock
/// that jumps changes nothing. A write that fails is an Error (unreachable: no room; denied;
/// conflict: somebody else holds the file), and then nothing of it is there.
class Journal {
 public:
  /// Makes the file where there is none, with mode 0600. Errors: denied, malformed (another kind
  /// of file), unsupported (written by a newer plimsoll), unreachable.
  static Result<Journal> open(const std::string& path, JournalOptions options = {});

  /// The right to act. Errors: conflict, naming who has it.
  Result<JournalLock> lock(const Actor& actor = current_actor());

  /// Again for an unfinished plan: it is resumed. Errors: conflict, when it was applied already.
  Result<void> begin_plan(const Plan& plan, const Actor& actor, Instant at);
  Result<void> begin_step(const std::string& hash, const Step& step, Instant at);
  Result<void> begin_phase(const std::string& hash, int number, const JournalPhase& phase);
  /// Also of a step that never began: held, refused.
  Result<void> end_step(const std::string& hash, const Step& step, const Outcome& outcome,
                        Instant at);
  Result<void> end_plan(const std::string& hash, PlanState state, Instant at);

  /// Empty: never begun, or pruned.
  Result<std::optional<PlanState>> state_of(const std::string& hash);
  Result<std::vector<JournalStep>> steps_of(const std::string& hash);
  /// Newest first.
  Result<std::vector<JournalEntry>> entries(const JournalFilter& filter = {});

  const std::string& path() const { return database_.path(); }

 private:
  Journal(sqlite::Database database, JournalOptions options)
      : database_{std::move(database)}, options_{std::move(options)} {}

  using Writing = std::function<Result<void>()>;
  Result<void> write(Instant at, const Writing& writing);
  Result<void> transact(const Writing& writing);
  Result<bool> prune_one(Instant at);
  Result<void> prune_to_limit(Instant at);
  Result<std::int64_t> id_of(const std::string& hash);
  Result<std::vector<JournalStep>> steps_with_id(std::int64_t plan);

  sqlite::Database database_;
  JournalOptions options_;
};

}  // namespace plimsoll
