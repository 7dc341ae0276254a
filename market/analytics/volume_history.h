#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include "analytics/decimal.h"
#include "session/session.h"

namespace plimsoll::market {

/// Volumes of one day: by slot, then by symbol index, so that the mean at a slot reads memory in a
/// line. 0: no bar in that slot.
struct DayVolumes {
  Date date{};
  bool used = false;
  std::vector<std::int64_t> volumes;
};

/// What the last five trading days had accumulated at each slot, and its mean at the current one.
///
/// The value of a day at a slot is the largest running volume up to there: slots without a bar are
/// absent in volume_slots, and are filled forward here. A day counts at a slot when it had any
/// volume up to it; so the mean is over the days that are there, of five.
class VolumeHistory {
 public:
  static constexpr std::size_t kDays = 5;

  explicit VolumeHistory(std::size_t capacity);

  /// Keeps the days that are among these, forgets the others, makes room for the missing ones.
  void set_days(std::span<const Date> days);
  bool has(Date day) const;
  /// False where the day is none of the five, or the slot does not exist.
  bool set(Date day, int slot, std::uint32_t index, std::int64_t volume);
  /// Takes the place of the day of the same date: today has ended. The vector given comes back
  /// zeroed. Nothing where that date is none of the five.
  void adopt(Date day, std::vector<std::int64_t>& volumes);

  /// Means of every symbol at this slot. Cheap when neither the slot nor the history changed.
  void move_to(int slot);
  /// volume / mean at the current slot, two decimals; unknown without volume or history.
  Decimal relative(std::uint32_t index, std::int64_t volume) const;

  static std::size_t bytes_for(std::size_t capacity);

 private:
  DayVolumes* find(Date day);
  void fill_forward();

  std::size_t capacity_;
  std::array<DayVolumes, kDays> days_;
  std::vector<std::int64_t> sums_;  ///< at slot_, of the days that are there
  std::vector<std::uint8_t> counts_;
  int slot_ = kNoSlot;
  bool filled_ = true;  ///< running maxima are in place
};

}  // namespace plimsoll::market
