#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/json_text.h"
#include "scanner/scanner.h"

namespace plimsoll::market {

/// The fields of metadata as they stand in a row: avg_volume_30d to exchange, without braces.
std::string facts_json_of(const Metadata& metadata);

/// Writes a row of ScannerTicker: numbers with up to four decimals, null for what is unknown,
/// `timestamp` the exchange's time. `volume` is the last minute's, `metadata` the gaps.
void write_row(JsonText& to, const Scanner& scanner, const ScannerRow& row);

/// The gaps of a row as one object: `metadata` of the row's JSON and of scan_results.
void write_gaps_json(JsonText& to, const ScannerRow& row, Session session);

/// The rows of one ranking as JSON, each rendered when it is first asked for.
class RowJson {
 public:
  explicit RowJson(std::size_t rows);
  /// Forgets all: there is a new ranking.
  void clear();
  /// Valid until the next call.
  std::string_view of(const Scanner& scanner, std::uint16_t number);

 private:
  struct Place {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  JsonText text_;
  std::vector<Place> places_;  ///< by number of the row; end 0: not rendered
};

}  // namespace plimsoll::market
