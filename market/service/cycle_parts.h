#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "analytics/analytics.h"
#include "ticker/snapshot_part.h"

namespace plimsoll::market {

/// Puts the parts of one cycle together, in whatever order they come. Parts of a newer cycle end
/// the one that is open: what is missing of it will not come any more.
class CycleParts {
 public:
  struct Part {
    bool there = false;
    std::vector<Quote> quotes;
    std::vector<Figures> figures;  ///< of quotes, by their place
  };

  /// Whether this part begins another cycle than the one that is open.
  bool begins_another(const SnapshotPart& part) const {
    return !open_ || part.cycle != open_->cycle || part.parts != open_->parts ||
           part.taken_at != open_->taken_at;
  }
  /// Abandons what is open; its ids are the caller's to take before.
  void begin(const SnapshotPart& part) {
    open_ = part;
    have_ = 0;
    if (parts_.size() < part.parts) parts_.resize(part.parts);
    for (auto& other : parts_) other.there = false;
  }
  /// Takes the quotes (and gives back a used vector). Null: the part was there already.
  Part* put(const SnapshotPart& part, std::vector<Quote>& quotes) {
    auto& to = parts_[part.part];
    if (to.there) return nullptr;
    to.there = true;
    to.quotes.swap(quotes);
    ++have_;
    return &to;
  }
  bool open() const { return open_.has_value(); }
  bool whole() const { return open_ && have_ == open_->parts; }
  void end() { open_.reset(); }
  Millis taken_at() const { return open_->taken_at; }
  std::uint64_t cycle() const { return open_->cycle; }

 private:
  std::optional<SnapshotPart> open_;
  std::uint32_t have_ = 0;
  std::vector<Part> parts_;
};

}  // namespace plimsoll::market
