#include "collect/postgres/stages.h"
#include "link/postgres/probes.h"

namespace plimsoll {
namespace {

/// Below this an index nobody uses is not worth a word.
constexpr Bytes kNotable = 1_MiB;

std::optional<Bytes> bytes_of(const PostgresCensus& census, const std::string& table) {
  for (const auto& known : census.tables) {
    if (known.qualified() == table) return known.bytes;
  }
  return std::nullopt;
}

}  // namespace

void collect_indexes(Reading& reading, PostgresCensus& census) {
  const auto rows = reading.ask(postgres::kNotableIndexes);
  for (std::size_t i = 0; rows && i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    Index index;
    index.name = row.text("name");
    index.table = row.text("table");
    index.bytes = row.bytes("bytes");
    index.valid = row.boolean("valid").value_or(true);
    index.constraint = row.flag("constraint");
    index.scans = row.integer("scans");
    if (!index.valid || index.bytes.value_or(kNotable) >= kNotable) {
      census.notable_indexes.push_back(std::move(index));
    }
  }
  const auto left = reading.ask(postgres::kLeftovers);
  for (std::size_t i = 0; left && i < left->size(); ++i) {
    const auto row = (*left)[i];
    Leftover leftover{row.text("what"), row.text("tool"), row.bytes("bytes")};
    if (!leftover.bytes) leftover.bytes = bytes_of(census, leftover.what);
    census.leftovers.push_back(std::move(leftover));
  }
}

}  // namespace plimsoll
