#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "diagnose/evidence.h"
#include "diagnose/rule_context.h"
#include "diagnose/severity.h"
#include "diagnose/table_facts.h"

namespace plimsoll {
namespace {

constexpr double kWorthNaming = 0.05;  ///< of all execution time
constexpr double kCostly = 0.2;        ///< of all execution time, a table's statements together
constexpr std::size_t kTextShown = 120;

/// `name` as a whole word of the statement: "ticks" is not in "SELECT * FROM ticks_old".
bool mentions(const std::string& statement, const std::string& name) {
  const auto is_word = [](char c) {
    return c == '_' || c == '$' || std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           (c & 0x80) != 0;
  };
  for (auto at = statement.find(name); at != std::string::npos; at = statement.find(name, at + 1)) {
    const bool begins = at == 0 || !is_word(statement[at - 1]);
    const auto end = at + name.size();
    if (begins && (end == statement.size() || !is_word(statement[end]))) return true;
  }
  return false;
}

struct Cost {
  double share = 0;
  std::vector<const Statement*> statements;
};

Cost cost_of(const PostgresCensus& server, const Table& table) {
  Cost cost;
  if (table.name.empty()) return cost;
  for (const Statement& statement : server.statements) {
    if (statement.share < kWorthNaming || !mentions(statement.text, table.name)) continue;
    cost.share += statement.share;
    cost.statements.push_back(&statement);
  }
  return cost;
}

/// Cut on a code point, so that what is shown stays valid UTF-8.
std::string shortened(const std::string& text) {
  if (text.size() <= kTextShown) return printable(text);
  std::size_t end = kTextShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return printable(text.substr(0, end)) + "…";
}

Evidence cost_evidence(const PostgresCensus& server, const Cost& cost, double cores,
                       const std::string& cpu_source) {
  Evidence evidence{server.taken_at};
  evidence.add("cpu_cores_busy", cores, "cores", cpu_source);
  evidence.add("share_of_execution_time", Share{cost.share}, "", "pg_stat_statements");
  for (const Statement* statement : cost.statements) {
    evidence.add("statement", shortened(statement->text), "", "pg_stat_statements.query")
        .add("calls", statement->calls, "calls", "pg_stat_statements.calls")
        .add("mean_milliseconds", statement->mean_milliseconds, "milliseconds",
             "pg_stat_statements.mean_exec_time");
  }
  return evidence;
}

bool unbounded(const RuleContext& context, const ResourceId& id) {
  return context.found(Rule::table_only_grows, id) ||
         context.found(Rule::hypertable_without_retention, id);
}

void judge_table(RuleContext& context, const PostgresCensus& server, const Table& table,
                 double cores, const std::string& cpu_source) {
  const ResourceId id = id_of(server, table);
  if (!unbounded(context, id)) return;
  const Cost cost = cost_of(server, table);
  if (cost.share < kCostly) return;
  Finding finding;
  finding.rule = Rule::costly_statement;
  finding.store = id;
  const auto host_cores = context.census().host ? context.census().host->cores : std::nullopt;
  finding.severity = severity_of_cpu(cores * cost.share, host_cores);
  finding.title =
      say("{}: its statements take {} of the execution time, with {} of CPU in use",
          "{}: sus consultas se llevan el {} del tiempo de ejecución, con {} de CPU en uso",
          {label(table), Share{cost.share}, Share{cores}});
  finding.evidence = cost_evidence(server, cost, cores, cpu_source);
  finding.cause = say(
      "The table has no bound: every scan, every index and every insert has more to do each day.",
      "La tabla no tiene límite: cada lectura, cada índice y cada inserción tienen más trabajo "
      "cada día.");
  finding.remedy = say(
      "Bound the table first: what is gone need not be scanned. Then look at the statement named "
      "here, with EXPLAIN (ANALYZE, BUFFERS); and write fewer rows, in larger batches.",
      "Acota primero la tabla: lo que ya no está no hay que recorrerlo. Después mira la consulta "
      "indicada con EXPLAIN (ANALYZE, BUFFERS), y escribe menos filas y en lotes mayores.");
  context.add(std::move(finding), table.bytes);
}

}  // namespace

void judge_statements(RuleContext& context, const PostgresCensus& server) {
  constexpr Rule kRule = Rule::costly_statement;
  const std::string target = "postgres/" + server.target;
  const Container* container = container_of(context.census(), server);
  const bool busy = container != nullptr && container->cpu_share && *container->cpu_share > 1;
  // Without a table to blame and without load there is nothing to look for.
  const bool blamed =
      std::any_of(server.tables.begin(), server.tables.end(),
                  [&](const Table& table) { return unbounded(context, id_of(server, table)); });
  if (!blamed && !busy) return;
  if (!server.statements_visible) {
    context.gap(kRule, target, server.database,
                busy ? say("its container uses {} of CPU and the statements are not visible",
                           "su contenedor usa un {} de CPU y las consultas no son visibles",
                           {Share{*container->cpu_share}})
                     : say("the statements are not visible", "las consultas no son visibles"),
                say("shared_preload_libraries = 'pg_stat_statements', CREATE EXTENSION "
                    "pg_stat_statements, and GRANT pg_monitor to the role",
                    "shared_preload_libraries = 'pg_stat_statements', CREATE EXTENSION "
                    "pg_stat_statements y concede pg_monitor al rol"));
    return;
  }
  if (container == nullptr || !container->cpu_share) {
    if (server.statements.empty()) return;
    context.gap(kRule, target, server.database,
                say("the CPU it uses is not known", "no se conoce la CPU que usa"),
                say("give --docker, so that its container can be sampled",
                    "indica --docker, para poder medir su contenedor"));
    return;
  }
  if (!busy) return;
  for (const Table& table : server.tables) {
    judge_table(context, server, table, *container->cpu_share,
                "docker stats " + printable(container->name));
  }
}

}  // namespace plimsoll
