#pragma once

#include "apply/timescale/hypertable_definition.h"

namespace plimsoll::timescale {

/// The statements that put a hypertable of small chunks in the place of another one. Pure.
///
/// Everything of ours stands in schema `plimsoll_<oid of the old one>`: the new hypertable under
/// its final name (so that names of indexes and keys are right from the start), the log a row
/// trigger on the old one writes, and how far the copy has come. Both hypertables change schema in
/// the swap; the old one goes to `plimsoll_<oid>_old`.
///
/// Rows before `cut` are neither copied nor logged. The log says '+' for a row that came and '-'
/// for one that went; an update is both. One statement copies a slice of time and removes the log
/// entries of that slice, so they share a snapshot: what it saw was copied, what it did not see is
/// still in the log.
class Replacement {
 public:
  Replacement(TableName table, const HypertableFacts& facts, const ReplaceHypertable& change,
              std::string oid);

  const TableName& table() const { return table_; }
  const TableName& fresh() const { return fresh_; }  ///< the new one, before the swap
  const TableName& old() const { return old_; }      ///< the old one, after it
  const std::string& schema() const { return fresh_.schema; }
  std::string in_schema(const char* name) const;  ///< "plimsoll_16401"."log"

  struct Slices {
    std::int64_t count = 1;
    Seconds length{};
  };
  /// Of a new chunk's length each, 500 at most; one where no index finds a slice.
  Slices slices(const std::vector<ChunkFacts>& chunks, bool time_index) const;

  std::vector<std::string> prepare(const HypertableDefinition& definition, Slices slices) const;
  std::vector<std::string> capture() const;
  std::string copy(const HypertableDefinition& definition, Slices slices, std::int64_t slice) const;
  /// The oldest `limit` entries of the log carried out on `target`; all of them where there is
  /// none.
  std::string replay(const HypertableDefinition& definition, const TableName& target,
                     std::optional<std::int64_t> limit) const;
  /// One row: equal, rows. Old rows from `cut` on against new rows and log, in one snapshot.
  std::string verify(const HypertableDefinition& definition) const;
  std::vector<std::string> swap(const HypertableDefinition& definition,
                                const std::vector<ChunkFacts>& chunks) const;
  std::vector<std::string> drop(const HypertableDefinition& definition) const;
  std::vector<std::string> undo() const;

 private:
  std::string time(Instant instant) const;
  std::string slice_condition(Slices slices, std::int64_t slice) const;
  std::vector<std::string> remove_our_own() const;

  TableName table_, fresh_, old_;
  const HypertableFacts& facts_;
  const ReplaceHypertable& change_;
};

}  // namespace plimsoll::timescale
