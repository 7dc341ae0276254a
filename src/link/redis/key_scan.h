#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "link/redis/link.h"

namespace plimsoll::redis {

/// One key and what the server says of it; nil where it was not asked.
struct ScannedKey {
  std::string key;
  Reply type;    ///< TYPE
  Reply ttl;     ///< PTTL
  Reply memory;  ///< MEMORY USAGE; never asked of a stream: it would walk all of its consumers
};

/// What to ask of a key besides its TYPE.
struct KeyQuestions {
  bool ttl = true;  ///< a PTTL for every key would cost a fifth of the whole walk
  /// MEMORY USAGE in the same breath, while the key is still in the processor's cache: that saves
  /// the server a quarter of its time. For keys that are surely no stream; the others are asked a
  /// page later, once their type is known.
  bool memory_at_once = false;
};

/// Walks the keys of the selected database in SCAN's order, which is hash order: its first pages
/// are an unbiased sample. Two batches are in flight at any time: the next SCAN goes first, with
/// the TYPE and PTTL of the page before and the MEMORY USAGE of the page before that, so the server
/// never waits for us. While a KeyScan is under way the link belongs to it.
class KeyScan {
 public:
  KeyScan(Link& link, int count, std::function<KeyQuestions(const std::string& key)> questions)
      : link_{link}, count_{count}, questions_{std::move(questions)} {}

  /// The next page, perhaps an empty one; keys may repeat, as SCAN says. finished() tells when
  /// there are no more. An error reply to SCAN itself is an Error.
  Result<std::vector<ScannedKey>> next();
  bool finished() const { return !scan_wanted_ && in_flight_.empty() && pages_.empty(); }
  /// Ends early: no new SCAN is sent; next() goes on until finished() with what is under way.
  void stop() { scan_wanted_ = false; }
  /// Where a SCAN can go on after a stop and all that was under way; "0": everything was seen.
  const std::string& cursor() const { return cursor_; }

  void set_count(int count) { count_ = count; }
  /// What one step of the server's took at most, as seen from here: the time from sending the last
  /// SCAN to its reply, divided by the reads (16 KiB each) the server needed for what stood before.
  std::chrono::nanoseconds last_step() const { return last_step_; }

 private:
  struct Page {
    std::vector<ScannedKey> keys;
    std::vector<KeyQuestions> questions;  ///< one a key
    std::vector<std::size_t> measured;    ///< the keys whose memory was asked for later
    bool asked_types = false, typed = false, asked_memory = false;
  };
  struct Batch {
    bool scan = false;
    Page* typed = nullptr;
    Page* measured = nullptr;
    std::size_t ahead = 0;  ///< commands in front of it that were not answered when it was sent
    std::chrono::steady_clock::time_point sent_at{};
  };
  Result<void> launch();
  Result<void> take_scan(const Batch& batch);
  Result<void> take_types(Page& page);
  Result<void> take_memory(Page& page);

  Link& link_;
  int count_;
  std::function<KeyQuestions(const std::string&)> questions_;
  bool scan_wanted_ = true;
  std::string cursor_ = "0";
  std::deque<std::unique_ptr<Page>> pages_;  ///< oldest first
  std::deque<Batch> in_flight_;
  std::size_t unanswered_ = 0;
  std::chrono::nanoseconds last_step_{};
};

}  // namespace plimsoll::redis
