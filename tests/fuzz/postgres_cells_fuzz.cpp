// What PostgreSQL writes into cells, and what it says when it refuses.
#include <string>

#include "base/text.h"
#include "collect/postgres/parse.h"
#include "fuzz.h"
#include "link/postgres/complaint.h"
#include "link/postgres/quote.h"
#include "link/postgres/rows.h"

using namespace plimsoll;

namespace {

const Instant kNow = instant_of_unix_seconds(1'762'880'400);

void check_row(std::string_view input) {
  postgres::Rows rows{"cell"};
  rows.add_cell(input);
  const auto row = rows[0];
  fuzz::require(row.cell("cell") == input, "a cell is what the server wrote");
  row.integer("cell");
  row.real("cell");
  row.bytes("cell");
  row.boolean("cell");
  row.instant("cell");
}

// What is written as an array parameter reads as the same elements.
void check_array(std::string_view input) {
  parse_array(input);
  std::vector<std::string> elements;
  for (const auto part : split(input, '\n')) elements.emplace_back(part);
  fuzz::require(parse_array(postgres::array_literal(elements)) == elements,
                "an array reads the same again");
}

void check_number(std::string_view input) {
  const auto value = parse_int(input);
  if (!value) return;
  if (const auto unit = epoch_unit(*value, kNow)) {
    const auto instant = instant_of(*value, *unit);
    fuzz::require(instant > instant_of_unix_seconds(0) && instant < kNow + Days{3660},
                  "an epoch is a time of our days");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::text_of(data, size);
  check_row(input);
  check_array(input);
  check_number(input);
  parse_interval(input);
  parse_bound(input);
  parse_time_value(input, std::nullopt);
  for (const auto unit : {EpochUnit::seconds, EpochUnit::milliseconds, EpochUnit::microseconds,
                          EpochUnit::nanoseconds})
    parse_time_value(input, unit);
  const auto complaint = postgres::parse_complaint(input);
  fuzz::require(printable(complaint.message) == complaint.message, "a complaint is printable");
  fuzz::require(complaint.sqlstate.empty() || complaint.sqlstate.size() == 5,
                "a state has five characters");
  return 0;
}
