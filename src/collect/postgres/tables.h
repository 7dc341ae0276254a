#pragma once

#include <string>
#include <vector>

#include "census/postgres.h"
#include "collect/postgres/relations.h"
#include "collect/postgres/timescale.h"

namespace plimsoll {

/// A table of the census with what it was made of, while it is being made.
struct TableDraft {
  Table table;
  const Relation* root = nullptr;
  std::vector<const Relation*> leaves;  ///< what holds its rows: itself, partitions or chunks
  std::string hypertable_time_type;
};

struct TableDrafts {
  std::vector<TableDraft> drafts;  ///< largest first
  Bytes internal_bytes;            ///< TimescaleDB's own small tables
};

/// Puts partitions and chunks into their tables and adds up. Pure. `relations` must outlive the
/// result.
TableDrafts draft_tables(const Relations& relations, const TimescaleFacts& timescale,
                         std::int64_t block_size);

}  // namespace plimsoll
