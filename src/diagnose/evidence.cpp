#include "diagnose/evidence.h"

#include <cmath>

namespace plimsoll {

Evidence& Evidence::add(std::string name, FactValue value, std::string unit, std::string source) {
  facts_.push_back(
      {std::move(name), std::move(value), std::move(unit), std::move(source), read_at_});
  return *this;
}

Evidence& Evidence::unknown(std::string name, std::string unit, std::string source) {
  return add(std::move(name), Unknown{}, std::move(unit), std::move(source));
}

Evidence& Evidence::add_growth(const std::optional<GrowthRate>& growth, const std::string& items) {
  if (!growth) return *this;
  const std::string source{name_of(growth->source)};
  if (growth->bytes_per_day) {
    add("growth", BytesPerDay{*growth->bytes_per_day}, "bytes_per_day", source);
  }
  if (growth->items_per_day) {
    add(items + "_per_day", static_cast<std::int64_t>(std::llround(*growth->items_per_day)),
        items + "_per_day", source);
  }
  return *this;
}

Evidence& Evidence::add_bound(std::string name, const SizeBound& bound, std::string source) {
  return std::visit(
      [&](const auto& value) -> Evidence& {
        return add(std::move(name), value, "bytes", std::move(source));
      },
      bound);
}

}  // namespace plimsoll
