#include <algorithm>

#include "base/text.h"
#include "diagnose/retention_policy.h"
#include "diagnose/server_words.h"
#include "diagnose/table_facts.h"
#include "diagnose/table_wording.h"

namespace plimsoll {

Finding about(const Policy& policy, Rule rule, const Load& load) {
  Finding finding;
  finding.rule = rule;
  finding.store = policy.id();
  finding.severity = severity_of(load);
  return finding;
}

Evidence policy_evidence(const Policy& policy) {
  Evidence evidence{policy.server.taken_at};
  evidence.add("job_id", std::int64_t{policy.job.id}, "", "timescaledb_information.jobs.job_id");
  evidence.add_known("drop_after", policy.job.window, "", "timescaledb_information.jobs.config");
  return evidence;
}

// --- the effect: chunks that should be gone --------------------------------------------------

/// The newest end of a chunk that the policy should have dropped, allowing it one schedule
/// interval.
void judge_overdue(RuleContext& context, const Policy& policy) {
  if (!policy.job.window_length && !policy.job.window_integer) {
    context.gap(Rule::retention_overdue, "postgres/" + policy.server.target, label(policy.table),
                say("the window of its retention was not read",
                    "no se ha leído la ventana de su retención"),
                say("GRANT SELECT on timescaledb_information.jobs to the role",
                    "concede SELECT sobre timescaledb_information.jobs al rol"));
    return;
  }
  if (policy.hypertable.integer_time) return;  // its chunks cannot be compared with a clock
  if (!policy.job.window_length) return;
  const Instant cut = context.now() - *policy.job.window_length - policy.schedule();
  const Overdue overdue = chunks_before(policy.hypertable, cut);
  if (overdue.count == 0) return;
  if (overdue.bytes && !context.worth_reporting(overdue.bytes, policy.table.growth)) return;
  Finding finding = about(
      policy, Rule::retention_overdue,
      {Harm::grows, context.to_line(policy.id()), overdue.bytes, bytes_per_day(policy.table)});
  finding.title =
      say("{}: {} overdue for its retention of {}", "{}: {} ahí pese a su retención de {}",
          {label(policy.table),
           counted(overdue.count, {"chunk is", "chunks are", "chunk sigue", "chunks siguen"}),
           *policy.job.window_length});
  finding.evidence = std::move(
      policy_evidence(policy)
          .add("overdue_chunks", overdue.count, "chunks",
               "timescaledb_information.chunks.range_end")
          .add_known("overdue_bytes", overdue.bytes, "bytes", "sum of those chunks")
          .add_known("oldest", overdue.oldest, "", "timescaledb_information.chunks.range_start"));
  finding.cause =
      say("A policy is set, and rows older than it are still there: its job does not do its work, "
          "or skips chunks (frozen, tiered).",
          "Hay una política, y siguen ahí filas más antiguas que ella: su tarea no hace su "
          "trabajo, o se salta chunks (congelados, en otro nivel).");
  finding.remedy =
      say("Drop them now; each whole chunk goes at once and the disk gets it back. Then mend the "
          "job, or the same happens again.",
          "Bórralos ya: cada chunk entero se va de golpe y el disco lo recupera. Después arregla "
          "la tarea, o volverá a pasar.");
  finding.commands = drop_chunks_commands(policy.table, policy.hypertable,
                                          *policy.job.window_length, context.now());
  finding.frees = overdue.bytes;
  context.add(std::move(finding), overdue.bytes);
}

// --- the policy's own arithmetic -------------------------------------------------------------

void judge_interval(RuleContext& context, const Policy& policy) {
  const auto interval = interval_of(policy.hypertable);
  if (!interval || !policy.job.window_length) return;
  const Seconds window = *policy.job.window_length;
  if (*interval < window || !context.worth_reporting(policy.table.bytes, policy.table.growth))
    return;
  const auto kept = steady_state(policy.table, window, *interval);
  Finding finding = about(policy, Rule::retention_interval_too_coarse,
                          {Harm::tidies, {}, policy.table.bytes, {}});
  finding.severity = at_least(finding.severity, Severity::low);
  finding.title =
      say("{}: chunks of {} under a retention of {}", "{}: chunks de {} con una retención de {}",
          {label(policy.table), *interval, window});
  finding.evidence = std::move(policy_evidence(policy)
                                   .add("chunk_interval", *interval, "seconds",
                                        "timescaledb_information.dimensions.time_interval")
                                   .add_known("bytes", policy.table.bytes, "bytes", "sum of chunks")
                                   .add_growth(policy.table.growth, "rows"));
  finding.cause =
      say("A chunk is dropped only when all of it is older than the window, so between {} and {} "
          "of rows stay, not {}.",
          "Un chunk se borra solo cuando todo él supera la ventana, así que quedan entre {} y {} "
          "de filas, no {}.",
          {window, Seconds{window + *interval}, window});
  const Seconds finer = std::max(Seconds{3600}, Seconds{window.count() / 7 / 3600 * 3600});
  finding.remedy =
      say("Make future chunks smaller. The ones there now keep their size and go as they fall due; "
          "nothing is locked or copied.",
          "Haz más pequeños los chunks futuros. Los actuales conservan su tamaño y se irán al "
          "vencer; no se bloquea ni se copia nada.");
  finding.commands = {"SELECT set_chunk_time_interval(" + sql_regclass(policy.table.qualified()) +
                      ", " + sql_interval(finer) + ");"};
  finding.steady_state = steady_state(policy.table, window, finer);
  context.add(std::move(finding), kept);
}

void judge_integer_time(RuleContext& context, const Policy& policy) {
  const Hypertable& hypertable = policy.hypertable;
  if (!hypertable.integer_time) return;
  const bool interval_on_integers = policy.job.window_length && !policy.job.window_integer;
  if (hypertable.has_integer_now && !interval_on_integers) return;
  Finding finding = about(
      policy, Rule::retention_integer_time,
      {Harm::grows, context.to_line(policy.id()), policy.table.bytes, bytes_per_day(policy.table)});
  finding.title =
      say("{}: retention on integer time cannot work",
          "{}: la retención sobre tiempo entero no puede funcionar", {label(policy.table)});
  finding.evidence =
      std::move(policy_evidence(policy)
                    .add("integer_time", true, "", "timescaledb_information.dimensions.column_type")
                    .add("has_integer_now", hypertable.has_integer_now, "",
                         "timescaledb_information.dimensions.integer_now_func")
                    .add_known("bytes", policy.table.bytes, "bytes", "sum of chunks"));
  finding.cause =
      hypertable.has_integer_now
          ? say("Its time is a number and the policy's window is an interval.",
                "Su tiempo es un número y la ventana de la política es un intervalo.")
          : say("Its time is a number and no integer_now function says what now is.",
                "Su tiempo es un número y ninguna función integer_now dice qué es ahora.");
  finding.remedy = say(
      "Set an integer_now function in the very unit of the column (compare it with max({})), then "
      "replace the policy by one with a number. A wrong unit drops everything: check it twice.",
      "Define una función integer_now en la misma unidad que la columna (compárala con max({})) y "
      "sustituye la política por una con un número. Con la unidad equivocada se borra todo: "
      "compruébalo dos veces.",
      {printable(hypertable.time_column)});
  context.add(std::move(finding), policy.table.bytes);
}

void judge_window(RuleContext& context, const Policy& policy) {
  if (!policy.job.window_length) return;
  const Seconds interval = interval_of(policy.hypertable).value_or(Seconds{0});
  const auto kept = steady_state(policy.table, *policy.job.window_length, interval);
  if (!kept || !policy.table.bytes || *kept <= *policy.table.bytes) return;
  if (!keeps_growing(policy.server, policy.table).value_or(false)) return;
  if (!policy.server.free_disk) {
    if (*kept < 10_GiB) return;
    context.gap(
        Rule::retention_window_too_long, "postgres/" + policy.server.target, label(policy.table),
        say("the free space of its disk is not known", "no se conoce el espacio libre de su disco"),
        say("run on the database's host, or give --docker",
            "ejecútalo en el servidor de la base de datos, o indica --docker"));
    return;
  }
  const Bytes line = *policy.table.bytes + *policy.server.free_disk;
  if (*kept <= line) return;
  const ResourceId id = policy.id();
  Finding finding =
      about(policy, Rule::retention_window_too_long,
            {Harm::grows, context.to_line(id), policy.table.bytes, bytes_per_day(policy.table)});
  finding.title = say("{}: a retention of {} allows {}, and the disk has room for {}",
                      "{}: una retención de {} permite {}, y en el disco caben {}",
                      {label(policy.table), *policy.job.window_length, *kept, line});
  finding.evidence = std::move(
      policy_evidence(policy)
          .add("allowed_bytes", *kept, "bytes", "growth × (drop_after + chunk_interval)")
          .add_known("bytes", policy.table.bytes, "bytes", "sum of chunks")
          .add_growth(policy.table.growth, "rows")
          .add_known("free_disk", policy.server.free_disk, "bytes", "statvfs of the data directory")
          .add_known("time_to_line", context.to_line(id), "seconds", "free_disk ÷ growth"));
  finding.cause =
      say("The window is longer than the disk can hold at this rate. A shorter one given with "
          "if_not_exists does not replace it: it only warns.",
          "La ventana es más larga de lo que el disco aguanta a este ritmo. Otra más corta dada "
          "con if_not_exists no la sustituye: solo avisa.");
  const Seconds window = std::min(context.suggested_window(policy.server, policy.table),
                                  *policy.job.window_length / 2);
  finding.remedy = sentences({say("Replace the policy in one transaction.",
                                  "Sustituye la política en una sola transacción."),
                              starting_point(window)});
  const std::string name = sql_regclass(policy_name(policy.table));
  finding.commands = {
      "BEGIN;", "SELECT remove_retention_policy(" + name + ");",
      "SELECT add_retention_policy(" + name + ", drop_after => " + sql_interval(window) + ");",
      "COMMIT;"};
  finding.frees = chunks_before(policy.hypertable, context.now() - window).bytes;
  finding.steady_state = steady_state(policy.table, window, interval);
  context.add(std::move(finding), policy.table.bytes);
}

void judge_retention_policies(RuleContext& context, const PostgresCensus& server) {
  for (const Table& table : server.tables) {
    const auto* hypertable = std::get_if<Hypertable>(&table.shape);
    const Job* job = hypertable == nullptr ? nullptr : retention_job(server, table);
    if (job == nullptr) continue;
    const Policy policy{server, table, *hypertable, *job};
    judge_overdue(context, policy);
    judge_interval(context, policy);
    judge_integer_time(context, policy);
    judge_window(context, policy);
    judge_job(context, policy);
  }
}

}  // namespace plimsoll
