#include "tests/testing/census_builders.h"

namespace plimsoll {

Instant noon() { return instant_of_unix_seconds(1762880400); }

StreamId id_at(Instant instant, std::uint64_t sequence) {
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(instant.time_since_epoch()).count();
  return {static_cast<std::uint64_t>(ms), sequence};
}

PostgresCensus a_postgres() {
  PostgresCensus server;
  server.target = "main";
  server.taken_at = noon();
  server.version_num = 150020;
  server.database = "tradeul";
  server.started_at = noon() - Days{30};
  server.stats_since = noon() - Days{30};
  server.database_bytes = Bytes{0};
  server.wal.slot_cap = 10_GiB;
  server.wal.archiving = false;
  server.statements_visible = true;
  server.password_required = true;
  server.free_disk = 100_GiB;
  server.disk_size = 460_GiB;
  return server;
}

RedisCensus a_redis() {
  RedisCensus server;
  server.target = "main";
  server.taken_at = noon();
  server.server_name = "redis";
  server.version = "7.0.15";
  server.role = "master";
  server.uptime = Days{30};
  server.used_memory = 100_MiB;
  server.used_memory_rss = 110_MiB;
  server.total_system_memory = 16_GiB;
  server.maxmemory = 2_GiB;
  server.maxmemory_policy = "noeviction";
  server.password_required = true;
  server.evicted_keys = 0;
  server.rdb_last_bgsave_status = "ok";
  return server;
}

DockerCensus a_docker() {
  DockerCensus engine;
  engine.target = "docker";
  engine.taken_at = noon();
  engine.engine = "docker";
  engine.version = "24.0.7";
  engine.api_version = "1.43";
  engine.cgroup_version = 2;
  engine.default_log_driver = "json-file";
  engine.host_memory = 16_GiB;
  return engine;
}

HostCensus a_host() {
  HostCensus host;
  host.taken_at = noon();
  host.memory_total = 16_GiB;
  host.memory_available = 8_GiB;
  host.swap_total = 2_GiB;
  host.swap_used = Bytes{0};
  host.cores = 8;
  return host;
}

Job a_retention_job(int id, std::string hypertable, Seconds drop_after, Instant now) {
  Job job;
  job.id = id;
  job.procedure = "policy_retention";
  job.hypertable = std::move(hypertable);
  job.window = std::to_string(drop_after / Days{1}) + " days";
  job.window_length = drop_after;
  job.schedule_interval = Days{1};
  job.last_run_status = "Success";
  job.last_successful_finish = now - std::chrono::hours{2};
  job.total_runs = 30;
  job.total_failures = 0;
  job.next_start = now + std::chrono::hours{22};
  return job;
}

Census census_of(PostgresCensus server) {
  Census census;
  census.taken_at = server.taken_at;
  census.targets.push_back({server.target, TargetKind::postgres,
                            "postgresql://127.0.0.1:5432/tradeul", "15.20",
                            server.timescale ? "timescaledb" : "", true});
  census.postgres.push_back(std::move(server));
  return census;
}

Census census_of(RedisCensus server) {
  Census census;
  census.taken_at = server.taken_at;
  census.targets.push_back(
      {server.target, TargetKind::redis, "redis://127.0.0.1:6379/0", server.version, "", true});
  census.redis.push_back(std::move(server));
  return census;
}

Census census_of(DockerCensus engine) {
  Census census;
  census.taken_at = engine.taken_at;
  census.targets.push_back(
      {engine.target, TargetKind::docker, "unix:///var/run/docker.sock", engine.version, "", true});
  census.docker = std::move(engine);
  return census;
}

Census census_of(HostCensus host) {
  Census census;
  census.taken_at = host.taken_at;
  census.targets.push_back({host.target, TargetKind::host, "", "", "", true});
  census.host = std::move(host);
  return census;
}

Census census_of(Table table) {
  PostgresCensus server = a_postgres();
  server.database_bytes = table.bytes;
  server.tables.push_back(std::move(table));
  return census_of(std::move(server));
}

Census census_of(Stream stream) {
  RedisCensus server = a_redis();
  server.streams.push_back(std::move(stream));
  return census_of(std::move(server));
}

Census census_of(Container container) {
  DockerCensus engine = a_docker();
  engine.containers.push_back(std::move(container));
  return census_of(std::move(engine));
}

}  // namespace plimsoll
