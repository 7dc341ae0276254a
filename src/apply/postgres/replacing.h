#pragma once

#include <atomic>
#include <map>
#include <mutex>

#include "apply/postgres/patience.h"
#include "apply/postgres/replace_sql.h"
#include "base/text.h"

// The inside of replace_partition.h: one replacement under way.
namespace plimsoll {

/// A problem that ends the step; what was begun is undone when it may be.
struct Problem {
  StepState state;
  Text what;
  Text hint;
  bool undo = true;
};
using Progress = tl::expected<void, Problem>;

inline tl::unexpected<Problem> problem(const Error& error) {
  // Lost in the middle: what came of it is not known, so the next run looks.
  return tl::unexpected<Problem>{
      {StepState::failed, error.what, error.hint, error.code != ErrorCode::unreachable}};
}
inline tl::unexpected<Problem> problem(StepState state, Text what, Text hint = {}) {
  return tl::unexpected<Problem>{{state, std::move(what), std::move(hint)}};
}

class Replacing {
 public:
  Replacing(PostgresServer& server, AnotherServer another, const Patience& patience,
            StepWatch& watch, Replacement it)
      : server_{server},
        another_{std::move(another)},
        patience_{patience},
        watch_{watch},
        it_{std::move(it)} {}

  Outcome run();
  /// The new ones are in place, and the old one was not dropped yet.
  Outcome run_swapped();

 private:
  struct CopiedPart {
    std::string snapshot;
    bool indexed = false;
  };
  Progress prepare();
  Progress refuse_what_cannot_be();
  Progress check_space();
  Progress look_at_copies(bool& fitting);
  Progress begin();
  Progress make_copies();
  /// Takes one part after the other until none is left; several of these at a time.
  Progress make_parts(PostgresServer& server, bool alone);
  Progress copy(PostgresServer& server, std::size_t part, bool alone);
  Progress index(PostgresServer& server, std::size_t part, bool alone);
  Progress catch_up();
  Progress swap();
  Progress drop();
  Progress stop_if_wanted();
  /// `statements` behind past_autovacuum().
  std::vector<std::string> beside_writers(const std::vector<std::string>& tables,
                                          std::vector<std::string> statements) const;
  Progress phase(const std::string& name, const std::string& detail);
  Result<void> undo();
  Outcome finish();
  Outcome end_with(const Problem& problem);
  Result<Bytes> size_of_parts();
  Snapshots snapshots() const;
  Text about() const {
    return say("partition {}", "partición {}", {printable(it_.old.name.qualified())});
  }
  std::string part_name(std::size_t part) const { return quoted(it_.change.partitions[part].name); }

  PostgresServer& server_;
  AnotherServer another_;
  std::atomic<std::size_t> next_part_ = 0;
  std::atomic<bool> a_part_failed_ = false;
  std::mutex watching_;  ///< the watch is one thread's at a time
  Patience patience_;
  StepWatch& watch_;
  Replacement it_;
  std::map<std::string, CopiedPart> copied_;
  std::int64_t rows_kept_ = 0;
  bool log_there_ = false;
  Bytes before_, after_;
  std::optional<Bytes> disk_before_;
};

}  // namespace plimsoll
