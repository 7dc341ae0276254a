#include "plan/words.h"

#include "diagnose/server_words.h"
#include "plan/partition_names.h"

namespace plimsoll {
namespace {

using Words = std::vector<std::string>;

std::string table(const TableName& name) {
  return sql_identifier(name.schema) + "." + sql_identifier(name.name);
}
std::string regclass(const TableName& name) { return sql_literal(table(name)) + "::regclass"; }
std::string stream(const StreamName& name) { return redis_argument(name.key); }
std::string digits(std::int64_t value) { return std::to_string(value); }

std::string bound(const TimeAxis& axis, const std::optional<Instant>& at) {
  return at ? bound_literal(axis, *at) : "MINVALUE";
}
std::string values(const TimeAxis& axis, const TimeRange& range) {
  return "FOR VALUES FROM (" + bound(axis, range.begin) + ") TO (" + bound(axis, range.end) + ")";
}
/// An argument of drop_chunks: its own type, not the literal's.
std::string moment(const TimeAxis& axis, Instant at) {
  const std::string literal = bound_literal(axis, at);
  return axis.units_per_second != 0 ? literal + "::" + axis.type : literal + "::" + axis.type;
}

struct Wording {
  Words operator()(const SetRetentionPolicy& change) const {
    Words words{"BEGIN"};
    if (change.replaces_job)
      words.push_back("SELECT remove_retention_policy(" + regclass(change.table) + ")");
    const std::string window = change.integer_drop_after
                                   ? "BIGINT '" + digits(*change.integer_drop_after) + "'"
                                   : sql_interval(change.drop_after);
    words.push_back("SELECT add_retention_policy(" + regclass(change.table) + ", " + window + ")");
    words.emplace_back("COMMIT");
    return words;
  }
  Words operator()(const SetCompressionPolicy& change) const {
    Words words{"BEGIN"};
    if (change.replaces_job)
      words.push_back("SELECT remove_compression_policy(" + regclass(change.table) + ")");
    words.push_back("SELECT add_compression_policy(" + regclass(change.table) + ", " +
                    sql_interval(change.compress_after) + ")");
    words.emplace_back("COMMIT");
    return words;
  }
  Words operator()(const SetChunkInterval& change) const {
    const std::string interval = change.integer_interval != 0
                                     ? "BIGINT '" + digits(change.integer_interval) + "'"
                                     : sql_interval(change.interval);
    return {"SELECT set_chunk_time_interval(" + regclass(change.table) + ", " + interval + ")"};
  }
  Words operator()(const DropChunks& change) const {
    Words words;
    for (const NamedRange& each : change.chunks) {
      std::string call = "SELECT drop_chunks(" + regclass(change.table) + ", older_than => " +
                         moment(change.axis, each.range.end);
      if (each.range.begin) call += ", newer_than => " + moment(change.axis, *each.range.begin);
      words.push_back(call + ")  -- " + each.name.name);
    }
    return words;
  }
  Words operator()(const PartitionTable& change) const {
    return {"ALTER TABLE " + table(change.table) + " RENAME TO " +
                sql_identifier(change.old_partition.name),
            "CREATE TABLE " + table(change.table) + " (…) PARTITION BY RANGE (" +
                sql_identifier(change.axis.column) + ")",
            "ALTER TABLE " + table(change.table) + " ATTACH PARTITION " +
                table(change.old_partition) + " " +
                values(change.axis, {std::nullopt, change.attach_until})};
  }
  Words operator()(const CreatePartitions& change) const {
    Words words;
    for (const NamedRange& each : change.partitions) {
      words.push_back("CREATE TABLE " + table(each.name) + " (LIKE " + table(change.table) +
                      " INCLUDING ALL)");
      words.push_back("ALTER TABLE " + table(change.table) + " ATTACH PARTITION " +
                      table(each.name) + " " + values(change.axis, each.range));
    }
    return words;
  }
  Words operator()(const DropPartitions& change) const {
    Words words;
    for (const NamedRange& each : change.partitions) {
      words.push_back("ALTER TABLE " + table(change.table) + " DETACH PARTITION " +
                      table(each.name));
      words.push_back("DROP TABLE " + table(each.name));
    }
    return words;
  }
  Words operator()(const ReplacePartition& change) const {
    Words words;
    const std::string column = sql_identifier(change.axis.column);
    for (const NamedRange& each : change.partitions) {
      const std::string from = bound(change.axis, each.range.begin && *each.range.begin > change.cut
                                                      ? each.range.begin
                                                      : std::optional{change.cut});
      words.push_back("INSERT INTO " + table(each.name) + " SELECT * FROM " +
                      table(change.partition) + " WHERE " + column + " >= " + from + " AND " +
                      column + " < " + bound(change.axis, each.range.end));
    }
    words.push_back("ALTER TABLE " + table(change.table) + " DETACH PARTITION " +
                    table(change.partition));
    for (const NamedRange& each : change.partitions)
      words.push_back("ALTER TABLE " + table(change.table) + " ATTACH PARTITION " +
                      table(each.name) + " " + values(change.axis, each.range));
    words.push_back("DROP TABLE " + table(change.partition));
    return words;
  }
  /// Both live in schemas of Plimsoll's own, named by the old one's oid, so that every name in them
  /// is right from the start.
  Words operator()(const ReplaceHypertable& change) const {
    const std::string name = sql_identifier(change.table.name);
    return {
        "CREATE TABLE plimsoll_…." + name + " (LIKE " + table(change.table) + ")",
        "SELECT create_hypertable('plimsoll_…." + name + "', " + sql_literal(change.axis.column) +
            ", chunk_time_interval => " + sql_interval(change.interval) + ")",
        "INSERT INTO plimsoll_…." + name + " SELECT * FROM " + table(change.table) + " WHERE " +
            sql_identifier(change.axis.column) + " >= " + bound_literal(change.axis, change.cut),
        "ALTER TABLE " + table(change.table) + " SET SCHEMA plimsoll_…_old",
        "ALTER TABLE plimsoll_…." + name + " SET SCHEMA " + sql_identifier(change.table.schema),
        "DROP TABLE plimsoll_…_old." + name};
  }
  Words operator()(const DeleteRows& change) const {
    const std::string column = sql_identifier(change.axis.column);
    return {"DELETE FROM " + table(change.table) + " WHERE ctid = ANY (ARRAY(SELECT ctid FROM " +
                table(change.table) + " WHERE " + column + " < " +
                bound_literal(change.axis, change.cut) + " ORDER BY " + column +
                " LIMIT …))  -- repeated",
            "VACUUM " + table(change.table)};
  }
  Words operator()(const TrimStream& change) const {
    const std::string how = change.exact ? " = " : " ~ ";
    if (change.minid)
      return {"XTRIM " + stream(change.stream) + " MINID" + how + std::to_string(change.minid->ms) +
              "-" + std::to_string(change.minid->sequence)};
    if (change.maxlen)
      return {"XTRIM " + stream(change.stream) + " MAXLEN" + how + digits(*change.maxlen)};
    return {"XTRIM " + stream(change.stream) + " MAXLEN" + how + "…  -- until it takes " +
            digits(change.max_bytes.value_or(Bytes{}).count()) + " bytes"};
  }
  Words operator()(const AcknowledgeDangling& change) const {
    const std::string names = stream(change.stream) + " " + redis_argument(change.group);
    return {"XPENDING " + names + " - + 1000",
            "XACK " + names + " …  -- the ids whose entry is gone"};
  }
  Words operator()(const DeleteConsumers& change) const {
    Words words;
    for (const auto& consumer : change.consumers)
      words.push_back("XGROUP DELCONSUMER " + stream(change.stream) + " " +
                      redis_argument(change.group) + " " + redis_argument(consumer) +
                      "  -- only with nothing pending");
    return words;
  }
  Words operator()(const DeleteStream& change) const { return {"UNLINK " + stream(change.stream)}; }
  Words operator()(const ExpireStream& change) const {
    return {"EXPIRE " + stream(change.stream) + " " + digits(change.after.count())};
  }
  Words operator()(const ExpireKeys& change) const {
    return {"EXPIRE " + redis_argument(change.pattern) + " " + digits(change.ttl.count()) +
            " NX  -- each key, by SCAN"};
  }
  Words operator()(const SetMaxmemory& change) const {
    Words words;
    if (change.maxmemory)
      words.push_back("CONFIG SET maxmemory " + digits(change.maxmemory->count()));
    if (!change.eviction.empty())
      words.push_back("CONFIG SET maxmemory-policy " + redis_argument(change.eviction));
    words.emplace_back("CONFIG REWRITE");
    return words;
  }
  Words operator()(const SetContainerMemory& change) const {
    std::string words = "docker update";
    if (change.limit)
      words += " --memory " + digits(change.limit->count()) + " --memory-swap " +
               digits(change.limit->count());
    if (change.reservation) words += " --memory-reservation " + digits(change.reservation->count());
    return {words + " " + shell_argument(change.container)};
  }
  Words operator()(const PatchCompose& change) const {
    return {"docker compose -f " + shell_argument(change.file) + " up -d " +
            shell_argument(change.service) + "  -- after the file is patched"};
  }
};

}  // namespace

std::vector<std::string> words_of(const Change& change) { return std::visit(Wording{}, change); }

}  // namespace plimsoll
