#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "service/past.h"
#include "service/scanner_service.h"

// What the scanner reads beside the quotes: metadata and filters of PostgreSQL, figures of
// analytics and, at its beginning, how far the sequences of its lists had come.
namespace plimsoll::market {
namespace {

constexpr std::chrono::minutes kFactsEvery{30};
constexpr int kNewestMessages = 500;  ///< of the stream, read for their sequences

std::optional<double> number_in(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

Decimal decimal_in(std::string_view text) {
  const auto value = parse_double(text);
  return value && *value >= 0 && *value < 1e9 ? Decimal::of(*value) : Decimal{};
}

}  // namespace

Result<void> ScannerService::begin() {
  if (auto loaded = load_facts(); !loaded) return loaded;
  if (auto restored = restore_sequences(); !restored) return restored;
  read_figures();
  return {};
}

Result<void> ScannerService::load_facts() {
  facts_at_ = deadline_in(kFactsEvery);
  auto link = open_database(settings_);
  if (!link) return failure(link.error());
  auto metadata = read_metadata(*link);
  if (!metadata) return failure(metadata.error());
  if (metadata->empty() && settings_.seed_history) {
    const auto companies = companies_of(settings_.simulator.seed, settings_.simulator.tickers);
    const auto now =
        std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    const auto date = trading_days_before(trading_date(now), 1).front();
    if (auto stored = store_metadata(*link, metadata_of(companies, SimulatedDay{companies, date}));
        !stored)
      return failure(stored.error());
    metadata = read_metadata(*link);
    if (!metadata) return failure(metadata.error());
  }
  for (const auto& facts : *metadata) scanner_.set_metadata(facts);
  metadata_ = metadata->size();
  auto filters = read_filters(*link);
  if (filters && !filters->table && settings_.seed_history) {
    if (auto seeded = seed_filters(*link); !seeded) return failure(seeded.error());
    filters = read_filters(*link);
  }
  if (!filters) return failure(filters.error());
  for (const auto& refused : filters->refused) log_.warn("filter", refused);
  scanner_.set_filters(filters->filters);
  log_.info("metadata", {{"symbols", static_cast<std::int64_t>(metadata_)},
                         {"filters", static_cast<std::int64_t>(filters->filters.size())}});
  return {};
}

/// The larger of scanner:sequence:<list> and what the stream's newest messages say: the key is
/// written after the message, and a crash may have come between.
Result<void> ScannerService::restore_sequences() {
  std::vector<redis::Command> commands;
  for (const auto list : all_categories())
    commands.push_back({"GET", "scanner:sequence:" + std::string{name_of(list)}});
  commands.push_back(
      {"XREVRANGE", std::string{kDeltaStream}, "+", "-", "COUNT", std::to_string(kNewestMessages)});
  const auto replies = redis_.ask(commands);
  if (!replies) return failure(replies.error());
  std::array<std::uint64_t, kCategories> last{};
  for (std::size_t i = 0; i < kCategories; ++i)
    last[i] = static_cast<std::uint64_t>(
        std::max<std::int64_t>(0, parse_int((*replies)[i].text).value_or(0)));
  for (const auto& entry : replies->back().elements) {
    if (entry.elements.size() != 2) continue;
    const auto& fields = entry.elements[1].elements;
    std::optional<Category> list;
    std::int64_t sequence = 0;
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
      if (fields[i].text == "list") list = category_of(fields[i + 1].text);
      if (fields[i].text == "sequence") sequence = parse_int(fields[i + 1].text).value_or(0);
    }
    if (!list || sequence <= 0) continue;
    auto& most = last[static_cast<std::size_t>(*list)];
    most = std::max(most, static_cast<std::uint64_t>(sequence));
  }
  for (const auto list : all_categories()) {
    const auto sequence = last[static_cast<std::size_t>(list)];
    if (sequence > 0) rankings_.restore(list, sequence);
  }
  return {};
}

void ScannerService::read_figures() {
  figures_at_ = deadline_in(settings_.figures_every);
  const auto replies = redis_.ask({{"HGETALL", "rvol:current_slot"}, {"HGETALL", "atr:daily"}});
  if (!replies) {
    key_trouble_ = replies.error();
    return;
  }
  key_trouble_.reset();
  const auto each = [this](const redis::Reply& reply, const auto& set) {
    for (std::size_t i = 0; i + 1 < reply.elements.size(); i += 2) {
      const auto& symbol = reply.elements[i].text;
      if (!Symbol::fits(symbol)) continue;
      const auto index = figure_symbols_.find_or_add(Symbol::of(symbol));
      if (index != SymbolTable::kNone) set(figures_[index], reply.elements[i + 1].text);
    }
  };
  for (auto& figures : figures_) figures = {};
  each((*replies)[0],
       [](Figures& figures, std::string_view text) { figures.rvol = decimal_in(text); });
  each((*replies)[1], [](Figures& figures, std::string_view text) {
    const auto object = nlohmann::json::parse(text, nullptr, false);
    if (!object.is_object()) return;
    const auto atr = number_in(object, "atr");
    if (atr && *atr >= 0 && *atr < 1e9) figures.atr = Decimal::of(*atr);
  });
}

}  // namespace plimsoll::market
