#include "scanner/filter_json.h"

#include <cmath>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

namespace plimsoll::market {
namespace {

using FilterJson = nlohmann::json;
using SetParameter = std::function<bool(ScannerFilter&, const FilterJson&)>;

constexpr double kMostParameter = 1e14;

std::optional<double> parameter_number(const FilterJson& value) {
  if (!value.is_number()) return std::nullopt;
  const auto number = value.get<double>();
  if (!(std::abs(number) <= kMostParameter)) return std::nullopt;
  return number;
}

template <typename T>
SetParameter fixed_point(std::optional<T> ScannerFilter::*member) {
  return [member](ScannerFilter& filter, const FilterJson& value) {
    const auto number = parameter_number(value);
    if (!number) return false;
    filter.*member = T{Decimal::of(*number).units};
    return true;
  };
}

SetParameter whole(std::optional<std::int64_t> ScannerFilter::*member) {
  return [member](ScannerFilter& filter, const FilterJson& value) {
    const auto number = parameter_number(value);
    if (!number) return false;
    filter.*member = static_cast<std::int64_t>(std::llround(*number));
    return true;
  };
}

SetParameter texts(std::vector<std::string> ScannerFilter::*member) {
  return [member](ScannerFilter& filter, const FilterJson& value) {
    if (!value.is_array()) return false;
    for (const auto& text : value) {
      if (!text.is_string()) return false;
      (filter.*member).push_back(text.get<std::string>());
    }
    return true;
  };
}

bool set_sessions(ScannerFilter& filter, const FilterJson& value) {
  if (!value.is_array()) return false;
  for (const auto& text : value) {
    const auto session = text.is_string() ? session_named(text.get<std::string>()) : std::nullopt;
    if (!session) return false;
    filter.sessions.push_back(*session);
  }
  return true;
}

bool set_age(ScannerFilter& filter, const FilterJson& value) {
  const auto number = parameter_number(value);
  if (!number || *number < 0) return false;
  filter.max_data_age = std::chrono::seconds{std::llround(*number)};
  return true;
}

const std::map<std::string, SetParameter, std::less<>>& filter_parameters() {
  using F = ScannerFilter;
  static const std::map<std::string, SetParameter, std::less<>> kParameters{
      {"min_rvol", fixed_point(&F::min_rvol)},
      {"max_rvol", fixed_point(&F::max_rvol)},
      {"min_price", fixed_point(&F::min_price)},
      {"max_price", fixed_point(&F::max_price)},
      {"min_volume", whole(&F::min_volume)},
      {"min_change_percent", fixed_point(&F::min_change_percent)},
      {"max_change_percent", fixed_point(&F::max_change_percent)},
      {"min_market_cap", whole(&F::min_market_cap)},
      {"max_market_cap", whole(&F::max_market_cap)},
      {"min_float", whole(&F::min_float)},
      {"max_float", whole(&F::max_float)},
      {"min_price_from_high", fixed_point(&F::min_price_from_high)},
      {"max_price_from_high", fixed_point(&F::max_price_from_high)},
      {"min_minute_volume", whole(&F::min_minute_volume)},
      {"max_data_age_seconds", set_age},
      {"sectors", texts(&F::sectors)},
      {"industries", texts(&F::industries)},
      {"exchanges", texts(&F::exchanges)},
      {"sessions", set_sessions},
  };
  return kParameters;
}

tl::unexpected<Error> bad_filter(const std::string& name, const std::string& what) {
  return failure(ErrorCode::malformed, say("filter '{}': {} cannot be understood",
                                           "filtro '{}': no se entiende {}", {name, what}));
}

}  // namespace

Result<ScannerFilter> parse_filter(std::string name, bool enabled, std::string_view parameters) {
  const auto parsed = FilterJson::parse(parameters, nullptr, false);
  if (!parsed.is_object()) return bad_filter(name, "parameters");
  ScannerFilter filter{.name = std::move(name), .enabled = enabled};
  for (const auto& [key, value] : parsed.items()) {
    const auto known = filter_parameters().find(key);
    if (known == filter_parameters().end()) return bad_filter(filter.name, key);
    if (!value.is_null() && !known->second(filter, value)) return bad_filter(filter.name, key);
  }
  return filter;
}

}  // namespace plimsoll::market
