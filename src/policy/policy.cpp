#include "policy/policy.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>

#include "base/text.h"

namespace plimsoll {
namespace {

bool is_exact(std::string_view pattern) {
  return pattern.find_first_of("*?") == std::string_view::npos;
}

/// How much a pattern says of the names it matches: an exact one most, "*" least. 0: no match.
std::size_t weight_of(std::string_view pattern, std::string_view name) {
  if (name.empty()) return 0;
  if (pattern == name) return std::numeric_limits<std::size_t>::max();
  if (is_exact(pattern) || !matches_glob(pattern, name)) return 0;
  return pattern.size();
}

/// The first of the heaviest; null where all weigh 0.
template <typename Rule, typename Weigh>
const Rule* heaviest(const std::vector<Rule>& rules, const Weigh& weigh) {
  const Rule* best = nullptr;
  std::size_t best_weight = 0;
  for (const Rule& rule : rules) {
    if (const std::size_t weight = weigh(rule); weight > best_weight) {
      best = &rule;
      best_weight = weight;
    }
  }
  return best;
}

struct Number {
  std::int64_t value;
  std::string_view unit;
};

/// "7d" is 7 and "d". Empty where no digit leads, or there are more than 18.
std::optional<Number> split_number(std::string_view text) {
  const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
  if (end > 18) return std::nullopt;
  const auto value = parse_int(text.substr(0, end));
  if (!value) return std::nullopt;
  return Number{*value, text.substr(end)};
}

std::optional<std::int64_t> multiply(std::int64_t value, std::int64_t factor, std::int64_t most) {
  if (value > most / factor) return std::nullopt;
  return value * factor;
}

}  // namespace

std::string RuleOrigin::text() const { return file + ":" + std::to_string(line); }

bool Policy::empty() const {
  return tables.empty() && streams.empty() && keys.empty() && !redis && containers.empty();
}

const TableRule* rule_for_table(const Policy& policy, std::string_view schema,
                                std::string_view name) {
  const std::string qualified = std::string{schema} + "." + std::string{name};
  return heaviest(policy.tables, [&](const TableRule& rule) {
    const bool with_schema = rule.pattern.find('.') != std::string::npos;
    if (with_schema) return weight_of(rule.pattern, qualified);
    // An exact name without its schema gives way to one with it.
    const std::size_t weight = weight_of(rule.pattern, name);
    return weight == std::numeric_limits<std::size_t>::max() ? weight - 1 : weight;
  });
}

const StreamRule* rule_for_stream(const Policy& policy, std::string_view key) {
  return heaviest(policy.streams,
                  [&](const StreamRule& rule) { return weight_of(rule.pattern, key); });
}

const KeyRule* rule_for_keys(const Policy& policy, std::string_view family_pattern) {
  return heaviest(policy.keys,
                  [&](const KeyRule& rule) { return weight_of(rule.pattern, family_pattern); });
}

const ContainerRule* rule_for_container(const Policy& policy, std::string_view service,
                                        std::string_view name) {
  const auto by = [&](std::string_view text) {
    return heaviest(policy.containers,
                    [&](const ContainerRule& rule) { return weight_of(rule.pattern, text); });
  };
  const ContainerRule* of_service = by(service);
  const ContainerRule* of_name = by(name);
  if (of_service == nullptr || of_name == nullptr) return of_service ? of_service : of_name;
  // "*" speaks for every service; it does not hide a rule that names the container.
  return weight_of(of_name->pattern, name) > weight_of(of_service->pattern, service) ? of_name
                                                                                     : of_service;
}

std::optional<Seconds> parse_span(std::string_view text) {
  // A hundred years: far past any policy, and far from where an Instant overflows.
  constexpr std::int64_t kMost = std::int64_t{36'525} * 86'400;
  const auto number = split_number(text);
  if (!number || number->unit.size() != 1) return std::nullopt;
  const auto times = [&](std::int64_t factor) -> std::optional<Seconds> {
    const auto seconds = multiply(number->value, factor, kMost);
    return seconds ? std::optional{Seconds{*seconds}} : std::nullopt;
  };
  switch (number->unit.front()) {
    case 's':
      return times(1);
    case 'm':
      return times(60);
    case 'h':
      return times(3'600);
    case 'd':
      return times(86'400);
    case 'w':
      return times(604'800);
    default:
      return std::nullopt;
  }
}

std::optional<Bytes> parse_size(std::string_view text) {
  constexpr std::string_view kPrefixes = "kmgt";
  const auto number = split_number(text);
  if (!number) return std::nullopt;
  std::string unit{number->unit};
  std::transform(unit.begin(), unit.end(), unit.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::size_t power = 0;
  if (!unit.empty() && unit != "b") {
    power = kPrefixes.find(unit.front()) + 1;  // npos + 1 is 0: no such prefix
    const std::string_view rest = std::string_view{unit}.substr(1);
    if (power == 0 || !(rest.empty() || rest == "b" || rest == "ib")) return std::nullopt;
  }
  const auto bytes = multiply(number->value, std::int64_t{1} << (10 * power),
                              std::numeric_limits<std::int64_t>::max());
  return bytes ? std::optional{Bytes{*bytes}} : std::nullopt;
}

}  // namespace plimsoll
