#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/instant.h"
#include "base/result.h"
#include "link/redis/address.h"
#include "link/redis/reply.h"
#include "policy/policy.h"
#include "writer/entry_encoder.h"
#include "writer/outbox.h"
#include "writer/stream_bound.h"
#include "writer/when_full.h"

namespace plimsoll::redis {
class BytePipe;
struct ReplyView;
}  // namespace plimsoll::redis

namespace plimsoll {

struct StreamOptions {
  redis::Address address;
  /// All that this writer holds for its entries; allocated at the beginning. A quarter, 1 MiB at
  /// most, is for what is on its way, and bounds one entry.
  std::size_t outbox_bytes = std::size_t{8} << 20;
  std::size_t outbox_entries = 65'536;
  WhenFull when_full = WhenFull::drop_oldest;
  std::chrono::milliseconds block_for{1000};
  /// Ids are made here, so that an entry is in the stream exactly once, whatever became of the
  /// connection. False: `*`, and what was on its way when a connection was lost is sent again (at
  /// least once). With several writers ids made here work too, as long as their clocks agree.
  bool single_writer = true;
  std::chrono::milliseconds connect_for{500};     ///< a call may take that long, once a back-off
  std::chrono::milliseconds answer_within{5000};  ///< silence beyond it: connect anew
  std::chrono::milliseconds longest_backoff{2000};
};

/// Plain numbers since the beginning, for /metrics.
/// added = acknowledged + dropped_oldest + rejected + outbox_entries, always.
struct StreamStats {
  std::uint64_t added = 0;         ///< taken by add()
  std::uint64_t acknowledged = 0;  ///< the server has it: its reply came, or it was found there
  std::uint64_t dropped_oldest = 0;
  std::uint64_t dropped_newest = 0;  ///< not taken: full, or larger than one entry may be
  std::uint64_t rejected = 0;        ///< taken, and not possible: the server says it never will be
  std::uint64_t resent = 0;          ///< sent again after a connection was lost
  std::uint64_t found_stored = 0;    ///< not sent again: it was there though its reply was lost
  std::uint64_t refused = 0;         ///< replies "not now": OOM, LOADING, …; each is tried again
  std::uint64_t conflicts = 0;       ///< ids that another writer of the stream had passed
  std::uint64_t reconnects = 0;
  std::uint64_t bytes_written = 0;
  std::size_t outbox_bytes = 0;
  std::size_t outbox_entries = 0;
  std::int64_t maxlen = 0;  ///< in force now, from maxlen or max_bytes; 0: by age only
  bool connected = false;
};

/// Writes one stream within its rule in plimsoll.yaml: each XADD trims. maxlen: MAXLEN; max_bytes:
/// MAXLEN too, of as many entries as fit at the mean size that the server reports for this stream
/// (MEMORY USAGE by XLEN), measured again every second; the smaller where both are given. keep:
/// MINID by age, and an XTRIM once a second beside a maxlen or when nothing is added. `~` unless
/// the rule says exact: then at most one node (100 entries or 4 KB) more than the bound.
/// A trim does not wait for readers; that is what the bound says.
///
/// An entry is acknowledged when the server's reply to it came. Until then it is kept in the outbox
/// and sent again, in order, over any number of connections. What the server does with an
/// acknowledged entry in a crash is its appendfsync. With -OOM, LOADING and the like it waits and
/// tries again; if memory came free in the middle of a pipeline, entries that had been refused come
/// after those that were not.
///
/// One thread at a time. No thread of its own: whoever writes calls poll() now and then, from its
/// loop, and add() does it too.
class BoundedStream {
 public:
  /// Errors: malformed (no rule, or no bound in it; the hint names the file), denied, conflict (the
  /// key is no stream). A server that is away is no error: it is connected to when it is there.
  static Result<std::unique_ptr<BoundedStream>> open(const Policy& policy, const std::string& key,
                                                     StreamOptions options);
  ~BoundedStream();
  BoundedStream(const BoundedStream&) = delete;
  BoundedStream& operator=(const BoundedStream&) = delete;

  /// Encodes it into the outbox; nothing is allocated. True: it was taken. What has gathered is
  /// written when there are 16 KB of it; poll() writes whatever there is.
  bool add(std::span<const Field> fields);
  bool add(std::initializer_list<Field> fields) { return add({fields.begin(), fields.size()}); }

  /// Connects where it is due, writes, reads. Never waits, but for a connection (connect_for).
  void poll();
  /// Until everything is acknowledged. False: the deadline came first; nothing is lost by that.
  bool flush(Deadline deadline);

  StreamStats stats() const;
  /// What stands in the way at present, if anything.
  const std::optional<Error>& trouble() const { return trouble_; }
  /// To poll() on beside others; -1 while there is no connection.
  int socket() const;

 private:
  using Steady = std::chrono::steady_clock;
  BoundedStream(std::string key, StreamBound bound, StreamOptions options);

  char* make_room(std::size_t size, bool& in_flight);
  char* room_now(std::size_t size, bool& in_flight);
  void refresh_bound();
  void pump();
  bool fill_flight();
  bool write_some();
  bool read_some();
  bool take_replies();
  void take(const redis::ReplyView& reply);
  void take_refusal(std::string_view message);
  void take_measure(Sending::Kind kind, std::int64_t value);
  void end_of_stall();
  void send_measures();
  void send_command(const redis::Command& command, Sending::Kind kind);
  void number_after(const EntryId& last, char* at);

  Result<void> connect();
  Result<void> recover();
  struct Stored;
  Result<Stored> read_stored(Deadline deadline);
  void settle_doubts(const Stored& stored);
  void lose(Error error);
  void back_off();
  void wait(Deadline deadline);

  std::string key_;
  StreamBound bound_;
  StreamOptions options_;
  EntryEncoder encoder_;
  Flight flight_;
  Waiting waiting_;
  std::unique_ptr<redis::BytePipe> pipe_;
  std::vector<char> in_;
  std::size_t in_size_ = 0;

  EntryId last_id_;       ///< the largest that was given to an entry, or seen in the stream
  EntryId flight_id_;     ///< the largest in the flight
  bool stalled_ = false;  ///< something was refused: nothing new is sent until all have answered
  std::optional<Error> trouble_;
  std::size_t acknowledge_first_ = 0;  ///< so many replies before a refusal is over
  Steady::time_point retry_at_;        ///< without a connection: the next attempt
  Steady::time_point paused_until_;    ///< with one: after a refusal
  Steady::time_point heard_at_;
  Steady::time_point measure_at_;
  std::chrono::milliseconds backoff_{0};
  bool was_connected_ = false;

  std::int64_t maxlen_ = 0;
  std::uint64_t oldest_ms_ = 0;
  double mean_entry_bytes_ = 0;   ///< measured; 0: not yet
  double encoded_bytes_ = 0;      ///< of what was added, for the time before
  std::int64_t usage_bytes_ = 0;  ///< the first half of a measure
  bool can_measure_ = true;
  StreamStats stats_;
};

}  // namespace plimsoll
