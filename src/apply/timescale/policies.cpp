#include "apply/timescale/policies.h"

#include "apply/timescale/drop_chunks.h"
#include "base/text.h"
#include "link/postgres/quote.h"

namespace plimsoll::timescale {
namespace {

using postgres::quote_literal;

// $3 procedure, $4 key of its window, $5 the wished window, $6 how to compare it. An interval is
// compared as one: '7 days' and '168:00:00' are the same window.
constexpr const char* kJobs = R"(
select j.job_id, j.config ->> $4 as job_window,
       case when $6 = 'integer' then (j.config ->> $4) = $5
            else (j.config ->> $4)::interval = $5::interval end as equal,
       coalesce(j.scheduled, true) as scheduled
  from timescaledb_information.jobs j
 where j.proc_name = $3
   and ((j.hypertable_schema = $1 and j.hypertable_name = $2)
     or (j.hypertable_schema = $7 and j.hypertable_name = $8))
 order by 1)";

constexpr const char* kCompression =
    "select h.compression_enabled from timescaledb_information.hypertables h "
    "where h.hypertable_schema = $1 and h.hypertable_name = $2";

/// What the two policies have of their own.
struct Policy {
  const char* procedure;
  const char* window_key;
  Text name;
  std::string wished;  ///< "604800 seconds", or an integer
  bool integer = false;
  std::optional<int> replaces_job;
};

struct ExistingJob {
  std::optional<int> id;
  std::string window;
  bool equal = false;
  std::int64_t count = 0;
};

Result<ExistingJob> read_job(PostgresServer& server, const HypertableFacts& facts,
                             const TableName& table, const Policy& policy) {
  const auto rows = server.act(
      reading(say("jobs of {}", "tareas de {}", {printable(table.qualified())}), kJobs,
              {table.schema, table.name, policy.procedure, policy.window_key, policy.wished,
               policy.integer ? "integer" : "interval", facts.storage.schema, facts.storage.name}));
  if (!rows) return failure(rows.error());
  ExistingJob job;
  job.count = static_cast<std::int64_t>(rows->size());
  if (rows->empty()) return job;
  const auto row = (*rows)[0];
  job.id = static_cast<int>(row.integer("job_id").value_or(0));
  job.window = row.text("job_window");
  job.equal = job.count == 1 && row.flag("equal") && row.flag("scheduled");
  return job;
}

Outcome apache_refusal(const Text& policy) {
  return outcome_of(
      StepState::refused,
      say("the Apache licence of TimescaleDB has no {}: add_…_policy is not supported there",
          "la licencia Apache de TimescaleDB no tiene {}: add_…_policy no está disponible ahí",
          {policy}),
      say("overdue chunks are dropped by plimsoll's own schedule instead",
          "en su lugar, los chunks vencidos los borra plimsoll según su propio calendario"));
}

/// Removes the old job and adds the wished one in one transaction, and reads the result back.
Outcome replace_job(PostgresServer& server, const HypertableFacts& facts, const TableName& table,
                    const Policy& policy, const std::vector<std::string>& add, StepWatch& watch) {
  const auto job = read_job(server, facts, table, policy);
  if (!job) return failed(job.error());
  const std::string name = printable(table.qualified());
  if (job->equal) {
    return outcome_of(StepState::nothing_to_do,
                      say("{} has this {} already", "{} ya tiene esta {}", {name, policy.name}));
  }
  if (job->id != policy.replaces_job || job->count > 1) {
    return outcome_of(
        StepState::stale,
        say("the {} of {} is another one than the plan saw (job {} now)",
            "la {} de {} es otra que la que vio el plan (ahora la tarea {})",
            {policy.name, name, job->id ? std::to_string(*job->id) : std::string{"-"}}));
  }
  postgres::Act act{.what = say("{} of {}", "{} de {}", {policy.name, name}), .statements = add};
  if (job->id) {
    const std::string kind{
        std::string_view{policy.procedure}.substr(std::string_view{"policy_"}.size())};
    act.statements.insert(act.statements.begin(), "select " + facts.extension_schema + ".remove_" +
                                                      kind + "_policy(" + sql_regclass_of(table) +
                                                      ")");
  }
  if (const auto begun = watch.begin_phase("policy", name); !begun) return failed(begun.error());
  if (const auto done = server.act(act); !done) return failed(done.error());
  const auto after = read_job(server, facts, table, policy);
  if (!after) return failed(after.error());
  if (!after->equal) {
    return outcome_of(StepState::failed,
                      say("{}: the server shows {} after all", "{}: aun así el servidor muestra {}",
                          {name, printable(after->window)}));
  }
  Outcome done = outcome_of(StepState::done, say("{} of {} is now {}", "la {} de {} es ahora {}",
                                                 {policy.name, name, printable(after->window)}));
  if (job->id) done.after["replaced_job"] = std::to_string(*job->id);
  if (after->id) done.after["job"] = std::to_string(*after->id);
  return done;
}

std::string seconds_text(Seconds length) { return std::to_string(length.count()) + " seconds"; }

}  // namespace

Outcome set_retention_policy(PostgresServer& server, const Step& step,
                             const SetRetentionPolicy& change, StepWatch& watch) {
  const auto facts = facts_for(server, step, change.table);
  if (!facts) return facts.error();
  const Text name = say("retention policy", "política de retención");
  if (facts->apache()) return apache_refusal(name);
  if (facts->integer_time() != change.integer_drop_after.has_value()) {
    return outcome_of(StepState::refused,
                      say("the window is not of the kind of its time column ({})",
                          "la ventana no es del tipo de su columna de tiempo ({})",
                          {printable(facts->column_type)}));
  }
  const bool integer = facts->integer_time();
  if (integer ? *change.integer_drop_after <= 0 : change.drop_after <= Seconds{0}) {
    return outcome_of(StepState::refused,
                      say("this window would keep nothing", "esta ventana no conservaría nada"));
  }
  const auto behind = retention_guard(server, *facts, change.drop_after);
  if (!behind) return failed(behind.error());
  if (*behind) return **behind;
  const Policy policy{.procedure = "policy_retention",
                      .window_key = "drop_after",
                      .name = name,
                      .wished = integer ? std::to_string(*change.integer_drop_after)
                                        : seconds_text(change.drop_after),
                      .integer = integer,
                      .replaces_job = change.replaces_job};
  const std::string window = integer ? quote_literal(policy.wished) + "::" + facts->column_type
                                     : sql_interval_of(change.drop_after);
  return replace_job(server, *facts, change.table, policy,
                     {"select " + facts->extension_schema + ".add_retention_policy(" +
                      sql_regclass_of(change.table) + ", drop_after => " + window + ")"},
                     watch);
}

Outcome set_compression_policy(PostgresServer& server, const Step& step,
                               const SetCompressionPolicy& change, StepWatch& watch) {
  const auto facts = facts_for(server, step, change.table);
  if (!facts) return facts.error();
  const Text name = say("compression policy", "política de compresión");
  if (facts->apache()) return apache_refusal(name);
  if (facts->integer_time()) {
    return outcome_of(StepState::refused,
                      say("time is an integer here, and the wish is a span",
                          "aquí el tiempo es un entero, y lo pedido es un lapso"));
  }
  const auto enabled =
      server.act(reading(say("compression settings", "ajustes de compresión"), kCompression,
                         {facts->storage.schema, facts->storage.name}));
  if (!enabled) return failed(enabled.error());
  std::vector<std::string> add;
  const bool on = !enabled->empty() && (*enabled)[0].flag("compression_enabled");
  if (!on || !change.segment_by.empty() || !change.order_by.empty()) {
    std::string options = "timescaledb.compress";
    if (!change.segment_by.empty())
      options += ", timescaledb.compress_segmentby = " + quote_literal(change.segment_by);
    if (!change.order_by.empty())
      options += ", timescaledb.compress_orderby = " + quote_literal(change.order_by);
    add.push_back("alter table " + sql_name(change.table) + " set (" + options + ")");
  }
  add.push_back("select " + facts->extension_schema + ".add_compression_policy(" +
                sql_regclass_of(change.table) + ", compress_after => " +
                sql_interval_of(change.compress_after) + ")");
  const Policy policy{.procedure = "policy_compression",
                      .window_key = "compress_after",
                      .name = name,
                      .wished = seconds_text(change.compress_after),
                      .replaces_job = change.replaces_job};
  return replace_job(server, *facts, change.table, policy, add, watch);
}

Outcome set_chunk_interval(PostgresServer& server, const Step& step, const SetChunkInterval& change,
                           StepWatch& watch) {
  const auto facts = facts_for(server, step, change.table);
  if (!facts) return facts.error();
  const std::string name = printable(change.table.qualified());
  const bool integer = facts->integer_time();
  if (integer ? change.integer_interval <= 0 : change.interval <= Seconds{0}) {
    return outcome_of(StepState::refused,
                      say("{}: no interval of the kind of its time column ({})",
                          "{}: ningún intervalo del tipo de su columna de tiempo ({})",
                          {name, printable(facts->column_type)}));
  }
  const auto equal = [&](const HypertableFacts& now) {
    return integer ? now.integer_interval == change.integer_interval
                   : now.interval == change.interval;
  };
  if (equal(*facts)) {
    return outcome_of(StepState::nothing_to_do, say("{} has this chunk interval already",
                                                    "{} ya tiene este intervalo de chunk", {name}));
  }
  if (const auto begun = watch.begin_phase("interval", name); !begun) return failed(begun.error());
  const std::string interval =
      integer ? quote_literal(std::to_string(change.integer_interval)) + "::bigint"
              : sql_interval_of(change.interval);
  const auto done =
      server.act({.what = say("chunk interval of {}", "intervalo de chunk de {}", {name}),
                  .statements = {"select " + facts->extension_schema + ".set_chunk_time_interval(" +
                                 sql_regclass_of(change.table) + ", " + interval + ")"}});
  if (!done) return failed(done.error());
  const auto after = read_hypertable(server, change.table);
  if (!after) return failed(after.error());
  if (!*after || !equal(**after)) {
    return outcome_of(StepState::failed,
                      say("{}: the server shows another interval after all",
                          "{}: aun así el servidor muestra otro intervalo", {name}));
  }
  return outcome_of(StepState::done,
                    say("new chunks of {} are of the new interval",
                        "los chunks nuevos de {} tienen el nuevo intervalo", {name}));
}

}  // namespace plimsoll::timescale
