#include <cmath>

#include "base/text.h"
#include "diagnose/rule_context.h"
#include "diagnose/server_words.h"
#include "diagnose/severity.h"
#include "diagnose/table_facts.h"
#include "diagnose/table_wording.h"

namespace plimsoll {
namespace {

constexpr std::int64_t kWorthReading = 10'000'000;  ///< bytes: smaller ones may just be idle
constexpr double kDeadShare = 0.2;                  ///< autovacuum's own default scale factor
constexpr std::int64_t kDeadTuples = 10'000;

// --- written and never read ------------------------------------------------------------------

void judge_reading(RuleContext& context, const PostgresCensus& server, const Table& table) {
  constexpr Rule kRule = Rule::table_never_read;
  if (!table.bytes || table.bytes->count() < kWorthReading) return;
  const std::string target = "postgres/" + server.target;
  if (!table.sequential_scans || !table.index_scans) {
    context.gap(kRule, target, label(table),
                say("its scan counters are not known", "no se conocen sus contadores de lectura"),
                say("GRANT pg_monitor to the role", "concede pg_monitor al rol"));
    return;
  }
  if (*table.sequential_scans + *table.index_scans > 0) return;
  if (!server.stats_since || context.now() - *server.stats_since < kOneDay) {
    context.gap(kRule, target, label(table),
                say("the statistics are younger than a day, or nobody knows how old",
                    "las estadísticas tienen menos de un día, o no se sabe cuánto"),
                say("run again tomorrow", "vuelve a ejecutarlo mañana"));
    return;
  }
  const bool written = table.inserted.value_or(0) + table.updated.value_or(0) > 0;
  Finding finding;
  finding.rule = kRule;
  finding.store = id_of(server, table);
  finding.severity = severity_of({Harm::tidies, {}, table.bytes, {}});
  finding.title =
      written
          ? say("{}: written and never read since {}", "{}: se escribe y nadie la lee desde el {}",
                {label(table), *server.stats_since})
          : say("{}: neither written nor read since {}", "{}: ni se escribe ni se lee desde el {}",
                {label(table), *server.stats_since});
  finding.evidence =
      Evidence{server.taken_at}
          .add("sequential_scans", *table.sequential_scans, "scans", "pg_stat_user_tables.seq_scan")
          .add("index_scans", *table.index_scans, "scans", "pg_stat_user_tables.idx_scan")
          .add_known("inserted", table.inserted, "rows", "pg_stat_user_tables.n_tup_ins")
          .add("stats_since", *server.stats_since, "", "pg_stat_database.stats_reset")
          .add_known("bytes", table.bytes, "bytes", "pg_total_relation_size");
  finding.cause =
      say("No scan of it was counted on this server. A replica, or a job that runs less often than "
          "the statistics are old, may still read it.",
          "En este servidor no se ha contado ninguna lectura. Puede que la lea una réplica, o un "
          "proceso más espaciado que la edad de las estadísticas.");
  finding.remedy =
      written ? say("Ask who needs it before choosing how much to keep. If nobody does, stop the "
                    "writer: that ends the growth at its source.",
                    "Pregunta quién la necesita antes de decidir cuánto conservar. Si nadie, para "
                    "al que escribe: eso acaba con el crecimiento en su origen.")
              : say("Ask who owns it. If nobody does, archive it and drop it.",
                    "Pregunta de quién es. Si de nadie, archívala y bórrala.");
  const auto rate = bytes_per_day(table);
  if (written && rate && *rate > 0 && keeps_growing(server, table).value_or(false)) {
    finding.stops = BytesPerDay{*rate};
  }
  context.add(std::move(finding), table.bytes);
}

// --- dead rows ---------------------------------------------------------------------------------

bool is_old(const RuleContext& context, const XminHolder& holder) {
  return holder.since && context.now() - *holder.since >= context.options().holder_old_after;
}

const XminHolder* oldest_holder(const RuleContext& context, const PostgresCensus& server) {
  const XminHolder* oldest = nullptr;
  for (const XminHolder& holder : server.xmin_holders) {
    // A slot or a standby has no start that could be read: its age in transactions speaks for it.
    if (!is_old(context, holder) && holder.transactions_held < 1'000'000) continue;
    if (oldest == nullptr || holder.transactions_held > oldest->transactions_held) oldest = &holder;
  }
  return oldest;
}

Text kind_in_words(const XminHolder& holder) {
  if (holder.kind == "prepared transaction")
    return say("prepared transaction", "transacción preparada");
  if (holder.kind == "replication slot") return say("replication slot", "ranura de replicación");
  if (holder.kind == "standby") return say("standby", "réplica");
  if (holder.kind == "session") return say("session", "sesión");
  return verbatim(printable(holder.kind));
}

Text how_to_release(const XminHolder& holder) {
  if (holder.kind == "prepared transaction") {
    return say(
        "It is a prepared transaction: its owner decides between COMMIT PREPARED and ROLLBACK "
        "PREPARED.",
        "Es una transacción preparada: su dueño decide entre COMMIT PREPARED y ROLLBACK PREPARED.");
  }
  if (holder.kind == "replication slot") {
    return say(
        "It is a replication slot: get its consumer going again, or drop the slot if it has none.",
        "Es una ranura de replicación: pon en marcha a su consumidor o, si no lo hay, elimina la "
        "ranura.");
  }
  if (holder.kind == "standby") {
    return say("It is a standby with hot_standby_feedback: a long query runs there.",
               "Es una réplica con hot_standby_feedback: allí se ejecuta una consulta larga.");
  }
  return say(
      "It is a session: let it finish, or ask its owner; idle_in_transaction_session_timeout keeps "
      "it from coming back.",
      "Es una sesión: deja que termine o habla con su dueño; idle_in_transaction_session_timeout "
      "evita que se repita.");
}

void judge_dead(RuleContext& context, const PostgresCensus& server, const Table& table) {
  if (!table.dead_tuples || !table.live_tuples || !table.bytes) return;
  const double dead = static_cast<double>(*table.dead_tuples);
  const double all = dead + static_cast<double>(*table.live_tuples);
  if (*table.dead_tuples < kDeadTuples || dead < kDeadShare * all) return;
  const Bytes dead_bytes{std::llround(dead / all * static_cast<double>(table.bytes->count()))};
  if (dead_bytes < context.options().worth_reporting) return;
  const XminHolder* holder = oldest_holder(context, server);
  const bool vacuumed_lately = table.last_vacuum && context.now() - *table.last_vacuum < kOneDay;
  if (holder == nullptr && vacuumed_lately) return;  // vacuum is at work: it will get there
  Finding finding;
  finding.rule = Rule::dead_tuples_held;
  finding.store = id_of(server, table);
  finding.severity = severity_of({Harm::grows, {}, dead_bytes, {}});
  finding.title =
      say("{}: {} of its rows are dead, about {}", "{}: el {} de sus filas están muertas, unos {}",
          {label(table), Share{dead / all}, dead_bytes});
  Evidence evidence{server.taken_at};
  evidence.add("dead_tuples", *table.dead_tuples, "rows", "pg_stat_user_tables.n_dead_tup")
      .add("live_tuples", *table.live_tuples, "rows", "pg_stat_user_tables.n_live_tup")
      .add_known("last_vacuum", table.last_vacuum, "",
                 "pg_stat_user_tables.last_vacuum, last_autovacuum")
      .add("autovacuum_disabled", table.autovacuum_disabled, "", "pg_class.reloptions");
  if (holder != nullptr) {
    evidence.add("held_by", holder->kind + " " + printable(holder->who), "", "backend_xmin, xmin")
        .add("transactions_held", holder->transactions_held, "transactions", "age(xmin)")
        .add_known("held_since", holder->since, "", "xact_start, prepared");
  }
  finding.evidence = evidence;
  if (holder != nullptr) {
    finding.cause = say("{} ({}) still may see them, so VACUUM must leave them.",
                        "{} ({}) aún podría verlas, así que VACUUM tiene que dejarlas.",
                        {printable(holder->who), kind_in_words(*holder)});
    finding.remedy = how_to_release(*holder);
  } else if (table.autovacuum_disabled) {
    finding.cause = say("Autovacuum is switched off for this table.",
                        "El autovacuum está desactivado en esta tabla.");
    finding.remedy = say("Switch it on again and run VACUUM once.",
                         "Vuelve a activarlo y ejecuta VACUUM una vez.");
    finding.commands.push_back("ALTER TABLE " + sql_qualified(table.qualified()) +
                               " RESET (autovacuum_enabled);");
  } else {
    finding.cause = say(
        "Autovacuum has not come by for a day: its workers are busy or too slow for this table.",
        "El autovacuum no pasa desde hace un día: sus procesos están ocupados o van demasiado "
        "lentos para esta tabla.");
    finding.remedy =
        say("Run VACUUM, then give this table a smaller autovacuum_vacuum_scale_factor.",
            "Ejecuta VACUUM y dale a esta tabla un autovacuum_vacuum_scale_factor menor.");
  }
  finding.remedy = sentences(
      {finding.remedy, say("The room is reused by new rows; the file does not shrink.",
                           "El hueco lo reutilizan las filas nuevas; el fichero no encoge.")});
  finding.commands.push_back("VACUUM (VERBOSE) " + sql_qualified(table.qualified()) + ";");
  context.add(std::move(finding), dead_bytes);
}

}  // namespace

void judge_table_use(RuleContext& context, const PostgresCensus& server) {
  for (const Table& table : server.tables) {
    judge_reading(context, server, table);
    judge_dead(context, server, table);
  }
}

}  // namespace plimsoll
