#include <random>

#include "plan/init_cases_test.h"

// What holds of a first policy for every census, not only for those somebody thought of.
namespace plimsoll {
namespace {

/// Any fact may be anything, or not known.
class Dice {
 public:
  explicit Dice(unsigned seed) : engine_{seed} {}
  bool chance(double p = 0.5) { return std::bernoulli_distribution{p}(engine_); }
  std::int64_t number() {
    std::int64_t most = 1;
    for (int i = std::uniform_int_distribution<int>{0, 14}(engine_); i > 0; --i) most *= 10;
    return std::uniform_int_distribution<std::int64_t>{0, most}(engine_);
  }
  template <typename T>
  std::optional<T> maybe(T value) {
    return chance(0.75) ? std::optional<T>{value} : std::nullopt;
  }
  std::optional<Bytes> bytes() { return maybe(Bytes{number()}); }
  Instant instant() { return noon() - Seconds{number() % (400 * 86400)}; }
  SizeBound bound() {
    if (chance(0.2)) return Unknown{};
    return chance() ? SizeBound{Unbounded{}} : SizeBound{Bytes{number()}};
  }
  std::optional<GrowthRate> growth() {
    GrowthRate rate;
    if (chance(0.8)) rate.bytes_per_day = static_cast<double>(number()) - 1000;
    if (chance(0.8)) rate.items_per_day = static_cast<double>(number()) - 1000;
    rate.window = Seconds{number() % 8'640'000};
    return maybe(rate);
  }
  std::string name() {
    const auto& names = hostile_names();
    return names.at(static_cast<std::size_t>(number()) % names.size());
  }

 private:
  std::mt19937 engine_;
};

Table any_table(Dice& dice) {
  Table table = a_log(dice.name());
  table.schema = dice.chance(0.8) ? "public" : dice.name();
  table.bytes = dice.bytes();
  table.rows = dice.maybe(dice.number());
  table.growth = dice.growth();
  table.time->type = dice.chance(0.3)   ? "date"
                     : dice.chance(0.3) ? "bigint (epoch ms)"
                                        : "timestamptz";
  table.time->oldest = dice.maybe(dice.instant());
  table.time->newest = dice.maybe(dice.instant());
  if (dice.chance(0.1)) table.time.reset();
  table.inserted = dice.maybe(dice.number());
  table.updated = dice.maybe(dice.number());
  table.deleted = dice.maybe(dice.number());
  if (dice.chance(0.3)) {
    Hypertable shape;
    shape.time_column = "at";
    shape.integer_time = table.time && table.time->type.starts_with("bigint");
    if (dice.chance(0.8)) shape.chunk_interval = Seconds{dice.number() % 8'640'000};
    shape.chunks.resize(3);
    for (Chunk& chunk : shape.chunks) {
      chunk.range_start = dice.instant();
      chunk.range_end = dice.instant();
      chunk.bytes = dice.bytes();
    }
    table.shape = shape;
    table.kind = "hypertable";
  } else if (dice.chance(0.3)) {
    PartitionedTable shape;
    shape.strategy = dice.chance(0.8) ? "range" : "hash";
    shape.key = dice.chance(0.8) ? "RANGE (at)" : "RANGE (id)";
    shape.partitions.resize(3);
    for (Partition& each : shape.partitions) {
      each.name = "public.p";
      each.range_start = dice.instant();
      each.range_end = dice.instant();
    }
    table.shape = shape;
    table.kind = "partitioned_table";
  }
  return table;
}

Stream any_stream(Dice& dice) {
  Stream stream = a_stream(dice.name()).with_length(dice.number());
  stream.database = dice.chance(0.2) ? 5 : 0;
  stream.entries_added = dice.maybe(dice.number());
  stream.first_id = dice.maybe(id_at(dice.instant()));
  stream.last_id = dice.maybe(id_at(dice.instant()));
  stream.last_generated = dice.chance(0.9) ? id_at(dice.instant()) : StreamId{~0ULL, ~0ULL};
  stream.entry_bytes = dice.bytes();
  if (dice.chance(0.3)) stream.memory.reset();
  stream.growth = dice.growth();
  for (int i = static_cast<int>(dice.number() % 3); i > 0; --i) {
    ConsumerGroup group = a_group(dice.name()).delivered_up_to(id_at(dice.instant()));
    group.lag = dice.maybe(dice.number());
    group.pending_entries = dice.number();
    group.oldest_pending = dice.maybe(id_at(dice.instant()));
    stream.groups.push_back(group);
  }
  return stream;
}

Census any_census(unsigned seed) {
  Dice dice{seed};
  PostgresCensus postgres = a_postgres();
  postgres.free_disk = dice.bytes();
  postgres.in_recovery = dice.chance(0.1);
  if (dice.chance()) {
    postgres.timescale = Timescale{};
    postgres.timescale->edition =
        dice.chance() ? TimescaleEdition::community : TimescaleEdition::apache;
  }
  for (int i = 0; i < 6; ++i) {
    postgres.tables.push_back(any_table(dice));
    if (dice.chance(0.3))
      postgres.jobs.push_back(a_retention_job(i, postgres.tables.back().qualified(),
                                              Seconds{dice.number() % 86'400'000}));
  }
  Census census = census_of(postgres);
  RedisCensus redis = a_redis();
  redis.maxmemory = dice.bound();
  redis.used_memory = dice.bytes();
  redis.total_system_memory = dice.bytes();
  for (int i = 0; i < 5; ++i) redis.streams.push_back(any_stream(dice));
  census.redis.push_back(redis);
  census.targets.push_back(
      {"main", TargetKind::redis, "redis://127.0.0.1:6379/0", "7", "", dice.chance(0.9)});
  census.docker = a_docker();
  census.docker->host_memory = dice.bytes();
  census.targets.push_back(
      {"docker", TargetKind::docker, "unix:///var/run/docker.sock", "24", "", true});
  for (int i = 0; i < 4; ++i) {
    Container container =
        a_container(dice.chance() ? "redis" : dice.name()).with_limit(dice.bound());
    container.image = dice.chance() ? "redis:7" : "app";
    container.compose_service = dice.chance() ? "redis" : "";
    container.memory_reservation = dice.bound();
    container.memory.working_set = dice.bytes();
    container.memory.peak = dice.bytes();
    if (dice.chance()) container.log_options.clear();
    census.docker->containers.push_back(container);
  }
  return census;
}

TEST(InitPolicy, is_read_without_a_warning_and_planned_whatever_the_census) {
  for (unsigned seed = 1; seed <= 30 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    expect_law(any_census(seed));
  }
}

}  // namespace
}  // namespace plimsoll
