#include <array>
#include <chrono>
#include <random>
#include <set>
#include <utility>

#include "diagnose/rule_cases_test.h"

// What holds for every census, not only for those somebody thought of.
namespace plimsoll {
namespace {

/// Every fact that may be unknown is.
Census all_unknown() {
  Census census;
  census.taken_at = noon();
  PostgresCensus postgres;
  postgres.target = "main";
  postgres.taken_at = noon();
  postgres.timescale = Timescale{};
  for (const bool hypertable : {false, true}) {
    Table table;
    table.schema = "public";
    table.name = hypertable ? "h" : "p";
    table.kind = hypertable ? "hypertable" : "table";
    if (hypertable) {
      Hypertable shape;
      shape.chunks.resize(3);
      table.shape = shape;
    }
    postgres.tables.push_back(table);
  }
  Table partitioned = postgres.tables.front();
  partitioned.name = "parts";
  PartitionedTable shape;
  shape.partitions.resize(2);
  shape.partitions.back().is_default = true;
  partitioned.shape = shape;
  postgres.tables.push_back(partitioned);
  postgres.slots.push_back({"s", "logical", false, {}, {}, {}});
  postgres.notable_indexes.push_back({"public.i", "public.p", {}, true, false, {}});
  census.postgres.push_back(postgres);
  RedisCensus redis;
  redis.target = "main";
  redis.taken_at = noon();
  Stream stream;
  stream.key = "s";
  stream.groups.resize(1);
  redis.streams.push_back(stream);
  census.redis.push_back(redis);
  DockerCensus docker;
  docker.target = "docker";
  docker.taken_at = noon();
  Container container;
  container.name = "c";
  container.state = "running";
  docker.containers.push_back(container);
  Volume volume;
  volume.name = "v";
  volume.anonymous = true;
  docker.volumes.push_back(volume);
  census.docker = docker;
  census.host = HostCensus{};
  return census;
}

TEST(Diagnose, claims_nothing_on_unknown_facts) {
  const Diagnosis diagnosis = diagnose(all_unknown());
  EXPECT_TRUE(diagnosis.findings.empty()) << diagnosis.findings.front().title.en;
  EXPECT_FALSE(diagnosis.gaps.empty());
}

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_{seed} {}
  bool chance(double p = 0.5) { return std::bernoulli_distribution{p}(engine_); }
  std::int64_t number() {
    const int digits = std::uniform_int_distribution<int>{0, 14}(engine_);
    std::int64_t most = 1;
    for (int i = 0; i < digits; ++i) most *= 10;
    return std::uniform_int_distribution<std::int64_t>{0, most}(engine_);
  }
  template <typename T>
  std::optional<T> maybe(T value) {
    return chance(0.75) ? std::optional<T>{value} : std::nullopt;
  }
  std::optional<std::int64_t> count() { return maybe(number()); }
  std::optional<Bytes> bytes() { return maybe(Bytes{number()}); }
  Seconds span() { return Seconds{number() % (400 * 86400)}; }
  Instant instant() { return chance(0.9) ? noon() - span() : noon() + span(); }
  SizeBound bound() {
    if (chance(0.3)) return Unknown{};
    return chance(0.3) ? SizeBound{Unbounded{}} : SizeBound{Bytes{number()}};
  }
  std::optional<GrowthRate> growth() {
    if (chance(0.3)) return std::nullopt;
    GrowthRate rate;
    if (chance(0.8)) rate.bytes_per_day = static_cast<double>(number()) - 1000;
    if (chance(0.8)) rate.items_per_day = static_cast<double>(number()) - 1000;
    rate.window = span();
    return rate;
  }
  std::string name() {
    const std::array<const char*, 6> names{"ticks", "a b", "x\ny", "o'b\"c", "\xff\xfe", ""};
    return names.at(static_cast<std::size_t>(number()) % names.size());
  }

 private:
  std::mt19937 engine_;
};

Table random_table(Dice& dice) {
  Table table;
  table.schema = "public";
  table.name = dice.name();
  table.kind = "table";
  table.bytes = dice.bytes();
  table.rows = dice.count();
  table.growth = dice.growth();
  if (dice.chance()) {
    table.time = TimeColumn{"at",
                            dice.chance() ? "date" : "bigint (epoch ms)",
                            true,
                            dice.maybe(dice.instant()),
                            dice.maybe(dice.instant()),
                            true};
  }
  table.inserted = dice.count();
  table.updated = dice.count();
  table.deleted = dice.count();
  table.live_tuples = dice.count();
  table.dead_tuples = dice.count();
  table.sequential_scans = dice.count();
  table.index_scans = dice.count();
  if (dice.chance(0.4)) {
    Hypertable shape;
    shape.time_column = "at";
    shape.integer_time = dice.chance(0.3);
    shape.has_integer_now = dice.chance();
    if (dice.chance(0.8)) shape.chunk_interval = dice.span();
    for (int i = 0; i < 5; ++i) {
      Chunk chunk;
      if (dice.chance(0.8)) chunk.range_start = dice.instant();
      if (dice.chance(0.8)) chunk.range_end = dice.instant();
      chunk.bytes = dice.bytes();
      shape.chunks.push_back(chunk);
    }
    table.shape = shape;
  } else if (dice.chance(0.4)) {
    PartitionedTable shape;
    for (int i = 0; i < 5; ++i) {
      Partition part;
      part.name = "public." + dice.name();
      if (dice.chance(0.8)) part.range_start = dice.instant();
      if (dice.chance(0.8)) part.range_end = dice.instant();
      part.bytes = dice.bytes();
      part.rows = dice.count();
      part.is_default = dice.chance(0.2);
      part.detach_pending = dice.chance(0.2);
      shape.partitions.push_back(part);
    }
    table.shape = shape;
  }
  return table;
}

Stream random_stream(Dice& dice) {
  Stream stream;
  stream.key = dice.name();
  stream.database = dice.chance(0.1) ? 5 : 0;
  stream.length = dice.number();
  stream.entries_added = dice.count();
  stream.first_id = dice.maybe(StreamId{static_cast<std::uint64_t>(dice.number()), 0});
  if (dice.chance()) stream.first_id = id_at(dice.instant());
  stream.last_id = dice.maybe(id_at(dice.instant()));
  stream.last_generated = dice.chance() ? id_at(dice.instant()) : StreamId{~0ULL, ~0ULL};
  stream.max_deleted = dice.maybe(StreamId{1, 1});
  stream.entry_bytes = dice.bytes();
  if (dice.chance()) stream.memory = StreamMemory{Bytes{dice.number()}, Bytes{dice.number()}, {}};
  stream.growth = dice.growth();
  stream.added_between_samples = dice.count();
  stream.length_between_samples = dice.count();
  for (int i = 0; i < 3; ++i) {
    ConsumerGroup group;
    group.name = dice.name();
    group.last_delivered = id_at(dice.instant());
    group.pending_entries = dice.number();
    group.entries_read = dice.count();
    group.lag = dice.count();
    group.oldest_pending = dice.maybe(id_at(dice.instant()));
    group.dangling_pending = dice.count();
    group.consumers.resize(15);
    for (Consumer& consumer : group.consumers) consumer.idle = dice.maybe(dice.span());
    stream.groups.push_back(group);
  }
  return stream;
}

Container random_container(Dice& dice) {
  Container container;
  container.name = dice.name();
  container.image = dice.chance() ? "redis:7" : "postgres:15";
  container.state = dice.chance() ? "running" : "restarting";
  container.memory_limit = dice.bound();
  container.memory.working_set = dice.bytes();
  container.memory.peak = dice.bytes();
  container.memory_growth = dice.growth();
  container.cpu_share = dice.maybe(static_cast<double>(dice.number()) / 100);
  container.oom_kills = dice.count();
  container.restart_count = dice.number();
  container.log_driver = dice.chance() ? "json-file" : "";
  container.log_bytes = dice.bytes();
  return container;
}

Census random_census(unsigned seed) {
  Dice dice{seed};
  PostgresCensus postgres = a_postgres();
  postgres.stats_since = dice.maybe(dice.instant());
  postgres.free_disk = dice.bytes();
  postgres.disk_size = Bytes{100};
  postgres.timescale = Timescale{};
  postgres.timescale->edition =
      dice.chance() ? TimescaleEdition::community : TimescaleEdition::apache;
  postgres.wal.slot_cap = dice.bound();
  postgres.wal.archiving = dice.maybe(dice.chance());
  for (int i = 0; i < 6; ++i) {
    postgres.tables.push_back(random_table(dice));
    Job job = a_retention_job(i, postgres.tables.back().qualified(), dice.span());
    job.scheduled = dice.chance(0.8);
    job.schedule_interval = dice.maybe(dice.span());
    job.next_start = dice.maybe(dice.instant());
    if (dice.chance()) postgres.jobs.push_back(job);
  }
  postgres.slots.push_back({dice.name(), "logical", dice.chance(), dice.bytes(), {}, {}});
  postgres.notable_indexes.push_back(
      {dice.name(), dice.name(), dice.bytes(), dice.chance(), dice.chance(), dice.count()});
  Census census = census_of(postgres);
  RedisCensus redis = a_redis();
  redis.maxmemory = dice.bound();
  redis.used_memory = dice.bytes();
  for (int i = 0; i < 4; ++i) redis.streams.push_back(random_stream(dice));
  redis.families.push_back(
      {dice.name(), 0, "hash", dice.number(), Bytes{dice.number()}, dice.number(), dice.number()});
  census.redis.push_back(redis);
  census.docker = a_docker();
  for (int i = 0; i < 3; ++i) census.docker->containers.push_back(random_container(dice));
  census.host = a_host();
  FileSystem files{
      "/",          "d",          "ext4", Bytes{100}, Bytes{dice.number()}, Bytes{dice.number()},
      dice.count(), dice.count(), false};
  files.size = dice.chance() ? Bytes{100} : Bytes{dice.number()};
  census.host->file_systems.push_back(files);
  return census;
}

TEST(Diagnose, random_censuses_give_whole_ordered_and_equal_answers) {
  for (unsigned seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE(seed);
    const Census census = random_census(seed);
    const Diagnosis once = diagnose(census);
    EXPECT_EQ(lines_of(once), lines_of(diagnose(census)));
    std::set<std::pair<Rule, ResourceId>> seen;
    Severity last = Severity::critical;
    for (const Finding& finding : once.findings) {
      EXPECT_TRUE(seen.insert({finding.rule, finding.store}).second);
      EXPECT_LE(finding.severity, last);
      last = finding.severity;
      EXPECT_FALSE(finding.title.en.empty() || finding.title.es.empty());
      EXPECT_FALSE(finding.evidence.empty());
      for (const std::string& command : finding.commands) {
        EXPECT_EQ(command.find('\n'), std::string::npos) << command;
      }
    }
  }
}

TEST(Diagnose, takes_a_fraction_of_a_second_for_5000_chunks_and_200_streams) {
  PostgresCensus server = a_postgres();
  server.timescale = Timescale{};
  server.timescale->edition = TimescaleEdition::community;
  TableBuilder ticks = a_table("ticks").with_bytes(100_GiB).with_rows(1'000'000'000);
  ticks.as_hypertable(std::chrono::hours{1}, noon() - std::chrono::hours{5000}, noon());
  server.tables.push_back(ticks.with_growth(5e8, 4'800'000, GrowthSource::chunk_ranges));
  Census census = census_of(server);
  census.redis.push_back(a_redis());
  for (int i = 0; i < 200; ++i) {
    census.redis.front().streams.push_back(
        a_stream("s" + std::to_string(i)).with_length(50'000).with_group(a_group("g")));
  }
  const auto begin = std::chrono::steady_clock::now();
  const Diagnosis diagnosis = diagnose(census);
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_EQ(diagnosis.findings.size(), 202U);
  RecordProperty("milliseconds", static_cast<int>(took / std::chrono::milliseconds{1}));
  EXPECT_LT(took, std::chrono::seconds{1});  // with sanitizers on; 100 ms without
}

}  // namespace
}  // namespace plimsoll
