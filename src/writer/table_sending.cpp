// How BoundedTable's batches get to the server.
#include <algorithm>

#include "base/text.h"
#include "link/postgres/act.h"
#include "link/postgres/quote.h"
#include "writer/table_sql.h"
#include "writer/table_writer.h"

namespace plimsoll {
namespace {

constexpr std::chrono::milliseconds kFirstTableBackoff{50};
constexpr std::chrono::seconds kLookAhead{60};

/// Whether the rows themselves are at fault: no later attempt will be better.
bool blames_rows(const std::string& sqlstate) {
  return sqlstate.starts_with("22") || sqlstate.starts_with("23") || sqlstate.starts_with("21") ||
         sqlstate == "08P01";
}

/// The server is another one than it was: a standby after a failover, a table without its columns.
bool blames_server(const std::string& sqlstate) {
  return sqlstate.starts_with("42") || sqlstate == "25006" || sqlstate == "22012";
}

std::string signed_text(std::uint64_t number) {
  return std::to_string(static_cast<std::int64_t>(number));
}

}  // namespace

void BoundedTable::Writer::connect_if_due() {
  if (link_ || Steady::now() < retry_at_) return;
  if (auto connected = connect(); !connected) lose(std::move(connected.error()));
}

Result<void> BoundedTable::Writer::connect() {
  auto link =
      postgres::Link::connect(options_.address, options_.connect_for, postgres::Session::acting);
  if (!link) return failure(std::move(link.error()));
  link_.emplace(std::move(*link));
  auto found = find_or_make_table(*link_, shape_, bound_);
  if (!found) return failure(std::move(found.error()));
  found_ = std::move(*found);
  if (found_.kind == TableKind::partitioned) {
    if (auto loaded = partitions_.load(*link_); !loaded) return loaded;
  }
  if (auto taken = take_name(); !taken) return taken;
  if (auto read = read_settled(); !read) return read;
  if (!shape_.primary_key.empty()) {
    const auto stage = postgres::act(
        *link_, {say("make a stage", "crear la tabla de paso"), {create_stage(shape_)}});
    if (!stage) return failure(stage.error());
  }
  skip_settled();
  copy_.emplace(*link_);
  if (was_connected_) ++stats_.reconnects;
  was_connected_ = true;
  trouble_.reset();
  ahead_at_ = {};
  return {};
}

/// One process writes a table under one name at a time: the lock is the session's, so what an
/// earlier session still has to commit is committed before it is ours.
Result<void> BoundedTable::Writer::take_name() {
  // Looked for first: CREATE … IF NOT EXISTS wants the right to create even where it exists.
  const auto there = postgres::act(
      *link_, {say("look for plimsoll_writer_batches", "buscar plimsoll_writer_batches"),
               {"SELECT to_regclass($1) IS NOT NULL AS there"},
               {quoted_batches(shape_)}});
  if (!there) return failure(there.error());
  if (!(*there)[0].flag("there")) {
    const auto made = postgres::act(
        *link_, {say("make plimsoll_writer_batches", "crear plimsoll_writer_batches"),
                 {"SELECT pg_advisory_xact_lock(hashtextextended('plimsoll_writer_batches', 0))",
                  create_batches(shape_)}});
    if (!made) return failure(made.error());
  }
  const auto rows = postgres::act(
      *link_, {say("take the writer's name", "tomar el nombre del escritor"),
               {"SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS ours"},
               {"plimsoll writer " + options_.writer + " of " + quoted_table(shape_)}});
  if (!rows) return failure(rows.error());
  if ((*rows)[0].flag("ours")) return {};
  return failure(
      ErrorCode::conflict,
      say("table '{}': another session writes as '{}'", "tabla «{}»: otra sesión escribe como «{}»",
          {printable(shape_.name), printable(options_.writer)}),
      say("give each process a name of its own", "dé a cada proceso un nombre propio"));
}

Result<void> BoundedTable::Writer::read_settled() {
  const auto rows = postgres::act(
      *link_, {say("read the last batch", "leer el último lote"),
               {"INSERT INTO " + quoted_batches(shape_) + " VALUES (" +
                    postgres::quote_literal(options_.writer) + ", " +
                    postgres::quote_literal(shape_.name) + ", 0, 0, 0) ON CONFLICT DO NOTHING",
                "SELECT epoch, batch_id, rows_settled FROM " + quoted_batches(shape_) +
                    " WHERE writer = $1 AND table_name = $2"},
               {options_.writer, shape_.name}});
  if (!rows) return failure(rows.error());
  const auto row = (*rows)[0];
  settled_.epoch = static_cast<std::uint64_t>(row.integer("epoch").value_or(0));
  settled_.id = static_cast<std::uint64_t>(row.integer("batch_id").value_or(0));
  settled_.rows = static_cast<std::uint64_t>(row.integer("rows_settled").value_or(0));
  return {};
}

/// What was committed though its answer was lost, in the spool and in memory.
void BoundedTable::Writer::skip_settled() {
  const auto whole = settled_.rows > 0 ? settled_.id - 1 : settled_.id;
  if (spool_) {
    const auto rows = spool_->skip_through(settled_.epoch, whole);
    stats_.committed += rows;
    stats_.found_stored += rows;
  }
  while (!sealed_.empty() && settled_.epoch == epoch_ && sealed_.front()->facts.id <= whole) {
    stats_.committed += sealed_.front()->facts.rows;
    stats_.found_stored += sealed_.front()->facts.rows;
    free_.push_back(std::move(sealed_.front()));
    sealed_.pop_front();
  }
}

void BoundedTable::Writer::lose(Error error) {
  copy_.reset();
  link_.reset();
  source_ = Source::none;
  pause(std::move(error));
  stow_all();
}

void BoundedTable::Writer::pause(Error error) {
  trouble_ = std::move(error);
  backoff_ =
      backoff_.count() == 0 ? kFirstTableBackoff : std::min(backoff_ * 2, options_.longest_backoff);
  retry_at_ = Steady::now() + backoff_;
}

void BoundedTable::Writer::advance() {
  for (;;) {
    if (source_ == Source::none && !start_next()) return;
    if (!link_ || !copy_->running()) return;
    const auto progress = copy_->step();
    if (!progress) {
      failed(progress.error());
      return;
    }
    if (*progress == postgres::BatchCopy::Progress::working) return;
    committed();
  }
}

/// The spool's first batch, unless memory holds an older one: one that was on its way when the
/// connection was lost, and that the spool had no room for.
bool BoundedTable::Writer::start_next() {
  if (Steady::now() < retry_at_) return false;
  const bool spooled = spool_ && !spool_->empty();
  if (!spooled && sealed_.empty()) return false;
  const bool from_memory =
      !sealed_.empty() && (!spooled || (spool_->front().epoch == epoch_ &&
                                        sealed_.front()->facts.id < spool_->front().id));
  if (from_memory) {
    sending_ = sealed_.front()->facts;
    sending_rows_ = sealed_.front()->rows();
  } else {
    sending_ = spool_->front();
    auto rows = spool_->read_front();
    if (!rows) {
      stats_.rejected_by_server += sending_.rows;
      trouble_ = rows.error();
      spool_->pop_front();
      return start_next();
    }
    sending_rows_ = *rows;
  }
  source_ = from_memory ? Source::memory : Source::spool;
  if (auto made = make_partitions(sending_); !made) {
    source_ = Source::none;
    const bool gone = made.error().code == ErrorCode::unreachable;
    gone ? lose(std::move(made.error())) : pause(std::move(made.error()));
    return false;
  }
  if (settled_.rows > 0 && settled_.epoch == sending_.epoch &&
      settled_.id == sending_.id) {  // a part of it is in the table since an earlier attempt
    settle_in_parts();
    return false;
  }
  if (auto started = copy_->start(job_for({sending_.epoch, sending_.id, 0}), sending_rows_);
      !started) {
    lose(std::move(started.error()));
    return false;
  }
  return true;
}

/// What these rows need, and once a minute what the next ones will.
Result<void> BoundedTable::Writer::make_partitions(const BatchFacts& facts) {
  if (found_.kind != TableKind::partitioned) return {};
  const auto make = [&](Instant first, Instant last) -> Result<void> {
    if (partitions_.covers(first, last)) return {};
    const auto made = partitions_.make(*link_, first, last, options_.lock_timeout);
    if (!made) return failure(made.error());
    stats_.partitions_made += static_cast<std::uint64_t>(*made);
    return {};
  };
  if (auto made = make(facts.first, facts.last); !made) return made;
  if (Steady::now() < ahead_at_) return {};
  ahead_at_ = Steady::now() + kLookAhead;
  const Instant now = options_.now();
  return make(now, now + bound_.width);
}

/// The transaction changes the writer's row from what it was to `after`. Were it another's by now,
/// the division would fail and nothing be written.
postgres::CopyJob BoundedTable::Writer::job_for(const Settled& after) const {
  postgres::CopyJob job;
  job.what = say("write table '{}'", "escribir la tabla «{}»", {printable(shape_.name)});
  job.columns = quoted_columns(shape_);
  job.lock_timeout = options_.lock_timeout;
  job.statement_timeout = options_.statement_timeout;
  if (shape_.primary_key.empty()) {
    job.table = quoted_table(shape_);
  } else {
    job.table = kStage;
    job.after.push_back(insert_from_stage(shape_, options_.on_conflict == OnConflict::overwrite));
  }
  job.after.push_back("WITH settled AS (UPDATE " + quoted_batches(shape_) + " SET epoch = " +
                      signed_text(after.epoch) + ", batch_id = " + signed_text(after.id) +
                      ", rows_settled = " + signed_text(after.rows) +
                      " WHERE writer = " + postgres::quote_literal(options_.writer) +
                      " AND table_name = " + postgres::quote_literal(shape_.name) +
                      " AND epoch = " + signed_text(settled_.epoch) +
                      " AND batch_id = " + signed_text(settled_.id) +
                      " AND rows_settled = " + signed_text(settled_.rows) +
                      " RETURNING 1) SELECT 1 / count(*) FROM settled");
  return job;
}

void BoundedTable::Writer::committed() {
  settled_ = {sending_.epoch, sending_.id, 0};
  end_batch();
}

void BoundedTable::Writer::end_batch() {
  const auto written = sending_.rows - refused_rows_;
  stats_.committed += written;
  stats_.rejected_by_server += refused_rows_;
  stats_.bytes += sending_rows_.size();
  ++stats_.batches;
  if (source_ == Source::spool) {
    stats_.replayed += written;
    spool_->pop_front();
  } else {
    free_.push_back(std::move(sealed_.front()));
    sealed_.pop_front();
  }
  source_ = Source::none;
  partitions_reloaded_ = false;
  backoff_ = {};
  if (refused_rows_ == 0) trouble_.reset();
  refused_rows_ = 0;
}

void BoundedTable::Writer::failed(Error error) {
  ++stats_.failures;
  const auto state = copy_->sqlstate();
  if (error.code == ErrorCode::unreachable || error.code == ErrorCode::timed_out ||
      blames_server(state)) {
    lose(std::move(error));
    return;
  }
  if (state == "23514" && found_.kind == TableKind::partitioned && !partitions_reloaded_) {
    partitions_reloaded_ = true;  // somebody dropped the partition that was there
    if (auto loaded = partitions_.load(*link_); !loaded) {
      lose(std::move(loaded.error()));
      return;
    }
    source_ = Source::none;
    return;
  }
  if (blames_rows(state)) {
    settle_in_parts();
    return;
  }
  source_ = Source::none;
  pause(std::move(error));
}

Result<int> BoundedTable::Writer::drop_overdue(Instant now) {
  if (!bound_.keep) return 0;
  const auto deadline = deadline_in(options_.statement_timeout);
  while (copy_ && copy_->running() && Steady::now() < deadline) {
    advance();
    wait(deadline);
  }
  connect_if_due();
  if (!link_ || copy_->running()) {
    return failure(ErrorCode::unreachable,
                   say("table '{}': the server is away or busy",
                       "tabla «{}»: el servidor no está o está ocupado", {printable(shape_.name)}));
  }
  Result<int> dropped = 0;
  const Instant cut = now - *bound_.keep;
  if (found_.kind == TableKind::partitioned)
    dropped = partitions_.drop_until(*link_, cut, options_.lock_timeout);
  if (found_.kind == TableKind::hypertable && !found_.server_drops)
    dropped = drop_chunks_until(*link_, shape_, cut, options_.lock_timeout);
  if (!dropped && dropped.error().code == ErrorCode::unreachable) lose(dropped.error());
  if (dropped) stats_.partitions_dropped += static_cast<std::uint64_t>(*dropped);
  return dropped;
}

}  // namespace plimsoll
