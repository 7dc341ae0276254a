#include <algorithm>

#include "apply/postgres/disk_space.h"
#include "apply/postgres/replacing.h"
#include "base/text.h"
#include "link/postgres/quote.h"
#include "plan/partition_names.h"

// What stands in the way of a replacement, and what an earlier run of it left.
namespace plimsoll {
namespace {

constexpr Bytes kLargeDefault = 64_MiB;  ///< attaching reads a default partition under its lock

}  // namespace

Progress Replacing::refuse_what_cannot_be() {
  if (it_.old.kind != "r" || it_.persistence != "p") {
    return problem(StepState::refused,
                   say("{} is not an ordinary table", "{} no es una tabla ordinaria", {about()}));
  }
  for (const auto& oid : {it_.old.oid, it_.parent.oid}) {
    const auto dependents = dependents_of(server_, oid, oid == it_.old.oid);
    if (!dependents) return problem(dependents.error());
    const bool foreign_key = dependents->find("foreign key") != std::string::npos;
    if (!dependents->empty() && (oid == it_.old.oid || foreign_key)) {
      return problem(StepState::refused, say("{}: it would not keep its {}",
                                             "{}: no conservaría: {}", {about(), *dependents}));
    }
  }
  const auto* holder = it_.parent.default_partition();
  if (holder != nullptr && holder->bytes > kLargeDefault) {
    return problem(
        StepState::refused,
        say("the default partition {} holds {}, which the server would read under a lock",
            "la partición por defecto {} ocupa {}, que el servidor leería con un bloqueo",
            {printable(holder->name.name), holder->bytes}));
  }
  return {};
}

/// The planner's estimate of what is kept; only a clear lack is a reason to refuse.
Progress Replacing::check_space() {
  disk_before_ = free_disk(server_, it_.old.name);
  if (!disk_before_) {
    watch_.progress(
        say("free disk is not known: not checked", "no se conoce el disco libre: no se comprueba"),
        std::nullopt);
    return {};
  }
  const auto rows = server_.act(question(
      about(),
      "EXPLAIN SELECT FROM ONLY " + quoted(it_.old.name) + " WHERE " +
          rows_within(it_.change.range, it_.change.axis,
                      postgres::quote_identifier(it_.change.axis.column), it_.change.cut)));
  const auto counted = server_.act(
      question(about(), "SELECT reltuples::bigint AS rows FROM pg_class WHERE oid = $1::oid",
               {it_.old.oid}));
  if (!rows || !counted) return problem(rows ? counted.error() : rows.error());
  const auto plan = (*rows)[0].text("QUERY PLAN");
  const auto at = plan.find(" rows=");
  const auto total = (*counted)[0].integer("rows").value_or(0);
  const auto kept = at == std::string::npos
                        ? std::nullopt
                        : parse_int(plan.substr(at + 6, plan.find(' ', at + 6) - at - 6));
  if (!kept || total <= 0) return {};
  const double share = std::min(1.0, static_cast<double>(*kept) / static_cast<double>(total));
  const Bytes needed{static_cast<std::int64_t>(share * static_cast<double>(it_.old.bytes.count()))};
  if (needed <= *disk_before_) return {};
  return problem(StepState::refused,
                 say("about {} are copied, and {} are free", "se copian unos {} y hay {} libres",
                     {needed, *disk_before_}));
}

/// What an earlier run left. `fitting`: of this very plan, so that it can be gone on with.
Progress Replacing::look_at_copies(bool& fitting) {
  fitting = true;
  copied_.clear();
  rows_kept_ = 0;
  const auto there = server_.act(
      question(about(), "SELECT to_regclass($1) IS NOT NULL AS there", {quoted(it_.state())}));
  if (!there) return problem(there.error());
  log_there_ = (*there)[0].flag("there");
  if (!log_there_) return {};
  const auto rows = server_.act(question(
      about(),
      "SELECT s.*, c.oid IS NOT NULL AS there FROM " + quoted(it_.state()) +
          " s LEFT JOIN pg_class c ON c.oid = s.part_oid AND c.oid = to_regclass(s.part)"));
  if (!rows) return problem(rows.error());
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    const auto& parts = it_.change.partitions;
    const auto part = std::find_if(parts.begin(), parts.end(), [&](const auto& each) {
      return quoted(each.name) == row.text("part");
    });
    fitting = fitting && row.flag("there") && part != parts.end() &&
              row.text("cut") == bound_literal(it_.change.axis, it_.change.cut) &&
              row.text("bound") == bound_of(part->range, it_.change.axis);
    rows_kept_ += row.integer("rows").value_or(0);
    copied_[row.text("part")] = {row.text("snapshot"), row.flag("indexed")};
  }
  return {};
}

Progress Replacing::prepare() {
  bool fitting = true;
  if (auto looked = look_at_copies(fitting); !looked) return looked;
  if (!fitting) {
    if (auto undone = undo(); !undone) return problem(undone.error());
    log_there_ = false;
    copied_.clear();
  }
  if (auto refused = refuse_what_cannot_be(); !refused) return refused;
  for (const auto& part : it_.change.partitions) {
    if (copied_.contains(quoted(part.name))) continue;
    const auto taken = server_.act(
        question(about(), "SELECT to_regclass($1) IS NOT NULL AS taken", {quoted(part.name)}));
    if (!taken) return problem(taken.error());
    if ((*taken)[0].flag("taken")) {
      return problem(StepState::refused, say("there is already a table {}", "ya existe la tabla {}",
                                             {printable(part.name.qualified())}));
    }
  }
  return log_there_ ? Progress{} : check_space();
}

}  // namespace plimsoll
