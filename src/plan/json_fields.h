#pragma once

#include <tuple>

#include "plan/plan.h"

// What "plimsoll.plan/1" calls each field, once for writing and for reading: a field that is not
// here is in neither. Sizes end in _bytes and spans in _seconds.
namespace plimsoll::plan_json {

constexpr const char* kSchema = "plimsoll.plan/1";

template <typename Struct, typename Value>
struct Field {
  const char* name;
  Value Struct::*member;
};
template <typename Struct, typename Value>
Field(const char*, Value Struct::*) -> Field<Struct, Value>;

template <typename Struct>
struct Fields;  // one specialisation a struct

#define PLIMSOLL_FIELDS(Struct, ...)                      \
  template <>                                             \
  struct Fields<Struct> {                                 \
    using S = Struct;                                     \
    static constexpr auto list = std::tuple{__VA_ARGS__}; \
  }

PLIMSOLL_FIELDS(Text, Field{"en", &S::en}, Field{"es", &S::es});
PLIMSOLL_FIELDS(TableName, Field{"schema", &S::schema}, Field{"name", &S::name});
PLIMSOLL_FIELDS(TimeAxis, Field{"column", &S::column}, Field{"type", &S::type},
                Field{"units_per_second", &S::units_per_second});
PLIMSOLL_FIELDS(TimeRange, Field{"begin", &S::begin}, Field{"end", &S::end});
PLIMSOLL_FIELDS(NamedRange, Field{"name", &S::name}, Field{"range", &S::range},
                Field{"bytes", &S::bytes});
PLIMSOLL_FIELDS(StreamName, Field{"database", &S::database}, Field{"key", &S::key});

PLIMSOLL_FIELDS(SetRetentionPolicy, Field{"table", &S::table},
                Field{"drop_after_seconds", &S::drop_after},
                Field{"integer_drop_after", &S::integer_drop_after},
                Field{"replaces_job", &S::replaces_job});
PLIMSOLL_FIELDS(SetCompressionPolicy, Field{"table", &S::table},
                Field{"compress_after_seconds", &S::compress_after},
                Field{"segment_by", &S::segment_by}, Field{"order_by", &S::order_by},
                Field{"replaces_job", &S::replaces_job});
PLIMSOLL_FIELDS(SetChunkInterval, Field{"table", &S::table},
                Field{"interval_seconds", &S::interval},
                Field{"integer_interval", &S::integer_interval});
PLIMSOLL_FIELDS(DropChunks, Field{"table", &S::table}, Field{"axis", &S::axis},
                Field{"cut", &S::cut}, Field{"chunks", &S::chunks});
PLIMSOLL_FIELDS(PartitionTable, Field{"table", &S::table}, Field{"axis", &S::axis},
                Field{"old_partition", &S::old_partition}, Field{"attach_until", &S::attach_until},
                Field{"width_seconds", &S::width}, Field{"partitions", &S::partitions});
PLIMSOLL_FIELDS(CreatePartitions, Field{"table", &S::table}, Field{"axis", &S::axis},
                Field{"partitions", &S::partitions});
PLIMSOLL_FIELDS(DropPartitions, Field{"table", &S::table}, Field{"axis", &S::axis},
                Field{"cut", &S::cut}, Field{"partitions", &S::partitions});
PLIMSOLL_FIELDS(ReplacePartition, Field{"table", &S::table}, Field{"axis", &S::axis},
                Field{"partition", &S::partition}, Field{"range", &S::range}, Field{"cut", &S::cut},
                Field{"partitions", &S::partitions});
PLIMSOLL_FIELDS(ReplaceHypertable, Field{"table", &S::table}, Field{"axis", &S::axis},
                Field{"cut", &S::cut}, Field{"interval_seconds", &S::interval});
PLIMSOLL_FIELDS(DeleteRows, Field{"table", &S::table}, Field{"axis", &S::axis},
                Field{"cut", &S::cut}, Field{"rows", &S::rows});

PLIMSOLL_FIELDS(TrimStream, Field{"stream", &S::stream}, Field{"maxlen", &S::maxlen},
                Field{"minid", &S::minid}, Field{"max_bytes", &S::max_bytes},
                Field{"exact", &S::exact}, Field{"past_groups", &S::past_groups},
                Field{"abandoned", &S::abandoned});
PLIMSOLL_FIELDS(AcknowledgeDangling, Field{"stream", &S::stream}, Field{"group", &S::group});
PLIMSOLL_FIELDS(DeleteConsumers, Field{"stream", &S::stream}, Field{"group", &S::group},
                Field{"consumers", &S::consumers}, Field{"idle_seconds", &S::idle});
PLIMSOLL_FIELDS(DeleteStream, Field{"stream", &S::stream},
                Field{"last_generated", &S::last_generated});
PLIMSOLL_FIELDS(ExpireStream, Field{"stream", &S::stream},
                Field{"last_generated", &S::last_generated}, Field{"after_seconds", &S::after});
PLIMSOLL_FIELDS(ExpireKeys, Field{"database", &S::database}, Field{"pattern", &S::pattern},
                Field{"ttl_seconds", &S::ttl});
PLIMSOLL_FIELDS(SetMaxmemory, Field{"maxmemory_bytes", &S::maxmemory},
                Field{"eviction", &S::eviction});

PLIMSOLL_FIELDS(SetContainerMemory, Field{"container_id", &S::container_id},
                Field{"container", &S::container}, Field{"limit_bytes", &S::limit},
                Field{"reservation_bytes", &S::reservation});
PLIMSOLL_FIELDS(PatchCompose, Field{"file", &S::file}, Field{"service", &S::service},
                Field{"limit_bytes", &S::limit}, Field{"reservation_bytes", &S::reservation},
                Field{"log_max_size_bytes", &S::log_max_size},
                Field{"log_max_file", &S::log_max_file},
                Field{"redis_maxmemory_bytes", &S::redis_maxmemory},
                Field{"redis_eviction", &S::redis_eviction});

PLIMSOLL_FIELDS(LosesRange, Field{"first", &S::first}, Field{"last", &S::last},
                Field{"items", &S::items});
template <>
struct Fields<LosesNothing> {
  static constexpr std::tuple<> list{};
};

PLIMSOLL_FIELDS(Step, Field{"number", &S::number}, Field{"target_kind", &S::target_kind},
                Field{"target", &S::target}, Field{"resource", &S::resource},
                Field{"change", &S::change}, Field{"before", &S::before}, Field{"loss", &S::loss},
                Field{"title", &S::title}, Field{"why", &S::why}, Field{"locks", &S::locks},
                Field{"undo", &S::undo}, Field{"words", &S::words}, Field{"frees_bytes", &S::frees},
                Field{"takes_seconds", &S::takes}, Field{"basis", &S::basis},
                Field{"heavy", &S::heavy}, Field{"after", &S::after});
PLIMSOLL_FIELDS(PlanTarget, Field{"kind", &S::kind}, Field{"name", &S::name},
                Field{"identity", &S::identity});
PLIMSOLL_FIELDS(Refusal, Field{"resource", &S::resource}, Field{"what", &S::what},
                Field{"why", &S::why}, Field{"instead", &S::instead});
PLIMSOLL_FIELDS(Gap, Field{"target", &S::target}, Field{"what", &S::what}, Field{"why", &S::why},
                Field{"hint", &S::hint});
/// Without the hash, which is of all of these.
PLIMSOLL_FIELDS(Plan, Field{"taken_at", &S::taken_at}, Field{"expires_at", &S::expires_at},
                Field{"targets", &S::targets}, Field{"steps", &S::steps},
                Field{"refusals", &S::refusals}, Field{"gaps", &S::gaps});

#undef PLIMSOLL_FIELDS

/// The word under "kind" that says which alternative of a variant follows.
inline std::string_view kind_of(const Change& change) { return name_of(change); }
inline std::string_view kind_of(const Loss& loss) {
  return std::holds_alternative<LosesNothing>(loss) ? "nothing" : "range";
}

}  // namespace plimsoll::plan_json
