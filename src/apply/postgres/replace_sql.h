#pragma once

#include <string>
#include <vector>

#include "apply/postgres/partition_facts.h"

// What replacing a partition is made of, as SQL. Pure, but for read_replacement().
namespace plimsoll {

struct Replacement {
  ReplacePartition change;
  ParentFacts parent;
  PartitionFacts old;
  std::vector<std::string> columns;  ///< quoted; those that are stored, not generated
  std::vector<std::string> lookup;   ///< quoted; never null and indexed: they find a row
  std::vector<std::string> indexes;  ///< with {table} for the name
  bool needs_lookup_index = false;
  bool hashes_records =
      true;             ///< false: some type has no hash function, or the server is before 14
  std::string options;  ///< storage of the old one: USING … WITH (…) TABLESPACE …
  std::string persistence, replica_identity;

  TableName log() const { return {old.name.schema, "plimsoll_log_" + old.oid}; }
  TableName state() const { return {old.name.schema, "plimsoll_copied_" + old.oid}; }
  TableName lookup_index(std::size_t part) const {
    return {change.partitions[part].name.schema,
            "plimsoll_find_" + old.oid + "_" + std::to_string(part)};
  }
};

/// Its definition, read from the catalogs.
Result<void> read_replacement(PostgresServer& server, Replacement& replacement);

/// The log table and the triggers that write to it, and the table that says how far the copy is.
std::vector<std::string> begin_log(const Replacement& it);
/// All that begin_log() made, and `tables`; fails once the old partition is no partition any more.
std::vector<std::string> undo_log(const Replacement& it, const std::vector<std::string>& tables);
/// One new table with its rows, in a REPEATABLE READ transaction; returns rows, print (of the
/// rows of one instant in eight; read again from the old one, in the copy's own snapshot),
/// copied_rows, copied_print (from the new table). `alone`: no other part is made meanwhile, so the
/// server's parallel workers may help.
std::vector<std::string> copy_range(const Replacement& it, std::size_t part, bool alone);
/// And what the planner needs to know of it, before anybody reads it.
std::vector<std::string> build_indexes(const Replacement& it, std::size_t part, bool alone);

/// The snapshot each part was copied in, in order.
using Snapshots = std::vector<std::string>;
/// Replays at most `limit` changes; returns `remaining`, counted up to `limit` and one.
std::vector<std::string> replay(const Replacement& it, const Snapshots& snapshots, int limit);
/// The new ones in place of the old one, everything replayed.
std::vector<std::string> swap(const Replacement& it, const Snapshots& snapshots);
/// The old one and all that was made for it. Whoever wrote to it by its own name after the swap is
/// in the log, and is replayed.
std::vector<std::string> drop_old(const Replacement& it, const Snapshots& snapshots);

}  // namespace plimsoll
