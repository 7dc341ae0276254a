#include "analytics/volume_history.h"

#include <algorithm>

namespace plimsoll::market {

VolumeHistory::VolumeHistory(std::size_t capacity)
    : capacity_{capacity}, sums_(capacity), counts_(capacity) {
  for (auto& day : days_) day.volumes.resize(capacity * kSlotsPerDay);
}

std::size_t VolumeHistory::bytes_for(std::size_t capacity) {
  return capacity * (kDays * kSlotsPerDay * sizeof(std::int64_t) + sizeof(std::int64_t) +
                     sizeof(std::uint8_t));
}

DayVolumes* VolumeHistory::find(Date day) {
  const auto found = std::find_if(days_.begin(), days_.end(), [&](const DayVolumes& held) {
    return held.used && held.date == day;
  });
  return found == days_.end() ? nullptr : &*found;
}

bool VolumeHistory::has(Date day) const {
  return std::any_of(days_.begin(), days_.end(),
                     [&](const DayVolumes& held) { return held.used && held.date == day; });
}

void VolumeHistory::set_days(std::span<const Date> days) {
  days = days.first(std::min(days.size(), kDays));
  for (auto& held : days_) {
    if (!held.used || std::find(days.begin(), days.end(), held.date) != days.end()) continue;
    held.used = false;
    std::fill(held.volumes.begin(), held.volumes.end(), 0);
  }
  for (const auto day : days) {
    if (has(day)) continue;
    const auto free =
        std::find_if(days_.begin(), days_.end(), [](const DayVolumes& held) { return !held.used; });
    free->date = day;
    free->used = true;
  }
  filled_ = false;
}

bool VolumeHistory::set(Date day, int slot, std::uint32_t index, std::int64_t volume) {
  auto* const held = find(day);
  if (held == nullptr || slot < 0 || slot >= kSlotsPerDay) return false;
  auto& there = held->volumes[static_cast<std::size_t>(slot) * capacity_ + index];
  there = std::max(there, volume);
  filled_ = false;
  return true;
}

void VolumeHistory::adopt(Date day, std::vector<std::int64_t>& volumes) {
  if (auto* const held = find(day)) {
    held->volumes.swap(volumes);
    filled_ = false;
  }
  std::fill(volumes.begin(), volumes.end(), 0);
}

void VolumeHistory::fill_forward() {
  for (auto& day : days_) {
    for (std::size_t at = capacity_; day.used && at < day.volumes.size(); ++at)
      day.volumes[at] = std::max(day.volumes[at], day.volumes[at - capacity_]);
  }
}

void VolumeHistory::move_to(int slot) {
  if (slot == slot_ && filled_) return;
  if (!filled_) fill_forward();
  filled_ = true;
  slot_ = slot;
  std::fill(sums_.begin(), sums_.end(), 0);
  std::fill(counts_.begin(), counts_.end(), 0);
  if (slot < 0 || slot >= kSlotsPerDay) return;
  for (const auto& day : days_) {
    if (!day.used) continue;
    const auto* const at = day.volumes.data() + static_cast<std::size_t>(slot) * capacity_;
    for (std::size_t i = 0; i < capacity_; ++i) {
      sums_[i] += at[i];
      counts_[i] = static_cast<std::uint8_t>(counts_[i] + (at[i] > 0 ? 1 : 0));
    }
  }
}

Decimal VolumeHistory::relative(std::uint32_t index, std::int64_t volume) const {
  if (volume <= 0 || sums_[index] <= 0) return {};
  constexpr std::int64_t kHundredths = 100;
  const auto hundredths = divide_rounded(volume * counts_[index] * kHundredths, sums_[index]);
  return {hundredths * (Decimal::kOne / kHundredths)};
}

}  // namespace plimsoll::market
