#include <algorithm>

#include "base/text.h"
#include "diagnose/retention_policy.h"
#include "diagnose/server_words.h"
#include "diagnose/table_facts.h"
#include "diagnose/table_wording.h"

namespace plimsoll {
namespace {

struct Ailment {
  Text says;
  std::string command;  ///< that mends it; empty where words have to
};

std::vector<Ailment> ailments_of_server(const PostgresCensus& server) {
  std::vector<Ailment> found;
  if (!server.timescale) return found;
  if (server.timescale->edition == TimescaleEdition::apache) {
    found.push_back({say("the Apache licence cannot run policies",
                         "la licencia Apache no puede ejecutar políticas"),
                     ""});
  }
  if (server.timescale->restoring) {
    found.push_back(
        {say("timescaledb.restoring was left on", "timescaledb.restoring se quedó activado"),
         "SELECT timescaledb_post_restore();"});
  }
  if (server.timescale->scheduler_running && !*server.timescale->scheduler_running) {
    found.push_back({say("no scheduler runs in this database",
                         "ningún planificador se ejecuta en esta base de datos"),
                     "SELECT _timescaledb_functions.start_background_workers();"});
  }
  return found;
}

std::vector<Ailment> ailments_of_job(const Job& job, Instant now, Seconds schedule) {
  std::vector<Ailment> found;
  const std::string id = std::to_string(job.id);
  const std::string run = "CALL run_job(" + id + ");";
  const bool has_run = job.total_runs.value_or(0) > 0;
  if (!job.scheduled) {
    found.push_back({say("the job is paused", "la tarea está en pausa"),
                     "SELECT alter_job(" + id + ", scheduled => true);"});
  }
  if (job.last_run_status == "Failed") {
    found.push_back({say("its last run failed", "su última ejecución falló"), run});
  }
  if (has_run && !job.last_successful_finish) {
    found.push_back({say("it has never finished well", "nunca ha terminado bien"), run});
  }
  if (job.scheduled && job.next_start && *job.next_start + 2 * schedule < now) {
    found.push_back({say("its next start is long past", "su próximo inicio pasó hace tiempo"),
                     "SELECT alter_job(" + id + ", next_start => now());"});
  }
  return found;
}

bool nothing_known_of(const Job& job) {
  return !job.last_run_status && !job.last_successful_finish && !job.total_runs && !job.next_start;
}

Text reasons(const std::vector<Ailment>& ailments) {
  Text all;
  for (const Ailment& ailment : ailments) {
    all = all.empty() ? ailment.says : say("{}; {}", "{}; {}", {all, ailment.says});
  }
  return all;
}

}  // namespace

void judge_job(RuleContext& context, const Policy& policy) {
  constexpr Rule kRule = Rule::retention_job_unhealthy;
  if (!context.worth_reporting(policy.table.bytes, policy.table.growth)) return;
  std::vector<Ailment> ailments = ailments_of_server(policy.server);
  const auto of_job = ailments_of_job(policy.job, context.now(), policy.schedule());
  ailments.insert(ailments.end(), of_job.begin(), of_job.end());
  if (ailments.empty()) {
    if (!nothing_known_of(policy.job)) return;
    context.gap(kRule, "postgres/" + policy.server.target, label(policy.table),
                say("the runs of its job are not visible", "no se ven las ejecuciones de su tarea"),
                say("connect as the job's owner, or as a member of that role",
                    "conéctate como dueño de la tarea, o como miembro de ese rol"));
    return;
  }
  Finding finding = about(
      policy, kRule,
      {Harm::grows, context.to_line(policy.id()), policy.table.bytes, bytes_per_day(policy.table)});
  finding.title = say("{}: its retention does not run: {}", "{}: su retención no se ejecuta: {}",
                      {label(policy.table), reasons(ailments)});
  finding.evidence = std::move(
      policy_evidence(policy)
          .add("scheduled", policy.job.scheduled, "", "timescaledb_information.jobs.scheduled")
          .add_known("last_run_status", policy.job.last_run_status, "",
                     "timescaledb_information.job_stats.last_run_status")
          .add_known("last_successful_finish", policy.job.last_successful_finish, "",
                     "timescaledb_information.job_stats.last_successful_finish")
          .add_known("total_runs", policy.job.total_runs, "runs",
                     "timescaledb_information.job_stats.total_runs")
          .add_known("total_failures", policy.job.total_failures, "runs",
                     "timescaledb_information.job_stats.total_failures")
          .add_known("next_start", policy.job.next_start, "",
                     "timescaledb_information.job_stats.next_start"));
  if (policy.job.last_error) {
    finding.evidence.push_back({"last_error", printable(*policy.job.last_error), "",
                                "timescaledb_information.job_errors", context.now()});
  }
  finding.cause =
      say("The policy is listed, and nothing carries it out: the table grows as if it had none.",
          "La política figura, pero nada la cumple: la tabla crece como si no la tuviera.");
  finding.remedy =
      say("Mend what is named above; run in the foreground, the job shows its own error. Until "
          "then drop_chunks does the same by hand.",
          "Arregla lo que se nombra arriba; ejecutada en primer plano, la tarea muestra su propio "
          "error. Mientras tanto, drop_chunks hace lo mismo a mano.");
  for (const Ailment& ailment : ailments) {
    const auto& said = finding.commands;
    if (ailment.command.empty() ||
        std::find(said.begin(), said.end(), ailment.command) != said.end()) {
      continue;
    }
    finding.commands.push_back(ailment.command);
  }
  if (policy.job.window_length) {
    const auto drop = drop_chunks_commands(policy.table, policy.hypertable,
                                           *policy.job.window_length, context.now());
    finding.commands.insert(finding.commands.end(), drop.begin(), drop.end());
    finding.frees =
        chunks_before(policy.hypertable, context.now() - *policy.job.window_length).bytes;
  }
  context.add(std::move(finding), policy.table.bytes);
}

}  // namespace plimsoll
