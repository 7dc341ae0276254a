// Giving back what scan_results holds beyond 7 days, under a writer of 200 rows a second: Plimsoll
// beside what people do by hand, each on a copy of the same data in the same run. PLIMSOLL_SCALE
// (0.1) is the demo's: 1 is 12.5 million rows.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <thread>

#include "child.h"
#include "demo/market_tables.h"
#include "fixture_servers.h"
#include "link/postgres/script.h"
#include "live_writer.h"
#include "output.h"
#include "row.h"

namespace plimsoll::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::minutes kPatience{60};

constexpr const char* kInsert =
    "INSERT INTO scan_results (time, symbol, session, price, volume) "
    "VALUES (now(), 'LIVE', 'MARKET_OPEN', 1.5, 100)";

double scale() {
  const char* wanted = std::getenv("PLIMSOLL_SCALE");
  return wanted != nullptr ? std::stod(wanted) : 0.1;
}

template <typename T>
T value_or_throw(Result<T> result) {
  if (!result)
    throw std::runtime_error{result.error().what.en + " (" + result.error().hint.en + ")"};
  return std::move(*result);
}

/// One server, one database a method: each a copy of the one that was loaded.
class ReclaimServer {
 public:
  explicit ReclaimServer(const Scratch& scratch) {
    PrivateServerOptions options;
    options.settings = {"shared_buffers=1GB", "max_wal_size=4GB", "maintenance_work_mem=256MB",
                        "checkpoint_timeout=30min"};
    options.durable = true;
    options.loopback = false;
    options.ends_with_caller = true;
    server_ = value_or_throw(start_private_postgres(scratch.path() / "postgres", options));
    auto link = connect("tradeul");
    const auto loaded = load_market_tables(
        link, scale(),
        std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now()),
        [](const Text&) {});
    if (!loaded) throw std::runtime_error{loaded.error().what.en};
  }
  ~ReclaimServer() { stop_private_postgres(server_.directory); }
  ReclaimServer(const ReclaimServer&) = delete;
  ReclaimServer& operator=(const ReclaimServer&) = delete;

  std::string url(const std::string& database) const {
    std::string text = server_.url;
    return text.replace(text.rfind("/tradeul"), 8, "/" + database);
  }
  /// pg_repack takes no URL.
  std::string socket_folder() const { return server_.url.substr(server_.url.find("host=") + 5); }
  postgres::Link connect(const std::string& database) const {
    return value_or_throw(
        postgres::Link::connect(value_or_throw(postgres::parse_address(url(database))),
                                std::chrono::seconds{10}, postgres::Session::script));
  }
  void copy_to(const std::string& database) const {
    auto link = connect("postgres");
    run(link, "CREATE DATABASE " + database + " TEMPLATE tradeul");
    run(link, "CHECKPOINT");
  }
  void drop(const std::string& database) const {
    auto link = connect("postgres");
    run(link, "DROP DATABASE " + database + " WITH (FORCE)");
  }
  static postgres::Rows run(postgres::Link& link, const std::string& sql) {
    return value_or_throw(postgres::execute(link, sql, kPatience));
  }

 private:
  PrivateServer server_;
};

/// The database's size on disk, seen every 50 ms: its largest, and what is left at the end.
class DiskWatch {
 public:
  DiskWatch(const ReclaimServer& server, const std::string& database)
      : link_{server.connect("postgres")},
        sql_{"SELECT pg_database_size('" + database + "') AS bytes"},
        begin_{look()},
        most_{begin_},
        thread_{[this] {
          while (!stopping_) {
            most_ = std::max(most_, look());
            std::this_thread::sleep_for(std::chrono::milliseconds{50});
          }
        }} {}
  ~DiskWatch() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }
  DiskWatch(const DiskWatch&) = delete;
  DiskWatch& operator=(const DiskWatch&) = delete;

  struct Disk {
    double extra_mb = 0;
    double freed_mb = 0;
  };
  Disk stop() {
    stopping_ = true;
    thread_.join();
    const double end = look();
    return {std::max(most_, end) - begin_, begin_ - end};
  }

 private:
  double look() {
    return static_cast<double>(ReclaimServer::run(link_, sql_)[0].integer("bytes").value_or(0)) /
           1e6;
  }
  postgres::Link link_;
  std::string sql_;
  std::atomic<bool> stopping_ = false;
  double begin_;
  double most_;
  std::thread thread_;
};

double wal_mb(postgres::Link& link) {
  return ReclaimServer::run(link,
                            "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') / 1e6 AS mb")[0]
      .real("mb")
      .value_or(0);
}

struct Cost {
  double wall = 0;
  double wal = 0;
  DiskWatch::Disk disk;
  LiveWriter::Experience writer;
};

using Method = std::function<void(postgres::Link&, const std::string& database)>;

Cost measure(const ReclaimServer& server, const std::string& database, const Method& prepare,
             const Method& method) {
  std::cerr << "  " << database << '\n';
  server.copy_to(database);
  Cost cost;
  {
    auto link = server.connect(database);
    if (prepare) prepare(link, database);
    ReclaimServer::run(link, "CHECKPOINT");
    DiskWatch disk{server, database};
    LiveWriter writer{server.url(database), kInsert};
    const double before = wal_mb(link);
    const auto begin = Clock::now();
    method(link, database);
    cost.wall = std::chrono::duration<double>(Clock::now() - begin).count();
    cost.wal = wal_mb(link) - before;
    cost.writer = writer.stop();
    cost.disk = disk.stop();
    const auto late = ReclaimServer::run(
        link,  // whole partitions go: the day of the cut is partly inside the window, and stays
        "SELECT count(*) AS n FROM scan_results WHERE time < now() - interval '8 days 1 hour'");
    if (late[0].integer("n").value_or(1) != 0)
      throw std::runtime_error{database + " left rows that are too old"};
  }
  server.drop(database);
  return cost;
}

void documents_way(postgres::Link& link, const std::string&) {
  ReclaimServer::run(link, "DELETE FROM scan_results WHERE time < now() - interval '7 days'");
  ReclaimServer::run(link, "VACUUM FULL scan_results");
}

void delete_in_batches(postgres::Link& link) {
  for (;;) {
    const auto rows = ReclaimServer::run(link,
                                         "WITH gone AS (DELETE FROM scan_results WHERE ctid = ANY "
                                         "(ARRAY(SELECT ctid FROM scan_results WHERE "
                                         "time < now() - interval '7 days' LIMIT 10000)) RETURNING "
                                         "1) SELECT count(*) AS n FROM gone");
    if (rows[0].integer("n").value_or(0) == 0) return;
  }
}

void batches_and_vacuum(postgres::Link& link, const std::string&) {
  delete_in_batches(link);
  ReclaimServer::run(link, "VACUUM scan_results");
}

/// What must be there for pg_repack: a key, which scan_results never had.
void prepare_repack(postgres::Link& link, const std::string&) {
  ReclaimServer::run(link, "ALTER TABLE scan_results ADD COLUMN id bigserial");
  ReclaimServer::run(link, "ALTER TABLE scan_results ADD PRIMARY KEY (id)");
  ReclaimServer::run(link, "VACUUM FULL scan_results");
  ReclaimServer::run(link, "CREATE EXTENSION pg_repack");
}

/// Partitions of a day, as after a week under Plimsoll: the state in which retention is a drop.
constexpr const char* kDaily = R"sql(
DO $$
DECLARE d date := (now() - interval '15 days')::date;
BEGIN
  ALTER TABLE scan_results RENAME TO scan_results_plain;
  CREATE TABLE scan_results (LIKE scan_results_plain INCLUDING DEFAULTS) PARTITION BY RANGE (time);
  WHILE d < now() + interval '8 days' LOOP
    EXECUTE format('CREATE TABLE %I PARTITION OF scan_results FOR VALUES FROM (%L) TO (%L)',
                   'scan_results_p' || to_char(d, 'YYYYMMDD'), d || ' 00:00+00', d + 1 || ' 00:00+00');
    d := d + 1;
  END LOOP;
  INSERT INTO scan_results SELECT * FROM scan_results_plain;
  DROP TABLE scan_results_plain CASCADE;
  CREATE INDEX ON scan_results (time DESC);
  CREATE INDEX ON scan_results (symbol, time DESC);
  CREATE INDEX ON scan_results (session, time DESC);
  CREATE INDEX ON scan_results (rvol DESC, time DESC);
  CREATE INDEX ON scan_results (score DESC, time DESC);
END $$;
ANALYZE scan_results;
)sql";

class Reclaim {
 public:
  explicit Reclaim(const Scratch& scratch) : scratch_{scratch}, server_{scratch} {}

  Rows run() {
    const Cost document = measure(server_, "by_document", {}, documents_way);
    const Cost batches = measure(server_, "by_batches", {}, batches_and_vacuum);
    const Cost repack =
        measure(server_, "by_repack", prepare_repack, [&](auto& link, const auto& name) {
          delete_in_batches(link);
          run_child_or_throw({"/usr/lib/postgresql/15/bin/pg_repack", "-h", server_.socket_folder(),
                              "-U", "tradeul_user", "-d", name, "-t", "scan_results"},
                             scratch_.path() / "repack.out");
        });
    const Cost swap =
        measure(server_, "by_plimsoll", {}, [&](auto&, const auto& name) { plimsoll(name); });
    const Cost drop = measure(
        server_, "by_partitions", [](auto& link, const auto&) { ReclaimServer::run(link, kDaily); },
        [&](auto&, const auto& name) { plimsoll(name); });
    add("DELETE, VACUUM FULL", document, nullptr, "");
    add("batched DELETE, VACUUM", batches, &document, "DELETE, VACUUM FULL");
    add("DELETE, pg_repack", repack, &document, "DELETE, VACUUM FULL");
    add("Plimsoll, plain table", swap, &repack, "DELETE, pg_repack", 2.0, std::nullopt);
    add("Plimsoll, daily partitions", drop, &document, "DELETE, VACUUM FULL", 50.0, 300.0);
    return std::move(rows_);
  }

 private:
  void plimsoll(const std::string& database) {
    const auto policy = scratch_.path() / (database + ".yaml");
    std::ofstream{policy}
        << "version: 1\ntargets:\n  postgres: [{ name: main, url: \"" << server_.url(database)
        << "\" }]\ntables:\n  scan_results: { time: time, keep: 7d, chunk: 1d }\n";
    const auto plan = scratch_.path() / (database + ".json");
    const auto state = "PLIMSOLL_STATE=" + (scratch_.path() / "state").string();
    run_child_or_throw(
        {PLIMSOLL_BINARY, "plan", "--config", policy.string(), "--out", plan.string()},
        scratch_.path() / "plan.out", {2}, {state});
    run_child_or_throw(
        {PLIMSOLL_BINARY, "apply", plan.string(), "--config", policy.string(), "--yes", "--now"},
        scratch_.path() / "apply.out", {0}, {state});
  }

  void add(const std::string& how, const Cost& cost, const Cost* peer, const std::string& peer_name,
           std::optional<double> least_wall = {}, std::optional<double> least_stall = {}) {
    const auto row = [&](const char* what, const char* unit, double value, double peer_value,
                         std::optional<double> least, std::optional<double> most) {
      Row each{.bench = "reclaim", .subject = how + ": " + what, .value = value, .unit = unit};
      if (peer != nullptr) {
        each.peer = peer_name;
        each.peer_value = peer_value;
      }
      each.least_ratio = least;
      each.most = most;
      rows_.push_back(std::move(each));
    };
    const bool ours = how.starts_with("Plimsoll");
    const Cost none;
    const Cost& other = peer != nullptr ? *peer : none;
    row("wall", "s", cost.wall, other.wall, least_wall, {});
    row("writer's longest wait", "ms", cost.writer.longest_ms, other.writer.longest_ms, least_stall,
        ours ? std::optional{100.0} : std::nullopt);
    row("writer's p99", "ms", cost.writer.p99_ms, other.writer.p99_ms, {},
        ours ? std::optional{50.0} : std::nullopt);
    row("writer's failures", "rows", static_cast<double>(cost.writer.failures), 0, {}, {});
    row("extra disk", "MB", cost.disk.extra_mb, other.disk.extra_mb, {}, {});
    row("given back", "MB", cost.disk.freed_mb, other.disk.freed_mb, {}, {});
    row("WAL", "MB", cost.wal, other.wal, {}, {});
  }

  const Scratch& scratch_;
  ReclaimServer server_;
  Rows rows_;
};

}  // namespace

Rows run_reclaim_bench() {
  const Scratch scratch;
  return Reclaim{scratch}.run();
}

}  // namespace plimsoll::bench
