#pragma once

#include <chrono>

#include "ticker/quote.h"

namespace plimsoll::market {

/// The 5-minute slots of one trading day: 0 begins at 04:00 New York time, 191 ends at 20:00. The
/// session module knows the instant of 04:00; clocks change on a Sunday at 02:00, so from there on
/// it is plain arithmetic.
struct SlotClock {
  static constexpr int kSlots = 192;
  static constexpr int kOutside = -1;
  static constexpr std::chrono::minutes kLength{5};
  static constexpr std::chrono::hours kFirstHour{4};

  std::chrono::year_month_day date{};  ///< in New York
  Millis first_slot{};                 ///< 04:00 there

  constexpr int slot_of(Millis instant) const {
    if (instant < first_slot || instant >= first_slot + kSlots * kLength) return kOutside;
    return static_cast<int>((instant - first_slot) / kLength);
  }
  /// Of this date, midnight to midnight in New York.
  constexpr bool holds(Millis instant) const {
    const auto midnight = first_slot - kFirstHour;
    return instant >= midnight && instant < midnight + std::chrono::hours{24};
  }
  /// slot_time of volume_slots: 04:00 for slot 0, 19:55 for slot 191.
  static constexpr std::chrono::minutes time_of(int slot) { return kFirstHour + slot * kLength; }
};

}  // namespace plimsoll::market
