#include <algorithm>

#include "apply/redis/kinds.h"
#include "base/text.h"
#include "collect/redis/parse.h"
#include "link/redis/server_error.h"

namespace plimsoll {
namespace {

using redis::ConsumerFate;

/// The server lists a group's consumers in one step, about 1 µs each, and a script three times
/// that: beyond these the list is read once, and each script looks only whether anything is
/// pending. Deleting a consumer that owes nothing loses nothing: its next read makes it again.
constexpr std::int64_t kListed = 500;
constexpr std::size_t kConsumersAtOnce = 50;

struct Counts {
  std::int64_t deleted = 0, gone = 0, owes = 0, active = 0;
  void add(ConsumerFate fate) {
    (fate == ConsumerFate::deleted ? deleted
     : fate == ConsumerFate::gone  ? gone
     : fate == ConsumerFate::owes  ? owes
                                   : active)++;
  }
};

class ConsumerDeletion {
 public:
  ConsumerDeletion(RedisWork& work, const DeleteConsumers& change)
      : work_{work},
        change_{change},
        name_{change.stream.key, change.group},
        names_{change.consumers} {}
  Outcome run();

 private:
  Result<std::optional<std::int64_t>> count_consumers();
  Result<void> drop_active();
  Result<void> batch(std::size_t first);
  Outcome broken(const Error& error);
  Outcome end(StepState state);
  Text words() const;

  RedisWork& work_;
  const DeleteConsumers& change_;
  redis::GroupName name_;
  std::vector<std::string> names_;
  Counts counts_;
  bool list_in_script_ = true;
  bool begun_ = false;
};

Text ConsumerDeletion::words() const {
  return say("{}, group '{}': {} consumers were deleted.",
             "{}, grupo '{}': se eliminaron {} consumidores.",
             {stream_words(name_.key), printable(name_.group), counts_.deleted});
}

/// Empty: no such stream or group.
Result<std::optional<std::int64_t>> ConsumerDeletion::count_consumers() {
  const auto replies = work_.acting.link().xinfo_groups({name_.key});
  if (!replies) return failure(replies.error());
  const redis::Reply& reply = replies->front();
  if (reply.text.starts_with("ERR no such key")) return std::optional<std::int64_t>{};
  if (reply.is_error()) return failure(redis::server_error(reply.text, "XINFO GROUPS"));
  const auto groups = parse_groups(reply);
  if (!groups) return failure(groups.error());
  for (const auto& group : *groups) {
    if (group.name == name_.group) return std::optional{group.consumer_count};
  }
  return std::optional<std::int64_t>{};
}

Result<void> ConsumerDeletion::drop_active() {
  const auto replies = work_.acting.link().xinfo_consumers({name_});
  if (!replies) return failure(replies.error());
  if (replies->front().is_error())
    return failure(redis::server_error(replies->front().text, "XINFO CONSUMERS"));
  const auto consumers = parse_consumers(replies->front());
  if (!consumers) return failure(consumers.error());
  std::map<std::string, const Consumer*> listed;
  for (const auto& one : *consumers) listed.emplace(one.name, &one);
  std::vector<std::string> kept;
  for (const auto& name : names_) {
    const auto one = listed.find(name);
    if (one == listed.end()) {
      counts_.add(ConsumerFate::gone);
    } else if (!one->second->idle || *one->second->idle < change_.idle) {
      counts_.add(ConsumerFate::active);
    } else {
      kept.push_back(name);
    }
  }
  names_ = std::move(kept);
  return {};
}

Result<void> ConsumerDeletion::batch(std::size_t first) {
  if (auto primary = still_primary(work_.acting); !primary) return primary;
  if (!begun_) {
    const auto begun =
        work_.watch.begin_phase("delete", printable(name_.key) + " " + printable(name_.group));
    if (!begun) return begun;
    begun_ = true;
  }
  const std::size_t beyond = std::min(names_.size(), first + kConsumersAtOnce);
  const std::vector<std::string> names{names_.begin() + static_cast<std::ptrdiff_t>(first),
                                       names_.begin() + static_cast<std::ptrdiff_t>(beyond)};
  const auto idle =
      list_in_script_ ? std::optional<std::chrono::milliseconds>{change_.idle} : std::nullopt;
  const auto fates = work_.acting.delete_consumers(name_, names, idle);
  if (!fates) return failure(fates.error());
  for (const ConsumerFate fate : *fates) counts_.add(fate);
  work_.watch.progress(words(), static_cast<double>(beyond) / static_cast<double>(names_.size()));
  return {};
}

Outcome ConsumerDeletion::broken(const Error& error) {
  const bool refused = error.code == ErrorCode::denied || error.code == ErrorCode::unsupported;
  if (refused && begun_ && counts_.deleted == 0) return needs_script(error);
  return broken_off(error, counts_.deleted > 0 ? words() : Text{});
}

Outcome ConsumerDeletion::end(StepState state) {
  const auto left = count_consumers();
  if (!left) return broken(left.error());
  const Freed freed = counts_.deleted > 0 ? measure_freed(work_) : Freed{};
  Outcome outcome = outcome_of(state, words());
  if (counts_.deleted > 0) outcome.what = say("{} {}", "{} {}", {outcome.what, freed.words});
  const std::int64_t kept = counts_.owes + counts_.active;
  if (kept > 0) {
    outcome.what = say(
        "{} {} stay: {} have entries pending, which would be lost with them, and {} were here "
        "within the last {}.",
        "{} Quedan {}: {} tienen entradas pendientes, que se perderían con ellos, y {} estuvieron "
        "activos en los últimos {}.",
        {outcome.what, kept, counts_.owes, counts_.active, change_.idle});
  }
  if (counts_.owes > 0) {
    outcome.hint = say("hand their pending entries to a live consumer first: XAUTOCLAIM",
                       "pasa antes sus entradas pendientes a un consumidor vivo: XAUTOCLAIM");
  }
  outcome.freed = freed.bytes;
  outcome.after = {{"consumers", std::to_string(left->value_or(0))},
                   {"deleted", std::to_string(counts_.deleted)},
                   {"kept", std::to_string(kept)}};
  return outcome;
}

Outcome ConsumerDeletion::run() {
  const auto count = count_consumers();
  if (!count) return broken(count.error());
  if (!*count) {
    return outcome_of(
        StepState::nothing_to_do,
        say("{}: group '{}' does not exist any more", "{}: el grupo '{}' ya no existe",
            {stream_words(name_.key), printable(name_.group)}));
  }
  list_in_script_ = **count <= kListed;
  if (!list_in_script_) {
    if (auto dropped = drop_active(); !dropped) return broken(dropped.error());
  }
  for (std::size_t first = 0; first < names_.size(); first += kConsumersAtOnce) {
    if (work_.watch.stop_wanted()) return end(StepState::stopped);
    if (auto done = batch(first); !done) return broken(done.error());
  }
  if (counts_.deleted > 0) return end(StepState::done);
  return end(counts_.owes + counts_.active > 0 ? StepState::refused : StepState::nothing_to_do);
}

}  // namespace

Outcome delete_consumers(RedisWork& work, const DeleteConsumers& change) {
  return ConsumerDeletion{work, change}.run();
}

}  // namespace plimsoll
