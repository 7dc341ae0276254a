#include "plan/change.h"
#include "plan/outcome.h"

namespace plimsoll {
namespace {

struct NameOf {
  std::string_view operator()(const SetRetentionPolicy&) const { return "set_retention_policy"; }
  std::string_view operator()(const SetCompressionPolicy&) const {
    return "set_compression_policy";
  }
  std::string_view operator()(const SetChunkInterval&) const { return "set_chunk_interval"; }
  std::string_view operator()(const DropChunks&) const { return "drop_chunks"; }
  std::string_view operator()(const PartitionTable&) const { return "partition_table"; }
  std::string_view operator()(const CreatePartitions&) const { return "create_partitions"; }
  std::string_view operator()(const DropPartitions&) const { return "drop_partitions"; }
  std::string_view operator()(const ReplacePartition&) const { return "replace_partition"; }
  std::string_view operator()(const ReplaceHypertable&) const { return "replace_hypertable"; }
  std::string_view operator()(const DeleteRows&) const { return "delete_rows"; }
  std::string_view operator()(const TrimStream&) const { return "trim_stream"; }
  std::string_view operator()(const AcknowledgeDangling&) const { return "acknowledge_dangling"; }
  std::string_view operator()(const DeleteConsumers&) const { return "delete_consumers"; }
  std::string_view operator()(const DeleteStream&) const { return "delete_stream"; }
  std::string_view operator()(const ExpireStream&) const { return "expire_stream"; }
  std::string_view operator()(const ExpireKeys&) const { return "expire_keys"; }
  std::string_view operator()(const SetMaxmemory&) const { return "set_maxmemory"; }
  std::string_view operator()(const SetContainerMemory&) const { return "set_container_memory"; }
  std::string_view operator()(const PatchCompose&) const { return "patch_compose"; }
};

}  // namespace

std::string_view name_of(const Change& change) { return std::visit(NameOf{}, change); }

std::string_view name_of(StepState state) {
  switch (state) {
    case StepState::done:
      return "done";
    case StepState::nothing_to_do:
      return "nothing_to_do";
    case StepState::stale:
      return "stale";
    case StepState::refused:
      return "refused";
    case StepState::held:
      return "held";
    case StepState::stopped:
      return "stopped";
    case StepState::failed:
      return "failed";
  }
  return "failed";
}

}  // namespace plimsoll
