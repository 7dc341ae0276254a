#include "history/journal.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "history/migrations.h"

namespace plimsoll {
namespace {

std::int64_t micros(Instant instant) { return instant.time_since_epoch().count(); }

/// Names of a server may be in any encoding; here they are for people, so what is not UTF-8 becomes
/// U+FFFD.
std::string json_of(const std::map<std::string, std::string>& facts) {
  return nlohmann::json(facts).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<void> limit_size(sqlite::Database& database, Bytes max_bytes) {
  const auto page = database.number("PRAGMA page_size");
  if (!page) return failure(page.error());
  const std::int64_t pages = std::max<std::int64_t>(1, max_bytes.count() / *page);
  const auto set = database.number("PRAGMA max_page_count = " + std::to_string(pages));
  if (!set) return failure(set.error());
  return {};
}

}  // namespace

std::string_view name_of(PlanState state) {
  switch (state) {
    case PlanState::begun:
      return "begun";
    case PlanState::partly:
      return "partly";
    case PlanState::applied:
      return "applied";
  }
  return "begun";
}

Result<Journal> Journal::open(const std::string& path, JournalOptions options) {
  auto database = sqlite::Database::open(path, options.busy_timeout);
  if (!database) return failure(std::move(database.error()));
  // WAL first: it is what touches the file, and so says whether it is one of SQLite's.
  const auto set = database->run(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
      "PRAGMA journal_size_limit = 4194304; PRAGMA wal_autocheckpoint = 256;");
  if (!set) return failure(set.error());
  if (auto migrated = migrate_journal(*database); !migrated) return failure(migrated.error());
  if (auto limited = limit_size(*database, options.max_bytes); !limited) {
    return failure(limited.error());
  }
  return Journal{std::move(*database), std::move(options)};
}

Result<JournalLock> Journal::lock(const Actor& actor) {
  return JournalLock::take(database_.path() + ".lock", actor);
}

Result<void> Journal::transact(const Writing& writing) {
  if (auto begun = database_.run("BEGIN IMMEDIATE"); !begun) return begun;
  Result<void> done = writing();
  if (done) done = database_.run("COMMIT");
  if (!done) static_cast<void>(database_.run("ROLLBACK"));  // the first error is the one to tell
  return done;
}

Result<void> Journal::write(Instant at, const Writing& writing) {
  if (options_.at_boundary) options_.at_boundary();
  Result<void> done = transact(writing);
  while (!done && sqlite::is_full(done.error())) {
    const auto pruned = prune_one(at);
    if (!pruned || !*pruned) return done;
    done = transact(writing);
  }
  if (options_.at_boundary) options_.at_boundary();
  return done;
}

/// The oldest plan that is over. One that ended in part may still be applied again until it
/// expires.
Result<bool> Journal::prune_one(Instant at) {
  auto statement = database_.prepare(
      "DELETE FROM plans WHERE id = (SELECT min(id) FROM plans WHERE state = 'applied' OR"
      " (state = 'partly' AND expires_at < ?)) RETURNING id");
  if (!statement) return failure(std::move(statement.error()));
  const auto row = statement->bind(micros(at)).step();
  if (!row || !*row) return row;
  if (auto ended = statement->finish(); !ended) return failure(ended.error());
  return true;
}

Result<void> Journal::prune_to_limit(Instant at) {
  for (;;) {
    const auto plans = database_.number("SELECT count(*) FROM plans");
    if (!plans) return failure(plans.error());
    if (*plans <= options_.most_plans) return {};
    const auto pruned = prune_one(at);
    if (!pruned) return failure(pruned.error());
    if (!*pruned) return {};
  }
}

Result<void> Journal::begin_plan(const Plan& plan, const Actor& actor, Instant at) {
  const auto state = state_of(plan.hash);
  if (!state) return failure(state.error());
  if (*state == PlanState::applied) {
    return failure(
        ErrorCode::conflict,
        say("this plan is stale: it was applied already", "este plan ya no vale: ya fue aplicado"),
        say("plimsoll journal shows what it did; make a new one with plimsoll plan",
            "plimsoll journal muestra qué hizo; haga uno nuevo con plimsoll plan"));
  }
  const std::string json = to_json(plan);
  return write(at, [&]() -> Result<void> {
    auto statement = database_.prepare(
        "INSERT INTO plans (hash, json, taken_at, expires_at, begun_at, host, user, pid, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'begun') ON CONFLICT (hash) DO UPDATE SET"
        " begun_at = excluded.begun_at, ended_at = NULL, host = excluded.host,"
        " user = excluded.user, pid = excluded.pid, state = 'begun'");
    if (!statement) return failure(std::move(statement.error()));
    statement->bind(plan.hash).bind(json).bind(micros(plan.taken_at)).bind(micros(plan.expires_at));
    statement->bind(micros(at)).bind(actor.host).bind(actor.user).bind(std::int64_t{actor.pid});
    if (auto done = statement->finish(); !done) return done;
    return prune_to_limit(at);
  });
}

Result<void> Journal::begin_step(const std::string& hash, const Step& step, Instant at) {
  return write(at, [&]() -> Result<void> {
    const auto plan = id_of(hash);
    if (!plan) return failure(plan.error());
    auto statement = database_.prepare(
        "INSERT INTO steps (plan_id, number, kind, resource, state, attempts, begun_at, before)"
        " VALUES (?, ?, ?, ?, 'begun', 1, ?, ?) ON CONFLICT (plan_id, number) DO UPDATE SET"
        " state = 'begun', attempts = attempts + 1, begun_at = excluded.begun_at, ended_at = NULL,"
        " what_en = '', what_es = '', hint_en = '', hint_es = ''");
    if (!statement) return failure(std::move(statement.error()));
    statement->bind(*plan).bind(std::int64_t{step.number}).bind(name_of(step.change));
    statement->bind(step.resource).bind(micros(at)).bind(json_of(step.before));
    return statement->finish();
  });
}

Result<void> Journal::begin_phase(const std::string& hash, int number, const JournalPhase& phase) {
  return write(phase.at, [&]() -> Result<void> {
    const auto plan = id_of(hash);
    if (!plan) return failure(plan.error());
    auto insert = database_.prepare(
        "INSERT INTO phases (plan_id, number, phase, detail, at) VALUES (?, ?, ?, ?, ?)");
    if (!insert) return failure(std::move(insert.error()));
    insert->bind(*plan).bind(std::int64_t{number}).bind(phase.phase).bind(phase.detail);
    if (auto done = insert->bind(micros(phase.at)).finish(); !done) return done;
    auto prune = database_.prepare(
        "DELETE FROM phases WHERE id IN (SELECT id FROM phases WHERE plan_id = ? AND number = ?"
        " ORDER BY id DESC LIMIT -1 OFFSET ?)");
    if (!prune) return failure(std::move(prune.error()));
    prune->bind(*plan).bind(std::int64_t{number}).bind(options_.most_phases);
    return prune->finish();
  });
}

Result<void> Journal::end_step(const std::string& hash, const Step& step, const Outcome& outcome,
                               Instant at) {
  return write(at, [&]() -> Result<void> {
    const auto plan = id_of(hash);
    if (!plan) return failure(plan.error());
    auto statement = database_.prepare(
        "INSERT INTO steps (plan_id, number, kind, resource, state, attempts, ended_at, what_en,"
        " what_es, hint_en, hint_es, freed_bytes, before, after)"
        " VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (plan_id, number) DO UPDATE"
        " SET state = excluded.state, ended_at = excluded.ended_at, what_en = excluded.what_en,"
        " what_es = excluded.what_es, hint_en = excluded.hint_en, hint_es = excluded.hint_es,"
        " freed_bytes = excluded.freed_bytes, after = excluded.after");
    if (!statement) return failure(std::move(statement.error()));
    statement->bind(*plan).bind(std::int64_t{step.number}).bind(name_of(step.change));
    statement->bind(step.resource).bind(name_of(outcome.state)).bind(micros(at));
    statement->bind(outcome.what.en).bind(outcome.what.es);
    statement->bind(outcome.hint.en).bind(outcome.hint.es);
    statement->bind(outcome.freed ? std::optional{outcome.freed->count()} : std::nullopt);
    statement->bind(json_of(step.before)).bind(json_of(outcome.after));
    return statement->finish();
  });
}

Result<void> Journal::end_plan(const std::string& hash, PlanState state, Instant at) {
  return write(at, [&]() -> Result<void> {
    auto statement =
        database_.prepare("UPDATE plans SET state = ?, ended_at = ? WHERE hash = ? RETURNING id");
    if (!statement) return failure(std::move(statement.error()));
    const auto row = statement->bind(name_of(state)).bind(micros(at)).bind(hash).step();
    if (!row) return failure(row.error());
    return statement->finish();
  });
}

}  // namespace plimsoll
