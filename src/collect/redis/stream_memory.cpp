#include "collect/redis/stream_memory.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "base/text.h"

namespace plimsoll {
namespace {

constexpr double kNodeMaxBytes = 4096;  // stream-node-max-bytes
constexpr double kNodeOverhead = 60;    // the radix tree's part of one listpack
constexpr double kStreamItself = 300;   // object, stream, tree heads
constexpr double kListpackFrame = 7;    // header and end mark

double back_length(double size) {
  return size < 128 ? 1 : size < 16384 ? 2 : size < 2097152 ? 3 : 5;
}

double packed_integer(std::int64_t value) {
  const double size = value >= 0 && value <= 127                 ? 1
                      : value >= -4096 && value <= 4095          ? 2
                      : value >= INT16_MIN && value <= INT16_MAX ? 3
                      : value >= -(1 << 23) && value < (1 << 23) ? 4
                      : value >= INT32_MIN && value <= INT32_MAX ? 5
                                                                 : 9;
  return size + 1;
}

double packed_text(const std::string& text) {
  // "007" and "+7" stay text: only the canonical form of a number is packed as one.
  if (text.size() <= 20) {
    if (const auto number = parse_int(text); number && std::to_string(*number) == text)
      return packed_integer(*number);
  }
  const auto length = static_cast<double>(text.size());
  const double size = length + (length < 64 ? 1 : length < 4096 ? 2 : 5);
  return size + back_length(size);
}

/// jemalloc's classes: four to each doubling, 16 B apart below 128 B.
double allocated(double size) {
  if (size <= 128) return std::ceil(size / 16) * 16;
  const double doubling = std::exp2(std::floor(std::log2(size - 1)));
  const double step = doubling / 4;
  return std::ceil(size / step) * step;
}

std::vector<std::string> usual_fields(const std::vector<StreamEntry>& sample) {
  std::map<std::vector<std::string>, int> seen;
  const std::vector<std::string>* usual = nullptr;
  int most = 0;
  for (const auto& entry : sample) {
    if (const int times = ++seen[entry.fields]; times > most) {
      most = times;
      usual = &entry.fields;
    }
  }
  return usual == nullptr ? std::vector<std::string>{} : *usual;
}

struct NodeModel {
  double entries_per_node = 1;  ///< as they are now
  double full_node = 1;         ///< as a node is closed
  double node_bytes = 0;        ///< of a node with entries_per_node entries, in memory
  double full_bytes = 0;
};

NodeModel model_nodes(const Stream& stream, const std::vector<StreamEntry>& sample,
                      int node_max_entries) {
  const auto fields = usual_fields(sample);
  double master = 10;
  for (const auto& field : fields) master += packed_text(field);
  double mean = 0;
  for (const auto& entry : sample) mean += packed_bytes(entry, fields);
  mean /= static_cast<double>(sample.size());

  NodeModel model;
  // A node takes entries until it is over its bytes, so the last one may go beyond.
  const double by_bytes = std::floor((kNodeMaxBytes - master) / mean) + 1;
  model.full_node = std::clamp(by_bytes, 1.0, static_cast<double>(std::max(node_max_entries, 1)));
  model.entries_per_node = model.full_node;
  if (stream.radix_tree_keys > 0) {
    model.entries_per_node =
        static_cast<double>(stream.length) / static_cast<double>(stream.radix_tree_keys);
  }
  // Large entries stand few in a node: rounding each one up says more than rounding their mean.
  for (const auto& entry : sample) {
    const double own = packed_bytes(entry, fields);
    model.node_bytes += allocated(kListpackFrame + master + own * model.entries_per_node);
    model.full_bytes += allocated(kListpackFrame + master + own * model.full_node);
  }
  model.node_bytes = model.node_bytes / static_cast<double>(sample.size()) + kNodeOverhead;
  model.full_bytes = model.full_bytes / static_cast<double>(sample.size()) + kNodeOverhead;
  return model;
}

bool has_holes(const Stream& stream) {
  return stream.max_deleted && stream.first_id && *stream.max_deleted > *stream.first_id;
}

}  // namespace

double packed_bytes(const StreamEntry& entry, const std::vector<std::string>& usual) {
  // Flags, the id's distance from the node's first (two to four bytes each), and the element count.
  double size = 2 + 3.5 + 2 + 2;
  for (const auto& value : entry.values) size += packed_text(value);
  if (entry.fields != usual) {
    size += 2;
    for (const auto& field : entry.fields) size += packed_text(field);
  }
  return size;
}

std::optional<Bytes> mean_entry_bytes(const Stream& stream, const std::vector<StreamEntry>& sample,
                                      int node_max_entries) {
  if (sample.empty()) return std::nullopt;
  const NodeModel model = model_nodes(stream, sample, node_max_entries);
  const bool partial = has_holes(stream) || model.entries_per_node < 1;
  const double mean =
      partial ? model.full_bytes / model.full_node : model.node_bytes / model.entries_per_node;
  return Bytes{std::max<std::int64_t>(1, std::llround(mean))};
}

Bytes live_bytes(const Stream& stream, const std::vector<StreamEntry>& sample,
                 int node_max_entries) {
  if (stream.length == 0 || sample.empty()) return Bytes{std::llround(kStreamItself)};
  const NodeModel model = model_nodes(stream, sample, node_max_entries);
  const double nodes = stream.radix_tree_keys > 0
                           ? static_cast<double>(stream.radix_tree_keys)
                           : std::ceil(static_cast<double>(stream.length) / model.full_node);
  const bool swiss = has_holes(stream) && nodes > 2;
  const double each = swiss ? std::max(model.full_bytes, model.node_bytes) : model.node_bytes;
  return Bytes{std::llround(kStreamItself + nodes * each)};
}

Bytes pending_bytes(std::int64_t pending_entries, double distinct_ms) {
  const double each = std::min(148.0, 84 + 85 * std::clamp(distinct_ms, 0.0, 1.0));
  return Bytes{
      std::llround(each * static_cast<double>(std::max<std::int64_t>(pending_entries, 0)))};
}

double distinct_ms_share(const std::vector<PendingEntry>& pending) {
  if (pending.empty()) return 1;
  std::size_t distinct = 1;
  for (std::size_t i = 1; i < pending.size(); ++i) {
    if (pending[i].id.ms != pending[i - 1].id.ms) ++distinct;
  }
  return static_cast<double>(distinct) / static_cast<double>(pending.size());
}

Bytes consumers_bytes(const ConsumerGroup& group) {
  double each = 131;
  if (!group.consumers.empty()) {
    double names = 0;
    for (const auto& consumer : group.consumers) names += static_cast<double>(consumer.name.size());
    each = 80 + 2.5 * names / static_cast<double>(group.consumers.size());
  }
  return Bytes{
      std::llround(each * static_cast<double>(std::max<std::int64_t>(group.consumer_count, 0)))};
}

}  // namespace plimsoll
