#include <fmt/format.h>

#include <cstdlib>

#include "analytics/decimal_text.h"
#include "service/analytics_service.h"

// rvol:current_slot and atr:daily: fields that changed, and a time to live that each cycle renews.
namespace plimsoll::market {
namespace {

constexpr std::size_t kFieldsPerCommand = 256;  // a command of 12,000 would hold the server up
const std::string kRvolKey = "rvol:current_slot";
const std::string kAtrKey = "atr:daily";
const std::string kRvolSeconds = "300";
/// Two hours more than from one day's write to the next: with 8 h and with 24 h the market opened
/// without ATR.
const std::string kAtrSeconds = std::to_string(26 * 3600);
/// atr_percent moves with each price; a tenth of a point is worth a write.
constexpr std::int64_t kAtrPercentStep = Decimal::kOne / 10;

std::string decimal_text(Decimal value) {
  std::array<char, kMostDigits> digits;
  return {digits.data(), write_decimal(digits.data(), value.units)};
}

/// Fields for one hash, in commands of a bearable size.
class HashFields {
 public:
  HashFields(std::vector<redis::Command>& commands, const char* verb, const std::string& key)
      : commands_{commands}, verb_{verb}, key_{key} {}
  redis::Command& next() {
    if (count_++ % kFieldsPerCommand == 0) commands_.push_back({verb_, key_});
    return commands_.back();
  }
  std::size_t count() const { return count_; }

 private:
  std::vector<redis::Command>& commands_;
  std::string verb_;
  const std::string& key_;
  std::size_t count_ = 0;
};

bool has_moved(Decimal before, Decimal now) {
  if (before.known() != now.known()) return true;
  return now.known() && std::abs(now.units - before.units) >= kAtrPercentStep;
}

}  // namespace

void AnalyticsService::write_hashes() {
  std::vector<redis::Command> rvols;
  std::vector<redis::Command> gone;
  std::vector<redis::Command> ranges;
  HashFields rvol{rvols, "HSET", kRvolKey};
  HashFields unknown{gone, "HDEL", kRvolKey};
  HashFields atr{ranges, "HSET", kAtrKey};
  const auto date = day_ ? iso8601(day_->begin).substr(0, 10) : std::string{};
  for (const auto index : changed_) {
    const auto& now = now_[index];
    const auto& before = shown_[index];
    const std::string symbol{analytics_.symbols().symbol(index).text()};
    if (now.rvol.known() && now.rvol != before.rvol) {
      auto& command = rvol.next();
      command.push_back(symbol);
      command.push_back(decimal_text(now.rvol));
    } else if (!now.rvol.known() && before.rvol.known()) {
      unknown.next().push_back(symbol);
    }
    if (now.atr.known() &&
        (now.atr != before.atr || has_moved(before.atr_percent, now.atr_percent))) {
      auto& command = atr.next();
      command.push_back(symbol);
      command.push_back(
          fmt::format(R"({{"atr":{},"atr_percent":{},"updated":"{}"}})", decimal_text(now.atr),
                      now.atr_percent.known() ? decimal_text(now.atr_percent) : "null", date));
    }
  }
  auto& commands = rvols;
  commands.insert(commands.end(), gone.begin(), gone.end());
  commands.insert(commands.end(), ranges.begin(), ranges.end());
  commands.push_back({"EXPIRE", kRvolKey, kRvolSeconds});
  commands.push_back({"EXPIRE", kAtrKey, kAtrSeconds});
  const auto replies = redis_.ask(commands);
  if (!replies) {
    hash_trouble_ = replies.error();
    return;  // what changed stays marked, and goes with the next cycle
  }
  hash_trouble_.reset();
  for (const auto& reply : *replies) {
    if (!reply.is_error()) continue;
    hash_trouble_ = Error{ErrorCode::unreachable, verbatim(reply.text), {}};
    return;
  }
  hash_fields_ += rvol.count() + unknown.count() + atr.count();
  for (const auto index : changed_) {
    shown_[index].rvol = now_[index].rvol;
    if (now_[index].atr != shown_[index].atr ||
        has_moved(shown_[index].atr_percent, now_[index].atr_percent)) {
      shown_[index].atr = now_[index].atr;
      shown_[index].atr_percent = now_[index].atr_percent;
    }
    is_changed_[index] = false;
  }
  changed_.clear();
  // A hash that is not there was lost with its server, or nothing was ever known: all of it again.
  const auto lost = [&](std::size_t from_end) {
    return (*replies)[replies->size() - from_end].integer == 0;
  };
  if (!lost(1) && !lost(2)) return;
  for (auto& shown : shown_) {
    if (lost(2)) shown.rvol = {};
    if (lost(1)) shown.atr = {};
  }
}

}  // namespace plimsoll::market
