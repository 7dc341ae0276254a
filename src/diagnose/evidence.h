#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "census/store.h"
#include "diagnose/finding.h"

namespace plimsoll {

/// The evidence of one finding as it is gathered. A fact that is not known is left out, unless the
/// reader must see that it is: then unknown() puts it in as Unknown.
class Evidence {
 public:
  explicit Evidence(Instant read_at) : read_at_{read_at} {}

  Evidence& add(std::string name, FactValue value, std::string unit, std::string source);
  Evidence& unknown(std::string name, std::string unit, std::string source);

  template <typename T>
  Evidence& add_known(std::string name, const std::optional<T>& value, std::string unit,
                      std::string source) {
    if (value) add(std::move(name), *value, std::move(unit), std::move(source));
    return *this;
  }

  /// bytes_per_day and items_per_day of a rate, with the way it was measured as the source.
  Evidence& add_growth(const std::optional<GrowthRate>& growth, const std::string& items);
  Evidence& add_bound(std::string name, const SizeBound& bound, std::string source);

  operator std::vector<Fact>() const { return facts_; }  // NOLINT: ends the chain

 private:
  Instant read_at_;
  std::vector<Fact> facts_;
};

}  // namespace plimsoll
