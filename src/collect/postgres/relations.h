#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "collect/postgres/parse.h"
#include "link/postgres/rows.h"

namespace plimsoll {

using Oid = std::int64_t;

/// One row of pg_class that holds rows of a table: the table itself, a partition or a chunk.
struct Relation {
  Oid oid = 0;
  Oid parent = 0;  ///< 0: none
  std::string schema;
  std::string name;
  char kind = 'r';  ///< relkind: r, p, m
  bool is_partition = false;
  bool detach_pending = false;
  PartitionBound bound;
  std::string strategy;  ///< "range", "list", "hash"; empty where not partitioned
  std::string partition_key;
  bool readable = true;
  bool autovacuum_disabled = false;
  std::int64_t reltuples = -1;  ///< -1: never counted
  std::int64_t relpages = 0;
  std::int64_t inserted = 0, updated = 0, deleted = 0, live_tuples = 0, dead_tuples = 0;
  std::int64_t sequential_scans = 0, index_scans = 0;
  int index_count = 0;
  std::optional<Instant> last_vacuum;

  std::optional<Bytes> main_bytes;  ///< of the rows' own file; heap_bytes adds its two maps
  std::optional<Bytes> heap_bytes, index_bytes, toast_bytes;
  bool stale = false;

  std::string qualified() const { return schema + "." + name; }
  std::optional<Bytes> bytes() const;
};

/// All relations, findable by oid and by qualified name; children of each in order of reading.
class Relations {
 public:
  static Relations parse(const postgres::Rows& tables);
  /// Rows of kTableSizes or kTablePages; those of relations that are not here are left out.
  void add_sizes(const postgres::Rows& sizes);

  const std::vector<Relation>& all() const { return all_; }
  const Relation* find(Oid oid) const;
  const Relation* find(const std::string& qualified) const;
  std::vector<const Relation*> children(const Relation& parent) const;
  /// The relation itself and everything below it that holds rows.
  std::vector<const Relation*> leaves(const Relation& root) const;

 private:
  std::vector<Relation> all_;
  std::unordered_map<Oid, std::size_t> by_oid_;
  std::unordered_map<std::string, std::size_t> by_name_;
  std::unordered_map<Oid, std::vector<std::size_t>> children_;
};

/// As the planner estimates them: counted density × pages of now; else the live tuples of the
/// statistics; zero for an empty file. Empty where nothing is known.
std::optional<std::int64_t> estimated_rows(const Relation& relation, std::int64_t block_size);

}  // namespace plimsoll
