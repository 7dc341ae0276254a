#include "collect/postgres/timescale.h"

#include <algorithm>

#include "base/text.h"
#include "collect/postgres/parse.h"
#include "link/postgres/probes.h"
#include "link/postgres/quote.h"

namespace plimsoll {

TimescaleEdition parse_license(std::string_view license) {
  if (license == "apache") return TimescaleEdition::apache;
  if (license == "timescale" || license == "community") return TimescaleEdition::community;
  return TimescaleEdition::unknown;
}

Timescale parse_timescale(const postgres::Row& row) {
  Timescale timescale;
  timescale.version = row.text("version");
  timescale.edition = parse_license(row.cell("license").value_or(""));
  timescale.restoring = row.cell("restoring") == "on";
  if (const auto workers = row.integer("max_background_workers")) {
    timescale.max_background_workers = static_cast<int>(*workers);
  }
  return timescale;
}

std::vector<HypertableFacts> parse_hypertables(const postgres::Rows& rows) {
  std::vector<HypertableFacts> hypertables;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = rows[i];
    HypertableFacts facts;
    facts.schema = row.text("schema");
    facts.name = row.text("name");
    if (row.cell("view_name")) {
      facts.aggregate_view = row.text("view_schema") + "." + row.text("view_name");
    }
    facts.time_type = row.text("time_type");
    facts.shape.time_column = row.text("time_column");
    facts.shape.compression_enabled = row.flag("compression_enabled");
    facts.shape.has_integer_now = !row.text("integer_now_func").empty();
    if (const auto interval = row.integer("integer_interval")) {
      facts.shape.integer_time = true;
      facts.shape.chunk_interval = *interval;
    } else if (const auto seconds = row.integer("interval_seconds")) {
      facts.shape.chunk_interval = Seconds{*seconds};
    }
    hypertables.push_back(std::move(facts));
  }
  return hypertables;
}

std::unordered_map<std::string, std::vector<Chunk>> parse_chunks(const postgres::Rows& rows) {
  std::unordered_map<std::string, std::vector<Chunk>> chunks;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = rows[i];
    Chunk chunk;
    chunk.name = row.text("chunk_schema") + "." + row.text("chunk_name");
    const auto value = [&](std::string_view time, std::string_view integer) -> RangeValue {
      if (const auto number = row.integer(integer)) return *number;
      if (const auto instant = row.instant(time)) return *instant;
      return std::monostate{};
    };
    chunk.range_start = value("range_start", "range_start_integer");
    chunk.range_end = value("range_end", "range_end_integer");
    chunk.compressed = row.flag("is_compressed");
    chunks[row.text("hypertable_schema") + "." + row.text("hypertable_name")].push_back(
        std::move(chunk));
  }
  for (auto& [hypertable, list] : chunks) {
    std::stable_sort(list.begin(), list.end(),
                     [](const Chunk& a, const Chunk& b) { return a.range_start < b.range_start; });
  }
  return chunks;
}

std::vector<Job> parse_jobs(const postgres::Rows& rows) {
  std::vector<Job> jobs;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = rows[i];
    Job job;
    job.id = static_cast<int>(row.integer("job_id").value_or(0));
    job.procedure = row.text("procedure");
    if (row.cell("hypertable_name")) {
      job.hypertable = row.text("hypertable_schema") + "." + row.text("hypertable_name");
    }
    job.window = row.optional_text("window");
    if (job.window) {
      job.window_integer = parse_int(*job.window);
      if (!job.window_integer) job.window_length = parse_interval(*job.window);
    }
    if (const auto seconds = row.integer("schedule_seconds")) {
      job.schedule_interval = Seconds{*seconds};
    }
    job.scheduled = row.boolean("scheduled").value_or(true);
    job.last_run_status = row.optional_text("last_run_status");
    job.last_successful_finish = row.instant("last_successful_finish");
    job.total_runs = row.integer("total_runs");
    job.total_failures = row.integer("total_failures");
    job.next_start = row.instant("next_start");
    jobs.push_back(std::move(job));
  }
  return jobs;
}

namespace {

void read_scheduler(Reading& reading, Timescale& timescale) {
  if (!reading.rights.sees_all_stats) {
    reading.add_hidden_gap(postgres::kTimescaleScheduler);
    return;
  }
  const auto rows = reading.ask(postgres::kTimescaleScheduler);
  if (rows && !rows->empty()) timescale.scheduler_running = (*rows)[0].boolean("running");
}

/// A job's hypertable as the tables are named: where a version of the extension gives the
/// continuous aggregate's view, the hypertable behind it.
void name_hypertables_of_jobs(TimescaleFacts& facts) {
  for (auto& job : facts.jobs) {
    for (const auto& hypertable : facts.hypertables) {
      if (hypertable.aggregate_view == job.hypertable) {
        job.hypertable = hypertable.schema + "." + hypertable.name;
      }
    }
  }
}

/// Errors of jobs show to their owners only; to others the view is empty, without a word.
void read_job_errors(Reading& reading, std::vector<Job>& jobs) {
  const auto rows = reading.ask(postgres::kJobErrors);
  if (!rows) return;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    for (auto& job : jobs) {
      if (row.integer("job_id") == job.id) job.last_error = row.optional_text("err_message");
    }
  }
  if (rows->empty() && !reading.rights.superuser && !reading.rights.owns_database) {
    reading.add_gap(postgres::kJobErrors.what(),
                    say("TimescaleDB shows them to the owner of the database only; no rows here "
                        "is no proof of health",
                        "TimescaleDB solo los muestra al propietario de la base; que aquí no haya "
                        "filas no prueba que todo vaya bien"),
                    say("connect once as the owner of the database, or as a superuser",
                        "conéctese una vez como propietario de la base o como superusuario"));
  }
}

void read_compressed(Reading& reading, const std::string& schema, TimescaleFacts& facts) {
  for (const auto& hypertable : facts.hypertables) {
    const auto name = hypertable.schema + "." + hypertable.name;
    const auto chunks = facts.chunks.find(name);
    if (chunks == facts.chunks.end() ||
        std::none_of(chunks->second.begin(), chunks->second.end(),
                     [](const Chunk& chunk) { return chunk.compressed; })) {
      continue;
    }
    const auto quoted = postgres::quote_identifier(hypertable.schema) + "." +
                        postgres::quote_identifier(hypertable.name);
    const auto rows = reading.ask(postgres::kChunkSizes, {{quoted}, {schema}, {}});
    for (std::size_t i = 0; rows && i < rows->size(); ++i) {
      const auto row = (*rows)[i];
      facts.chunk_sizes[row.text("chunk_schema") + "." + row.text("chunk_name")] = {
          row.bytes("table_bytes").value_or(Bytes{}), row.bytes("index_bytes").value_or(Bytes{}),
          row.bytes("toast_bytes").value_or(Bytes{})};
    }
    const auto count = reading.ask(postgres::kApproximateRows, {{quoted}, {schema}, {}});
    if (!count || count->empty()) continue;
    // 0 is what it says before the first ANALYZE.
    const auto counted = (*count)[0].integer("rows").value_or(0);
    if (counted > 0) facts.row_counts[name] = counted;
  }
}

}  // namespace

TimescaleFacts collect_timescale(Reading& reading) {
  TimescaleFacts facts;
  const auto extension = reading.ask(postgres::kTimescale);
  if (!extension || extension->empty()) return facts;
  facts.extension = parse_timescale((*extension)[0]);
  read_scheduler(reading, *facts.extension);
  if (const auto rows = reading.ask(postgres::kHypertables)) {
    facts.hypertables = parse_hypertables(*rows);
  }
  if (const auto rows = reading.ask(postgres::kContinuousAggregates)) {
    for (auto& aggregate : parse_hypertables(*rows)) {
      facts.hypertables.push_back(std::move(aggregate));
    }
  }
  if (const auto rows = reading.ask(postgres::kChunks)) facts.chunks = parse_chunks(*rows);
  if (const auto rows = reading.ask(postgres::kJobs)) {
    facts.jobs = parse_jobs(*rows);
    name_hypertables_of_jobs(facts);
    if (!facts.jobs.empty()) read_job_errors(reading, facts.jobs);
  }
  read_compressed(reading, (*extension)[0].text("schema"), facts);
  return facts;
}

}  // namespace plimsoll
