#include <fmt/format.h>

#include <algorithm>

#include "service/scanner_service.h"

// What the scanner writes beside its deltas: the set that passed, and keys for who asks later.
namespace plimsoll::market {
namespace {

const std::string kCategorySeconds = "3600";
const std::string kSequenceSeconds = "86400";

void add_symbols(std::string& json, const std::vector<Symbol>& symbols) {
  json += '[';
  for (const auto& symbol : symbols) {
    if (json.back() != '[') json += ',';
    json += '"';
    json += symbol.text();
    json += '"';
  }
  json += ']';
}

}  // namespace

/// One entry a scan: who entered the filtered set and who left it; nothing where nobody did. The
/// first of a process holds all of it ("snapshot").
void ScannerService::publish_filtered() {
  std::vector<Symbol> now;
  now.reserve(scanner_.rows().size());
  for (const auto& row : scanner_.rows()) now.push_back(row.quote.symbol);
  std::sort(now.begin(), now.end());
  std::vector<Symbol> entered;
  std::vector<Symbol> left;
  std::set_difference(now.begin(), now.end(), filtered_before_.begin(), filtered_before_.end(),
                      std::back_inserter(entered));
  std::set_difference(filtered_before_.begin(), filtered_before_.end(), now.begin(), now.end(),
                      std::back_inserter(left));
  if (filtered_spoken_ && entered.empty() && left.empty()) return;
  std::string entered_json;
  std::string left_json;
  add_symbols(entered_json, entered);
  add_symbols(left_json, left);
  const auto taken_at = std::to_string(market_now_.time_since_epoch().count());
  filtered_->add({{"type", filtered_spoken_ ? "delta" : "snapshot"},
                  {"taken_at", taken_at},
                  {"session", name_of(scanner_.moment().session)},
                  {"count", std::to_string(now.size())},
                  {"entered", entered_json},
                  {"left", left_json}});
  filtered_->poll();
  filtered_spoken_ = true;
  filtered_before_.swap(now);
}

/// Rendered now, since the rows are this cycle's; sent when there is a quiet moment.
void ScannerService::write_keys() {
  if (std::chrono::steady_clock::now() < keys_at_) return;
  key_commands_.clear();
  for (const auto list : all_categories()) {
    const std::string name{name_of(list)};
    if (!key_due_[static_cast<std::size_t>(list)]) {
      key_commands_.push_back({"EXPIRE", "scanner:category:" + name, kCategorySeconds});
      continue;
    }
    std::string rows = "[";
    for (const auto number : scanner_.list(list)) {
      if (rows.size() > 1) rows += ',';
      rows += rankings_.row_json(scanner_, number);
    }
    rows += ']';
    key_commands_.push_back(
        {"SET", "scanner:category:" + name, std::move(rows), "EX", kCategorySeconds});
    key_commands_.push_back({"SET", "scanner:sequence:" + name,
                             std::to_string(rankings_.sequence(list)), "EX", kSequenceSeconds});
    key_due_[static_cast<std::size_t>(list)] = false;
  }
}

}  // namespace plimsoll::market
