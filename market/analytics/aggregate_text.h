#pragma once

#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "analytics/second_aggregates.h"

namespace plimsoll::market {

/// An aggregate as the entry of stream:realtime:aggregates: field and value, all text. Reuses its
/// buffer; what it returns is valid until the next call.
class AggregateText {
 public:
  using Field = std::pair<std::string_view, std::string_view>;
  static constexpr std::size_t kFields = 12;

  std::span<const Field, kFields> of(const SecondAggregate& aggregate);

 private:
  std::array<char, 400> buffer_{};
  std::array<Field, kFields> fields_{};
};

}  // namespace plimsoll::market
