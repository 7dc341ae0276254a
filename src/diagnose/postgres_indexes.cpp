#include <algorithm>

#include "base/text.h"
#include "diagnose/evidence.h"
#include "diagnose/rule_context.h"
#include "diagnose/server_words.h"
#include "diagnose/severity.h"

namespace plimsoll {
namespace {

constexpr Seconds kWeek{7 * 86400};

bool is_leftover(const PostgresCensus& server, const std::string& name) {
  return std::any_of(server.leftovers.begin(), server.leftovers.end(),
                     [&](const Leftover& leftover) { return leftover.what == name; });
}

/// CONCURRENTLY is refused on an index of a partitioned table or a hypertable.
bool on_plain_table(const PostgresCensus& server, const Index& index) {
  const auto table = std::find_if(server.tables.begin(), server.tables.end(),
                                  [&](const Table& t) { return t.qualified() == index.table; });
  return table == server.tables.end() || std::holds_alternative<PlainTable>(table->shape);
}

std::vector<std::string> drop_index(const PostgresCensus& server, const Index& index) {
  if (on_plain_table(server, index)) {
    return {"DROP INDEX CONCURRENTLY " + sql_qualified(index.name) + ";"};
  }
  return {"SET lock_timeout = '2s';", "DROP INDEX " + sql_qualified(index.name) + ";"};
}

Finding about(const PostgresCensus& server, const Index& index, Rule rule) {
  Finding finding;
  finding.rule = rule;
  finding.store = "postgres/" + server.target + "/index/" + index.name;
  finding.severity = severity_of({Harm::tidies, {}, index.bytes, {}});
  finding.frees = index.bytes;
  finding.commands = drop_index(server, index);
  return finding;
}

void judge_unused(RuleContext& context, const PostgresCensus& server, const Index& index) {
  constexpr Rule kRule = Rule::index_unused;
  if (!index.valid || index.constraint) return;
  if (!index.bytes || *index.bytes < context.options().index_worth_dropping) return;
  const std::string target = "postgres/" + server.target;
  if (!index.scans || !server.stats_since || context.now() - *server.stats_since < kWeek) {
    if (index.scans.value_or(0) > 0) return;
    context.gap(kRule, target, index.name,
                say("no week of statistics says whether it is used",
                    "no hay una semana de estadísticas que diga si se usa"),
                say("run again when the statistics are a week old",
                    "vuelve a ejecutarlo cuando las estadísticas tengan una semana"));
    return;
  }
  if (*index.scans > 0) return;
  Finding finding = about(server, index, kRule);
  finding.title = say("index {}: {} and not used since {}", "índice {}: {} y sin usar desde el {}",
                      {printable(index.name), *index.bytes, *server.stats_since});
  finding.evidence =
      Evidence{server.taken_at}
          .add("scans", *index.scans, "scans", "pg_stat_user_indexes.idx_scan")
          .add("bytes", *index.bytes, "bytes", "pg_relation_size")
          .add("stats_since", *server.stats_since, "", "pg_stat_database.stats_reset");
  finding.cause =
      say("Every write keeps it up to date and no query has used it on this server.",
          "Cada escritura lo mantiene al día y en este servidor ninguna consulta lo ha usado.");
  finding.remedy =
      say("Look at the replicas and at monthly jobs first; then drop it. It backs no constraint.",
          "Mira antes las réplicas y los procesos mensuales; luego elimínalo. No sostiene ninguna "
          "restricción.");
  context.add(std::move(finding), index.bytes);
}

void judge_invalid(RuleContext& context, const PostgresCensus& server, const Index& index) {
  if (index.valid || is_leftover(server, index.name)) return;
  Finding finding = about(server, index, Rule::index_invalid);
  finding.title = say("index {}: invalid", "índice {}: no válido", {printable(index.name)});
  finding.evidence = Evidence{server.taken_at}
                         .add("valid", false, "", "pg_index.indisvalid")
                         .add_known("bytes", index.bytes, "bytes", "pg_relation_size");
  finding.cause =
      say("A concurrent build did not finish: no query uses it and every write pays for it.",
          "Una creación concurrente no terminó: ninguna consulta lo usa y cada escritura lo paga.");
  finding.remedy =
      say("Make sure no build is still running, drop it, and build it again if it is wanted.",
          "Comprueba que no quede ninguna creación en marcha, elimínalo y créalo de nuevo si hace "
          "falta.");
  context.add(std::move(finding), index.bytes);
}

void judge_leftover(RuleContext& context, const PostgresCensus& server, const Leftover& leftover) {
  Finding finding;
  finding.rule = Rule::tool_leftover;
  finding.store = "postgres/" + server.target + "/leftover/" + leftover.what;
  finding.severity = severity_of({Harm::tidies, {}, leftover.bytes, {}});
  finding.title = say("{}: left behind by {}", "{}: lo dejó atrás {}",
                      {printable(leftover.what), printable(leftover.tool)});
  finding.evidence = Evidence{server.taken_at}
                         .add("tool", printable(leftover.tool), "", "pg_class, pg_trigger")
                         .add_known("bytes", leftover.bytes, "bytes", "pg_total_relation_size");
  finding.cause = say("The tool was interrupted, or was told to keep it.",
                      "La herramienta se interrumpió, o se le indicó conservarlo.");
  finding.remedy =
      say("Make sure the tool is not running, then remove it; a trigger goes before its table, or "
          "writes fail.",
          "Comprueba que la herramienta no esté en marcha y elimínalo; un disparador va antes que "
          "su tabla, o fallarán las escrituras.");
  finding.frees = leftover.bytes;
  if (leftover.tool == "plimsoll") {
    finding.severity = at_least(finding.severity, Severity::medium);
    finding.cause =
        say("A step was cut off. What it prepared stays, and a CHECK of it refuses rows beyond its "
            "end.",
            "Un paso se cortó. Lo que preparó sigue ahí, y un CHECK suyo rechaza filas más allá de "
            "su final.");
    finding.remedy = say("Apply the same plan again: it finishes, or takes away what it began.",
                         "Aplica de nuevo el mismo plan: termina, o retira lo que empezó.");
    finding.commands = {"plimsoll journal"};
  }
  context.add(std::move(finding), leftover.bytes);
}

void judge_pending_detach(RuleContext& context, const PostgresCensus& server, const Table& table,
                          const Partition& partition) {
  if (!partition.detach_pending) return;
  Finding finding;
  finding.rule = Rule::tool_leftover;
  finding.store = "postgres/" + server.target + "/leftover/" + partition.name;
  finding.severity = at_least(severity_of({Harm::tidies, {}, partition.bytes, {}}), Severity::low);
  finding.title = say("{}: its detach was interrupted", "{}: su separación quedó a medias",
                      {printable(partition.name)});
  finding.evidence = Evidence{server.taken_at}
                         .add("detach_pending", true, "", "pg_inherits.inhdetachpending")
                         .add_known("bytes", partition.bytes, "bytes", "pg_total_relation_size");
  finding.cause =
      say("DETACH PARTITION … CONCURRENTLY was cut off; every later detach of this table fails "
          "until it is finished.",
          "DETACH PARTITION … CONCURRENTLY se cortó; toda separación posterior de esta tabla falla "
          "hasta que se complete.");
  finding.remedy = say("Finish it; it takes a short lock.", "Complétala; toma un bloqueo breve.");
  finding.commands = {"ALTER TABLE " + sql_qualified(table.qualified()) + " DETACH PARTITION " +
                      sql_qualified(partition.name) + " FINALIZE;"};
  context.add(std::move(finding), partition.bytes);
}

}  // namespace

void judge_indexes(RuleContext& context, const PostgresCensus& server) {
  for (const Index& index : server.notable_indexes) {
    judge_unused(context, server, index);
    judge_invalid(context, server, index);
  }
  for (const Leftover& leftover : server.leftovers) judge_leftover(context, server, leftover);
  for (const Table& table : server.tables) {
    const auto* partitioned = std::get_if<PartitionedTable>(&table.shape);
    if (partitioned == nullptr) continue;
    for (const Partition& partition : partitioned->partitions) {
      judge_pending_detach(context, server, table, partition);
    }
  }
}

}  // namespace plimsoll
