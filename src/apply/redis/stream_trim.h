#pragma once

#include <optional>
#include <string>

#include "apply/redis/reader_floor.h"
#include "apply/redis/trim_pace.h"
#include "apply/redis/work.h"
#include "plan/change.h"

namespace plimsoll {

/// One trim while it goes on: look, step, look again.
class StreamTrim {
 public:
  StreamTrim(RedisWork& work, const TrimStream& change);
  Outcome run();

 private:
  enum class Seen { above, within, gone };
  Result<Seen> look();
  Result<void> read_node_size();
  Result<void> measure_entries();
  Result<std::int64_t> step();
  Result<std::int64_t> one_trim();
  Result<void> read_round_trip();
  bool another_form();
  bool measures_again();
  Outcome cannot_look(const Error& error) const;
  Outcome cannot_step(const Error& error) const;
  void set_pace();
  void tell_progress();

  bool by_id() const { return change_.minid.has_value(); }
  std::int64_t excess() const { return now_.length - cap_; }
  bool one_node() const { return now_.radix_tree_keys <= 1; }
  std::int64_t node_entries() const;

  Result<std::int64_t> left_above_cap();
  Outcome end(StepState state);
  Outcome ended();
  Text removed_words() const;
  Text held_words(std::int64_t left) const;

  RedisWork& work_;
  const TrimStream& change_;
  ReaderFloor readers_;
  std::int64_t node_max_ = 100;  ///< stream-node-max-entries
  TrimPace pace_;
  std::chrono::nanoseconds round_trip_{};  ///< of a command that costs the server nothing
  Stream now_;
  HeldFloor floor_;
  std::int64_t cap_ = 0;         ///< entries, unless by id
  std::int64_t at_first_ = 0;    ///< length before the first step
  std::int64_t removed_ = 0;
  int looks_ = 0;
  bool begun_ = false;
  bool measured_now_ = false;  ///< the cap in entries follows from a sample of this look
  bool measure_next_ = false;
  bool widened_ = false;
  bool exact_ = false;
  bool gone_ = false;
};

}  // namespace plimsoll
