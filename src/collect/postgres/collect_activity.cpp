#include "collect/postgres/stages.h"
#include "link/postgres/probes.h"

namespace plimsoll {
namespace {

void read_statements(Reading& reading, PostgresCensus& census) {
  const auto extension = reading.ask(postgres::kStatementsExtension);
  if (!extension) return;
  if (extension->empty()) {
    reading.add_gap(postgres::kStatements.what(),
                    say("the extension pg_stat_statements is not installed in this database",
                        "la extensión pg_stat_statements no está instalada en esta base"),
                    verbatim("CREATE EXTENSION pg_stat_statements"));
    return;
  }
  const auto row = (*extension)[0];
  const bool exec_time = row.flag("exec_time");  // named total_time before version 1.8
  const auto rows = reading.ask(postgres::kStatements,
                                {{},
                                 {row.text("schema"), exec_time ? "total_exec_time" : "total_time",
                                  exec_time ? "mean_exec_time" : "mean_time"},
                                 {}});
  if (!rows) return;
  census.statements_visible = true;
  bool hidden = false;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto found = (*rows)[i];
    Statement statement;
    statement.text = found.text("text");
    statement.calls = found.integer("calls").value_or(0);
    statement.total_seconds = found.real("total_seconds").value_or(0);
    statement.mean_milliseconds = found.real("mean_milliseconds").value_or(0);
    statement.rows = found.integer("rows").value_or(0);
    statement.share = found.real("share").value_or(0);
    hidden = hidden || statement.text == "<insufficient privilege>";
    census.statements.push_back(std::move(statement));
  }
  if (hidden) reading.add_hidden_gap(postgres::kStatements);
}

}  // namespace

void collect_activity(Reading& reading, PostgresCensus& census) {
  const auto holders = reading.ask(postgres::kXminHolders);
  for (std::size_t i = 0; holders && i < holders->size(); ++i) {
    const auto row = (*holders)[i];
    census.xmin_holders.push_back(
        {row.text("kind"), row.text("who"), row.integer("held").value_or(0), row.instant("since")});
  }
  // Sessions of other roles show neither their state nor their xmin.
  if (!reading.rights.sees_all_stats) reading.add_hidden_gap(postgres::kXminHolders);
  read_statements(reading, census);
}

}  // namespace plimsoll
