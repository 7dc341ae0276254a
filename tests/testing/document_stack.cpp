#include "tests/testing/document_stack.h"

#include "tests/testing/census_builders.h"

namespace plimsoll {
namespace {

Container service(const std::string& name, SizeBound limit, Bytes working_set, double cpu) {
  Container container = a_container("tradeul_" + name)
                            .from_image("tradeul-" + name + ":latest")
                            .with_limit(limit)
                            .with_working_set(working_set)
                            .with_log("json-file", {}, 36_MiB)
                            .with_cpu(cpu);
  container.compose_project = "tradeul";
  container.compose_service = name;
  return container;
}

}  // namespace

DockerCensus document_docker(Instant now) {
  DockerCensus engine = a_docker();
  engine.taken_at = now;
  engine.host_memory = Bytes{16'750'372'454};  // the 15.6 GiB that docker stats shows as a limit
  Container timescale = service("timescaledb", Unbounded{}, 4_GiB, 6.71);
  timescale.name = "tradeul_timescale";
  timescale.image = "timescale/timescaledb:latest-pg15";
  timescale.published_addresses = {"0.0.0.0:5432->5432/tcp"};
  timescale.mounts = {{"volume", "tradeul_timescale_data", "/var/lib/postgresql/data"}};
  Container redis = service("redis", Unbounded{}, 780_MiB, 0.31);
  redis.image = "redis:7-alpine";
  redis.published_addresses = {"0.0.0.0:6379->6379/tcp"};
  redis.mounts = {{"volume", "tradeul_redis_data", "/data"}};
  engine.containers = {timescale,
                       redis,
                       service("data_ingest", Unbounded{}, 310_MiB, 0.42),
                       service("scanner", 4_GiB, 540_MiB, 0.88),
                       service("analytics", 3_GiB, 351_MiB, 0.65),
                       service("polygon_ws", Unbounded{}, 120_MiB, 0.12),
                       service("websocket_server", 1_GiB, 180_MiB, 0.2),
                       service("data_maintenance", 1_GiB, 90_MiB, 0.01),
                       service("api_gateway", Unbounded{}, 210_MiB, 0.08)};
  for (Container& container : engine.containers) {
    container.started_at = now - Days{10};
    container.id = container.name + "-0123456789abcdef";
  }
  engine.volumes = {{"tradeul_timescale_data", false, 1, Bytes{}, now - Days{30}, ""},
                    {"tradeul_redis_data", false, 1, Bytes{}, now - Days{30}, ""}};
  engine.volumes[0].bytes = Bytes{13'400'000'000};
  engine.volumes[1].bytes = 400_MiB;
  return engine;
}

HostCensus document_host(Instant now) {
  HostCensus host = a_host();
  host.taken_at = now;
  host.memory_total = Bytes{16'750'372'454};
  host.memory_available = 2_GiB;
  host.cores = 8;
  host.load_1m = 9.4;
  FileSystem root;
  root.mount_point = "/";
  root.device = "/dev/sda1";
  root.type = "ext4";
  root.size = Bytes{460'000'000'000};
  root.used = Bytes{440'000'000'000};
  root.available = Bytes{20'000'000'000};
  root.inodes = 30'000'000;
  root.inodes_free = 27'000'000;
  host.file_systems = {root};
  return host;
}

Census document_stack(Instant now, ScanResults shape) {
  Census census;
  census.taken_at = now;
  const bool timescale = shape == ScanResults::hypertable;
  census.targets = {
      {"main", TargetKind::postgres, "postgresql://tradeul_user:***@127.0.0.1:5432/tradeul",
       "15.14", timescale ? "timescaledb 2.19.3 community" : "", true},
      {"main", TargetKind::redis, "redis://127.0.0.1:6379/0", "7.0.15", "", true},
      {"docker", TargetKind::docker, "unix:///var/run/docker.sock", "24.0.7", "", true},
      {"host", TargetKind::host, "", "", "", true}};
  census.postgres = {document_postgres(now, shape)};
  census.redis = {document_redis(now)};
  census.docker = document_docker(now);
  census.host = document_host(now);
  return census;
}

}  // namespace plimsoll
