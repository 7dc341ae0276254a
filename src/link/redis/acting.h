#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "link/redis/link.h"

namespace plimsoll::redis {

// For what carries out a plan, and nothing else: a census never includes this header.

/// XTRIM key MAXLEN|MINID ~|= threshold [LIMIT most].
struct Trim {
  std::string key;
  std::optional<std::int64_t> maxlen;  ///< else by `minid`
  std::string minid;
  bool exact = false;     ///< `=`, which takes no LIMIT
  std::int64_t most = 0;  ///< LIMIT
};

/// What one script does in one go: at most `most` entries, none of the newest `maxlen`, and none
/// from `floor` on. Neither MAXLEN nor MINID alone says both, and an entry added between two
/// commands would move the one against the other.
struct TrimBelowFloor {
  std::string key;
  std::int64_t maxlen = 0;
  std::string floor;
  bool exact = false;
  std::int64_t most = 0;
};

enum class ConsumerFate {
  deleted,
  gone,    ///< there is no such consumer
  owes,    ///< has entries pending: they would be lost with it
  active,  ///< was here more recently than the limit
};

enum class StreamFate {
  done,
  gone,         ///< there is no such key
  not_stream,   ///< something else has taken its name
  written_to,   ///< its last-generated-id is another one
  done_before,  ///< it expires no later than asked
};

/// What changes a server, as named calls over a link that is open. None of them is used inside
/// MULTI, which a server that is out of memory refuses. One thread at a time.
/// Errors: the connection's, and those of server_error(): denied, unsupported (renamed, disabled or
/// unknown), conflict (WRONGTYPE, NOGROUP). After `unreachable` or `timed_out` it is not known
/// whether the command was carried out: the caller reads back.
class Acting {
 public:
  explicit Acting(Link& link) : link_{link} {}
  Link& link() { return link_; }

  Result<std::string> info(const std::string& section);  ///< INFO section
  Result<std::vector<Reply>> types(const std::vector<std::string>& keys);

  /// Entries removed.
  Result<std::int64_t> xtrim(const Trim& trim);
  Result<std::int64_t> xtrim(const TrimBelowFloor& trim);  ///< EVAL
  /// Entries acknowledged; ids that are not pending count nothing.
  Result<std::int64_t> xack(const GroupName& group, const std::vector<std::string>& ids);
  /// Each consumer is checked and deleted in the same script; one fate each, in their order. The
  /// server lists all consumers of the group to know how long one has been idle; without `idle` it
  /// looks only whether anything is pending.
  Result<std::vector<ConsumerFate>> delete_consumers(const GroupName& group,
                                                     const std::vector<std::string>& consumers,
                                                     std::optional<std::chrono::milliseconds> idle);
  /// UNLINK, if nothing was written to the stream since. EVAL.
  Result<StreamFate> unlink_stream(const std::string& key, const std::string& last_generated);
  /// PEXPIRE likewise; a shorter time to live that it has already stays. EVAL.
  Result<StreamFate> expire_stream(const std::string& key, const std::string& last_generated,
                                   std::chrono::milliseconds after);
  /// A time to live for those keys that have none: 1 set, 0 not. `by_script`: before 7.0, which
  /// brought NX.
  Result<std::vector<Reply>> expire_keys(const std::vector<std::string>& keys,
                                         std::chrono::milliseconds after, bool by_script);
  Result<void> config_set(const std::string& name, const std::string& value);
  Result<void> config_rewrite();

 private:
  Result<std::int64_t> count(const Command& command, std::string_view name);
  Result<StreamFate> fate(const Command& command);

  Link& link_;
};

}  // namespace plimsoll::redis
