#include "collect/postgres/tables.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace plimsoll {
namespace {

constexpr std::string_view kInternalSchema = "_timescaledb_internal";
/// TimescaleDB's own tables are counted with the catalogs, until one is worth a line of its own
/// (bgw_job_stat_history has been seen to take 20 GB).
constexpr Bytes kNotableInternal = 16_MiB;

struct Sum {
  std::optional<Bytes> total;
  bool incomplete = false;

  void add(std::optional<Bytes> bytes) {
    if (!bytes) {
      incomplete = true;
      return;
    }
    total = total.value_or(Bytes{}) + *bytes;
  }
};

class Drafting {
 public:
  Drafting(const Relations& relations, const TimescaleFacts& timescale, std::int64_t block_size)
      : relations_{relations}, timescale_{timescale}, block_size_{block_size} {
    for (const auto& hypertable : timescale.hypertables) {
      hypertables_.emplace(hypertable.schema + "." + hypertable.name, &hypertable);
    }
    for (const auto& [hypertable, chunks] : timescale.chunks) {
      for (const auto& chunk : chunks) chunk_names_.insert(chunk.name);
    }
  }

  TableDrafts draft() {
    TableDrafts result;
    for (const auto& relation : relations_.all()) {
      const auto hypertable = hypertables_.find(relation.qualified());
      if (hypertable != hypertables_.end()) {
        result.drafts.push_back(draft_hypertable(relation, *hypertable->second));
      } else if (relation.kind == 'p' && !is_child(relation)) {
        result.drafts.push_back(draft_partitioned(relation));
      } else if (relation.schema == kInternalSchema) {
        draft_internal(relation, result);
      } else if (!is_child(relation)) {
        result.drafts.push_back(draft_plain(relation));
      }
    }
    std::stable_sort(result.drafts.begin(), result.drafts.end(),
                     [](const TableDraft& a, const TableDraft& b) {
                       return a.table.bytes.value_or(Bytes{-1}) > b.table.bytes.value_or(Bytes{-1});
                     });
    return result;
  }

 private:
  /// Children of plain inheritance stand for themselves: nothing says that they are parts of one.
  bool is_child(const Relation& relation) const {
    if (chunk_names_.contains(relation.qualified())) return true;
    return relation.is_partition && relations_.find(relation.parent) != nullptr;
  }

  TableDraft draft_plain(const Relation& relation) const {
    TableDraft draft = begin(relation, relation.kind == 'm' ? "materialized_view" : "table");
    draft.leaves.push_back(&relation);
    // A hypertable whose views could not be read.
    for (const auto* child : relations_.children(relation)) {
      if (child->schema == kInternalSchema) draft.leaves.push_back(child);
    }
    add_up(draft);
    return draft;
  }

  void draft_internal(const Relation& relation, TableDrafts& result) const {
    const bool of_chunk = chunk_names_.contains(relation.qualified()) || relation.parent != 0;
    const bool compressed = relation.name.starts_with("compress_hyper_") ||
                            relation.name.starts_with("_compressed_hypertable_");
    if (of_chunk || (compressed && !timescale_.chunk_sizes.empty())) return;
    const auto bytes = relation.bytes().value_or(Bytes{});
    if (bytes > kNotableInternal) {
      result.drafts.push_back(draft_plain(relation));
    } else {
      result.internal_bytes += bytes;
    }
  }

  TableDraft draft_partitioned(const Relation& relation) const {
    TableDraft draft = begin(relation, "partitioned_table");
    draft.leaves = relations_.leaves(relation);
    add_up(draft);
    PartitionedTable shape{relation.strategy, relation.partition_key, {}};
    for (const auto* child : relations_.children(relation)) {
      Partition partition;
      partition.name = child->qualified();
      partition.range_start = child->bound.from;
      partition.range_end = child->bound.to;
      partition.is_default = child->bound.is_default;
      partition.detach_pending = child->detach_pending;
      Sum bytes;
      std::optional<std::int64_t> rows = 0;
      for (const auto* leaf : relations_.leaves(*child)) {
        bytes.add(leaf->bytes());
        const auto counted = estimated_rows(*leaf, block_size_);
        rows = rows && counted ? std::optional{*rows + *counted} : std::nullopt;
      }
      partition.bytes = bytes.total;
      partition.rows = rows;
      shape.partitions.push_back(std::move(partition));
    }
    std::stable_sort(
        shape.partitions.begin(), shape.partitions.end(),
        [](const Partition& a, const Partition& b) { return a.range_start < b.range_start; });
    draft.table.shape = std::move(shape);
    return draft;
  }

  TableDraft draft_hypertable(const Relation& relation, const HypertableFacts& facts) const {
    TableDraft draft =
        begin(relation, facts.aggregate_view ? "continuous_aggregate" : "hypertable");
    draft.table.aggregate_view = facts.aggregate_view;
    draft.hypertable_time_type = facts.time_type;
    draft.leaves.push_back(&relation);
    Hypertable shape = facts.shape;
    const auto chunks = timescale_.chunks.find(relation.qualified());
    if (chunks != timescale_.chunks.end()) {
      for (Chunk chunk : chunks->second) {
        if (const auto* leaf = relations_.find(chunk.name)) {
          draft.leaves.push_back(leaf);
          chunk.bytes = leaf->bytes();
          if (!chunk.compressed) chunk.rows = estimated_rows(*leaf, block_size_);
        }
        if (const auto size = timescale_.chunk_sizes.find(chunk.name);
            size != timescale_.chunk_sizes.end()) {
          chunk.bytes = size->second.heap + size->second.index + size->second.toast;
        }
        shape.chunks.push_back(std::move(chunk));
      }
    }
    add_up(draft);
    const auto counted = timescale_.row_counts.find(relation.qualified());
    if (std::any_of(shape.chunks.begin(), shape.chunks.end(),
                    [](const Chunk& chunk) { return chunk.compressed; })) {
      draft.table.rows =
          counted == timescale_.row_counts.end() ? std::nullopt : std::optional{counted->second};
    }
    draft.table.shape = std::move(shape);
    return draft;
  }

  static TableDraft begin(const Relation& relation, std::string kind) {
    TableDraft draft;
    draft.root = &relation;
    draft.table.schema = relation.schema;
    draft.table.name = relation.name;
    draft.table.kind = std::move(kind);
    draft.table.readable = relation.readable;
    draft.table.index_count = relation.index_count;
    draft.table.autovacuum_disabled = relation.autovacuum_disabled;
    return draft;
  }

  /// Sizes, rows and activity of everything that holds rows. A leaf of unknown size makes the sum
  /// stale, not unknown: the others are there.
  void add_up(TableDraft& draft) const {
    Sum heap;
    Sum index;
    Sum toast;
    std::optional<std::int64_t> rows = 0;
    for (const auto* leaf : draft.leaves) {
      const auto size = timescale_.chunk_sizes.find(leaf->qualified());
      const bool whole = size != timescale_.chunk_sizes.end();
      heap.add(whole ? std::optional{size->second.heap} : leaf->heap_bytes);
      index.add(whole ? std::optional{size->second.index} : leaf->index_bytes);
      toast.add(whole ? std::optional{size->second.toast} : leaf->toast_bytes);
      const auto counted = estimated_rows(*leaf, block_size_);
      rows = rows && counted ? std::optional{*rows + *counted} : std::nullopt;
      draft.table.bytes_stale = draft.table.bytes_stale || leaf->stale;
      draft.table.autovacuum_disabled =
          draft.table.autovacuum_disabled || leaf->autovacuum_disabled;
    }
    auto& table = draft.table;
    table.heap_bytes = heap.total;
    table.index_bytes = index.total;
    table.toast_bytes = toast.total;
    if (heap.total && index.total && toast.total) {
      table.bytes = *heap.total + *index.total + *toast.total;
      table.bytes_stale = table.bytes_stale || heap.incomplete;
    }
    // A partitioned table without partitions holds nothing.
    if (draft.leaves.empty()) {
      table.bytes = table.heap_bytes = table.index_bytes = table.toast_bytes = Bytes{};
    }
    table.rows = rows;
    add_activity(draft);
  }

  static void add_activity(TableDraft& draft) {
    auto& table = draft.table;
    table.inserted = table.updated = table.deleted = table.live_tuples = table.dead_tuples =
        table.sequential_scans = table.index_scans = 0;
    for (const auto* leaf : draft.leaves) {
      *table.inserted += leaf->inserted;
      *table.updated += leaf->updated;
      *table.deleted += leaf->deleted;
      *table.live_tuples += leaf->live_tuples;
      *table.dead_tuples += leaf->dead_tuples;
      *table.sequential_scans += leaf->sequential_scans;
      *table.index_scans += leaf->index_scans;
      if (leaf->last_vacuum && (!table.last_vacuum || *table.last_vacuum < *leaf->last_vacuum)) {
        table.last_vacuum = leaf->last_vacuum;
      }
    }
  }

  const Relations& relations_;
  const TimescaleFacts& timescale_;
  std::int64_t block_size_;
  std::unordered_map<std::string, const HypertableFacts*> hypertables_;
  std::unordered_set<std::string> chunk_names_;
};

}  // namespace

TableDrafts draft_tables(const Relations& relations, const TimescaleFacts& timescale,
                         std::int64_t block_size) {
  return Drafting{relations, timescale, block_size}.draft();
}

}  // namespace plimsoll
