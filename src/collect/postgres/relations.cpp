#include "collect/postgres/relations.h"

#include <cmath>

namespace plimsoll {
namespace {

std::string strategy_name(std::string_view letter) {
  if (letter == "r") return "range";
  if (letter == "l") return "list";
  if (letter == "h") return "hash";
  return {};
}

void parse_counters(const postgres::Row& row, Relation& relation) {
  const auto number = [&](std::string_view column) { return row.integer(column).value_or(0); };
  relation.inserted = number("inserted");
  relation.updated = number("updated");
  relation.deleted = number("deleted");
  relation.live_tuples = number("live_tuples");
  relation.dead_tuples = number("dead_tuples");
  relation.sequential_scans = number("sequential_scans");
  relation.index_scans = number("index_scans");
  relation.index_count = static_cast<int>(number("index_count"));
  relation.last_vacuum = row.instant("last_vacuum");
}

Relation parse_relation(const postgres::Row& row) {
  Relation relation;
  relation.oid = row.integer("oid").value_or(0);
  relation.parent = row.integer("parent").value_or(0);
  relation.schema = row.text("schema");
  relation.name = row.text("name");
  const auto kind = row.cell("kind").value_or("r");
  relation.kind = kind.empty() ? 'r' : kind.front();
  relation.is_partition = row.flag("is_partition");
  relation.detach_pending = row.flag("detach_pending");
  if (const auto bound = row.cell("bound")) relation.bound = parse_bound(*bound);
  relation.strategy = strategy_name(row.cell("strategy").value_or(""));
  relation.partition_key = row.text("partition_key");
  relation.readable = row.boolean("readable").value_or(true);
  relation.autovacuum_disabled = row.flag("autovacuum_disabled");
  relation.reltuples = row.integer("reltuples").value_or(-1);
  relation.relpages = row.integer("relpages").value_or(0);
  parse_counters(row, relation);
  return relation;
}

}  // namespace

std::optional<Bytes> Relation::bytes() const {
  if (!heap_bytes || !index_bytes || !toast_bytes) return std::nullopt;
  return *heap_bytes + *index_bytes + *toast_bytes;
}

Relations Relations::parse(const postgres::Rows& tables) {
  Relations relations;
  relations.all_.reserve(tables.size());
  for (std::size_t i = 0; i < tables.size(); ++i) {
    auto relation = parse_relation(tables[i]);
    relations.by_oid_.emplace(relation.oid, i);
    relations.by_name_.emplace(relation.qualified(), i);
    if (relation.parent != 0) relations.children_[relation.parent].push_back(i);
    relations.all_.push_back(std::move(relation));
  }
  return relations;
}

void Relations::add_sizes(const postgres::Rows& sizes) {
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const auto row = sizes[i];
    const auto found = by_oid_.find(row.integer("oid").value_or(0));
    if (found == by_oid_.end()) continue;
    auto& relation = all_[found->second];
    relation.main_bytes = row.bytes("main_bytes");
    relation.heap_bytes = row.bytes("heap_bytes");
    relation.index_bytes = row.bytes("index_bytes");
    relation.toast_bytes = row.bytes("toast_bytes");
    relation.stale = row.flag("stale");
    // Locked before anybody counted its pages: 0 would be a wrong zero.
    if (relation.stale && relation.main_bytes == Bytes{0}) {
      relation.main_bytes = relation.heap_bytes = relation.index_bytes = relation.toast_bytes =
          std::nullopt;
    }
  }
}

const Relation* Relations::find(Oid oid) const {
  const auto found = by_oid_.find(oid);
  return found == by_oid_.end() ? nullptr : &all_[found->second];
}

const Relation* Relations::find(const std::string& qualified) const {
  const auto found = by_name_.find(qualified);
  return found == by_name_.end() ? nullptr : &all_[found->second];
}

std::vector<const Relation*> Relations::children(const Relation& parent) const {
  std::vector<const Relation*> found;
  const auto indexes = children_.find(parent.oid);
  if (indexes == children_.end()) return found;
  for (const auto index : indexes->second) found.push_back(&all_[index]);
  return found;
}

std::vector<const Relation*> Relations::leaves(const Relation& root) const {
  // Breadth first; a reply in which something is its own ancestor must not run for ever.
  std::vector<const Relation*> found{&root};
  for (std::size_t i = 0; i < found.size() && found.size() <= all_.size(); ++i) {
    for (const auto* child : children(*found[i])) found.push_back(child);
  }
  std::erase_if(found, [](const Relation* relation) { return relation->kind == 'p'; });
  return found;
}

std::optional<std::int64_t> estimated_rows(const Relation& relation, std::int64_t block_size) {
  if (relation.main_bytes == Bytes{0}) return 0;
  if (relation.reltuples > 0 && relation.relpages > 0) {
    const auto pages =
        relation.main_bytes && !relation.stale
            ? static_cast<double>(relation.main_bytes->count()) / static_cast<double>(block_size)
            : static_cast<double>(relation.relpages);
    return std::llround(static_cast<double>(relation.reltuples) * pages /
                        static_cast<double>(relation.relpages));
  }
  if (relation.live_tuples > 0) return relation.live_tuples;
  return std::nullopt;
}

}  // namespace plimsoll
