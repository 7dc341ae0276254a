#pragma once

#include <string>
#include <utility>

#include "census/census.h"

// Small builders for tests of the pure core: each starts from the dullest valid thing, known in
// every fact and worth no finding, and takes one departure from it at a time.
namespace plimsoll {

/// Tuesday, 11 November 2025, 17:00 UTC: noon of the stack in the document.
Instant noon();

StreamId id_at(Instant instant, std::uint64_t sequence = 0);

/// A stream that took `length` entries and was never trimmed, the last one a moment before noon().
class StreamBuilder {
 public:
  explicit StreamBuilder(std::string key);
  StreamBuilder& with_length(std::int64_t length);        ///< and as many added
  StreamBuilder& with_entries_added(std::int64_t count);  ///< more than the length: trimmed
  StreamBuilder& with_unknown_entries_added();            ///< a server before 7.0
  StreamBuilder& with_deleted_up_to(StreamId id);
  StreamBuilder& with_bytes(Bytes live, Bytes pending = {});
  StreamBuilder& with_unknown_bytes();
  StreamBuilder& with_growth(double bytes_per_day, double items_per_day);
  StreamBuilder& between(Instant first, Instant last);  ///< ids of its first and last entry
  StreamBuilder& between_samples(std::int64_t added, std::int64_t longer);
  StreamBuilder& with_nodes(std::int64_t nodes);
  StreamBuilder& with_ttl(Seconds ttl);
  StreamBuilder& with_group(ConsumerGroup group);
  operator Stream() const {
    return stream_;
  }  // NOLINT(google-explicit-constructor): reads as words

 private:
  Stream stream_;
};
StreamBuilder a_stream(std::string key);

/// A group that has read everything and owes nothing.
class GroupBuilder {
 public:
  explicit GroupBuilder(std::string name);
  GroupBuilder& delivered_up_to(StreamId id);
  GroupBuilder& with_read(std::int64_t entries);
  GroupBuilder& with_lag(std::optional<std::int64_t> lag);
  GroupBuilder& with_pending(std::int64_t entries, std::optional<StreamId> oldest = {});
  GroupBuilder& with_dangling(std::int64_t entries, bool exact = true);
  GroupBuilder& with_consumer(std::string name, Seconds idle, std::int64_t pending = 0);
  operator ConsumerGroup() const { return group_; }  // NOLINT(google-explicit-constructor)

 private:
  ConsumerGroup group_;
};
GroupBuilder a_group(std::string name);

/// A plain table of 10 rows that is read and does not grow.
class TableBuilder {
 public:
  explicit TableBuilder(std::string name);
  TableBuilder& in_schema(std::string schema);
  TableBuilder& with_bytes(Bytes bytes);
  TableBuilder& with_unknown_bytes();
  TableBuilder& with_rows(std::int64_t rows, bool exact = false);
  TableBuilder& with_time(std::string column, Instant oldest, Instant newest,
                          std::string type = "timestamptz", bool indexed = true);
  TableBuilder& with_growth(double bytes_per_day, double items_per_day, GrowthSource source);
  TableBuilder& with_unknown_growth();
  TableBuilder& written(std::int64_t inserted, std::int64_t updated = 0, std::int64_t deleted = 0);
  TableBuilder& with_unknown_activity();
  TableBuilder& scanned(std::int64_t sequential, std::int64_t by_index);
  TableBuilder& with_dead_tuples(std::int64_t dead, std::int64_t live);
  /// Chunks of equal size aligned to `interval` since the epoch, as TimescaleDB makes them.
  TableBuilder& as_hypertable(Seconds interval, Instant oldest, Instant newest);
  TableBuilder& with_hypertable(Hypertable hypertable);
  TableBuilder& with_partitions(PartitionedTable partitions);
  operator Table() const { return table_; }  // NOLINT(google-explicit-constructor)

 private:
  Table table_;
};
TableBuilder a_table(std::string name);

/// A running container with a limit it is far from and a log that rotates.
class ContainerBuilder {
 public:
  explicit ContainerBuilder(std::string name);
  ContainerBuilder& from_image(std::string image);
  ContainerBuilder& with_limit(SizeBound limit);
  ContainerBuilder& with_working_set(std::optional<Bytes> bytes);
  ContainerBuilder& with_log(std::string driver, std::map<std::string, std::string> options,
                             std::optional<Bytes> bytes = {});
  ContainerBuilder& with_cpu(double share);
  ContainerBuilder& publishing(std::string address);
  ContainerBuilder& restarted(std::int64_t times, std::string state = "running");
  ContainerBuilder& oom_killed(std::optional<std::int64_t> times);
  operator Container() const { return container_; }  // NOLINT(google-explicit-constructor)

 private:
  Container container_;
};
ContainerBuilder a_container(std::string name);

/// policy_retention that ran a while ago and will run again.
Job a_retention_job(int id, std::string hypertable, Seconds drop_after, Instant now = noon());

/// PostgreSQL 15 "main" and Redis 7.0 "main" at noon(), healthy and empty.
PostgresCensus a_postgres();
RedisCensus a_redis();
DockerCensus a_docker();
HostCensus a_host();

/// A census of just these things, at noon(), its targets reachable.
Census census_of(PostgresCensus server);
Census census_of(RedisCensus server);
Census census_of(DockerCensus engine);
Census census_of(HostCensus host);
Census census_of(Table table);
Census census_of(Stream stream);
Census census_of(Container container);

}  // namespace plimsoll
