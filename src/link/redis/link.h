#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "link/redis/address.h"
#include "link/redis/channel.h"
#include "link/redis/reply.h"

namespace plimsoll::redis {

/// One step of SCAN: at most about `count` keys of one type (all types where empty).
struct ScanStep {
  std::string cursor = "0";
  int count = 100;
  std::string type;
};

struct GroupName {
  std::string key;
  std::string group;
};

/// XPENDING key group first last count: ids as the server writes them, "-" and "+" at the ends.
struct PendingRange {
  GroupName group;
  std::string first = "-";
  std::string last = "+";
  int count = 100;
};

/// XRANGE key first last COUNT count; XREVRANGE from the last one where `newest_first`.
struct EntryRange {
  std::string key;
  std::string first = "-";
  std::string last = "+";
  int count = 1;
  bool newest_first = false;
};

/// A connection to one Redis or Valkey server, and what a census asks of it. Reads only, apart from
/// the connection's own name and flags. One thread at a time.
///
/// Every call has the connection's budget as its deadline, for all of its replies together. Calls
/// that name many keys are pipelined in batches of at most 128 commands, two batches in flight, and
/// answer with one Reply per key in the same order: an error reply there (WRONGTYPE, no such key)
/// is that key's own. The Result's errors are the connection's: unreachable, timed_out, malformed.
/// After one of those every later call fails the same way, except that a reply that was too large
/// to take costs one reconnection.
class Link {
 public:
  /// Connects, authenticates, names the connection "plimsoll", selects the database and asks not to
  /// be evicted and not to touch keys' idle times (7.0 and 7.2; ignored where unknown).
  /// Errors: unreachable, timed_out, denied, unsupported (TLS where hiredis has none), malformed.
  static Result<Link> connect(const Address& address, std::chrono::milliseconds budget);
  /// The same over a channel that is open already: what the scripted tests use.
  static Result<Link> over(std::unique_ptr<Channel> channel, const Address& address,
                           std::chrono::milliseconds budget);

  /// What the server said before AUTH: true it wants one, false we were let in without; empty where
  /// an ACL made it impossible to tell.
  std::optional<bool> password_required() const { return password_required_; }
  const Address& address() const { return address_; }
  int database() const { return address_.database; }

  Result<std::string> info();  ///< INFO all
  Result<Reply> time();
  Result<void> select(int database);
  Result<std::vector<Reply>> config_get(const std::vector<std::string>& parameters);

  Result<Reply> scan(const ScanStep& step);
  /// The number of elements: LLEN, SCARD, …, as the key's type wants. Nil for other types.
  struct TypedKey {
    std::string key;
    std::string type;
  };
  Result<std::vector<Reply>> element_counts(const std::vector<TypedKey>& keys);
  Result<std::vector<Reply>> memory_usage(const std::vector<std::string>& keys);
  Result<std::vector<Reply>> time_to_live(const std::vector<std::string>& keys);  ///< PTTL

  Result<std::vector<Reply>> xinfo_stream(const std::vector<std::string>& keys);  ///< never FULL
  Result<std::vector<Reply>> xinfo_groups(const std::vector<std::string>& keys);
  /// Not to be paged: the server lists all consumers of a group in one step, about 1 µs each. One
  /// group at a time is asked for.
  Result<std::vector<Reply>> xinfo_consumers(const std::vector<GroupName>& groups);
  Result<std::vector<Reply>> xpending(const std::vector<PendingRange>& ranges);
  Result<std::vector<Reply>> xrange(const std::vector<EntryRange>& ranges);

 private:
  friend class Acting;
  friend class KeyScan;
  friend Result<std::vector<Reply>> pipeline(Link& link, const std::vector<Command>& commands);

  Link(std::unique_ptr<Channel> channel, Address address, std::chrono::milliseconds budget);

  Result<void> enter();
  Result<void> authenticate();
  Result<void> ready();  ///< reconnects where a reply that was too large cost the connection
  Result<void> send(const std::vector<Command>& commands);
  Result<std::vector<Reply>> receive(std::size_t count, Deadline deadline);
  /// `weight`: how many short commands one of these costs the server; fewer go out together then.
  Result<std::vector<Reply>> run(const std::vector<Command>& commands, std::size_t weight = 1);
  Result<Reply> one(const Command& command, std::string_view name);

  std::unique_ptr<Channel> channel_;
  Address address_;
  std::chrono::milliseconds budget_;
  std::optional<bool> password_required_;
  bool reply_was_too_large_ = false;
  int reconnections_ = 0;
};

}  // namespace plimsoll::redis
