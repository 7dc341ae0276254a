#include <algorithm>

#include "apply/redis/kinds.h"
#include "apply/redis/quirks.h"
#include "base/text.h"
#include "link/redis/server_error.h"

namespace plimsoll {
namespace {

constexpr int kScanned = 200;  // 1.2 µs a key

class KeyExpiry {
 public:
  KeyExpiry(RedisWork& work, const ExpireKeys& change)
      : work_{work},
        change_{change},
        by_script_{!redis_quirks(work.server.server_name, work.server.version).expire_knows_nx} {}
  Outcome run();

 private:
  Result<std::vector<std::string>> scan();
  Result<std::vector<std::string>> without_time_to_live(const std::vector<std::string>& keys);
  Result<void> act_on(const std::vector<std::string>& keys);
  Text words() const;
  Outcome end(StepState state) const;

  RedisWork& work_;
  const ExpireKeys& change_;
  bool by_script_;
  bool begun_ = false;
  std::string cursor_ = "0";
  std::int64_t scanned_ = 0, matching_ = 0, set_ = 0, not_set_ = 0;
};

Text KeyExpiry::words() const {
  return say("{} keys '{}' now expire in {}.", "{} claves '{}' caducan ahora en {}.",
             {set_, printable(change_.pattern), change_.ttl});
}

Result<std::vector<std::string>> KeyExpiry::scan() {
  const auto reply = work_.acting.link().scan({cursor_, kScanned, ""});
  if (!reply) return failure(reply.error());
  if (reply->elements.size() != 2)
    return failure(ErrorCode::malformed,
                   say("SCAN: not a cursor and a list", "SCAN: no es un cursor y una lista"));
  cursor_ = reply->elements[0].text;
  std::vector<std::string> matching;
  for (const auto& key : reply->elements[1].elements) {
    ++scanned_;
    if (matches_glob(change_.pattern, key.text)) matching.push_back(key.text);
  }
  matching_ += static_cast<std::int64_t>(matching.size());
  return matching;
}

/// Streams have rules of their own.
Result<std::vector<std::string>> KeyExpiry::without_time_to_live(
    const std::vector<std::string>& keys) {
  const auto types = work_.acting.types(keys);
  if (!types) return failure(types.error());
  const auto left = work_.acting.link().time_to_live(keys);
  if (!left) return failure(left.error());
  std::vector<std::string> wanted;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const redis::Reply& type = (*types)[i];
    const redis::Reply& ttl = (*left)[i];
    if (type.is_error() || ttl.is_error())
      return failure(redis::server_error(type.is_error() ? type.text : ttl.text, "TYPE, PTTL"));
    if (type.text != "stream" && type.text != "none" && ttl.integer == -1)
      wanted.push_back(keys[i]);
  }
  return wanted;
}

Result<void> KeyExpiry::act_on(const std::vector<std::string>& keys) {
  if (auto primary = still_primary(work_.acting); !primary) return primary;
  if (!begun_) {
    const auto begun = work_.watch.begin_phase("expire", printable(change_.pattern));
    if (!begun) return begun;
    begun_ = true;
  }
  const auto replies = work_.acting.expire_keys(keys, change_.ttl, by_script_);
  if (!replies) return failure(replies.error());
  for (const auto& reply : *replies) {
    if (reply.is_error() && set_ == 0)
      return failure(redis::server_error(reply.text, by_script_ ? "EVAL" : "PEXPIRE"));
    (reply.is_integer() && reply.integer == 1 ? set_ : not_set_)++;
  }
  return {};
}

Outcome KeyExpiry::end(StepState state) const {
  Outcome outcome =
      outcome_of(state, set_ > 0 ? words()
                                 : say("of {} keys '{}' none lacked a time to live",
                                       "de {} claves '{}' ninguna carecía de caducidad",
                                       {matching_, printable(change_.pattern)}));
  if (not_set_ > 0)
    outcome.what = say("{} {} were changed or refused meanwhile.",
                       "{} {} cambiaron o se rechazaron mientras tanto.", {outcome.what, not_set_});
  outcome.after = {{"set", std::to_string(set_)}, {"matching", std::to_string(matching_)}};
  return outcome;
}

Outcome KeyExpiry::run() {
  const auto so_far = [&] { return set_ > 0 ? words() : Text{}; };
  if (change_.ttl <= Seconds{0}) {
    return outcome_of(StepState::refused, say("a time to live of nothing would delete the keys now",
                                              "una caducidad de nada eliminaría las claves ahora"));
  }
  std::int64_t keys = 0;
  for (const auto& keyspace : work_.server.keyspaces) {
    if (keyspace.database == change_.database) keys = keyspace.keys;
  }
  do {
    if (work_.watch.stop_wanted()) return end(StepState::stopped);
    const auto matching = scan();
    if (!matching) return broken_off(matching.error(), so_far());
    if (matching->empty()) continue;
    const auto wanted = without_time_to_live(*matching);
    if (!wanted) return broken_off(wanted.error(), so_far());
    if (wanted->empty()) continue;
    if (auto done = act_on(*wanted); !done) {
      const bool refused =
          by_script_ && begun_ && set_ == 0 &&
          (done.error().code == ErrorCode::denied || done.error().code == ErrorCode::unsupported);
      return refused ? needs_script(done.error()) : broken_off(done.error(), so_far());
    }
    work_.watch.progress(
        words(), keys > 0 ? std::optional{std::min(
                                1.0, static_cast<double>(scanned_) / static_cast<double>(keys))}
                          : std::nullopt);
  } while (cursor_ != "0");
  return end(set_ > 0 ? StepState::done : StepState::nothing_to_do);
}

}  // namespace

Outcome expire_keys(RedisWork& work, const ExpireKeys& change) {
  return KeyExpiry{work, change}.run();
}

}  // namespace plimsoll
