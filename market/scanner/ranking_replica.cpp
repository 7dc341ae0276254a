#include "scanner/ranking_replica.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

namespace plimsoll::market {
namespace {

using ReplicaJson = nlohmann::json;
using ReplicaRows = std::vector<RankingReplica::Row>;

tl::unexpected<Error> bad_message(std::string_view list, std::string_view why) {
  return failure(ErrorCode::malformed,
                 say("ranking message of '{}': {}", "mensaje de ranking de '{}': {}",
                     {std::string{list}, std::string{why}}));
}

ReplicaRows snapshot_rows(const ReplicaJson& rows) {
  ReplicaRows result;
  for (const auto& row : rows) result.push_back({row.at("symbol").get<std::string>(), row.dump()});
  return result;
}

/// Rows on their way to their new ranks. Throws what nlohmann throws, and std::out_of_range.
class Replay {
 public:
  explicit Replay(const ReplicaRows& before) {
    for (std::size_t rank = 0; rank < before.size(); ++rank)
      moving_.push_back({before[rank], rank});
  }

  void change(const ReplicaJson& delta) {
    const auto action = delta.at("action").get<std::string>();
    const auto symbol = delta.at("symbol").get<std::string>();
    if (action == "add") {
      if (find(symbol) != moving_.end()) throw std::out_of_range{"adds one that is there"};
      moving_.push_back({{symbol, delta.at("data").dump()}, delta.at("rank").get<std::size_t>()});
      return;
    }
    const auto held = find(symbol);
    if (held == moving_.end()) throw std::out_of_range{"changes one that is not there"};
    if (action == "remove") {
      moving_.erase(held);
    } else if (action == "rerank") {
      held->rank = delta.at("new_rank").get<std::size_t>();
    } else if (action == "update") {
      held->row.data = delta.at("data").dump();
    } else {
      throw std::out_of_range{"unknown action"};
    }
  }

  ReplicaRows rows() const {
    std::vector<std::optional<RankingReplica::Row>> places(moving_.size());
    for (const auto& one : moving_) {
      if (places.at(one.rank)) throw std::out_of_range{"gives one rank twice"};
      places[one.rank] = one.row;
    }
    ReplicaRows result;
    for (auto& place : places) result.push_back(std::move(*place));
    return result;
  }

 private:
  struct Moving {
    RankingReplica::Row row;
    std::size_t rank;
  };
  std::vector<Moving>::iterator find(const std::string& symbol) {
    return std::find_if(moving_.begin(), moving_.end(),
                        [&](const Moving& one) { return one.row.symbol == symbol; });
  }
  std::vector<Moving> moving_;
};

}  // namespace

Result<void> RankingReplica::apply(std::string_view type, std::string_view list,
                                   std::uint64_t sequence, std::string_view json) {
  const auto category = category_of(list);
  if (!category) return bad_message(list, "no such list");
  if (type != "snapshot" && type != "delta") return bad_message(list, "no such type");
  auto& state = states_[static_cast<std::size_t>(*category)];
  const bool delta = type == "delta";
  if (delta && state.begun && sequence <= state.sequence) return {};
  if (delta && (!state.begun || sequence != state.sequence + 1)) {
    return failure(ErrorCode::conflict,
                   say("ranking '{}': messages between {} and {} are missing",
                       "ranking '{}': faltan mensajes entre {} y {}",
                       {std::string{list}, static_cast<std::int64_t>(state.sequence),
                        static_cast<std::int64_t>(sequence)}));
  }
  try {
    const auto parsed = ReplicaJson::parse(json);
    if (!parsed.is_array()) return bad_message(list, "not an array");
    if (delta) {
      Replay replay{state.rows};
      for (const auto& change : parsed) replay.change(change);
      state.rows = replay.rows();
    } else {
      state.rows = snapshot_rows(parsed);
    }
  } catch (const std::exception& error) {
    return bad_message(list, error.what());
  }
  state.sequence = sequence;
  state.begun = true;
  return {};
}

Result<void> RankingReplica::apply(std::string_view message) {
  try {
    const auto parsed = ReplicaJson::parse(message);
    const auto type = parsed.at("type").get<std::string>();
    return apply(type, parsed.at("list").get<std::string>(),
                 parsed.at("sequence").get<std::uint64_t>(),
                 parsed.at(type == "snapshot" ? "rows" : "deltas").dump());
  } catch (const std::exception& error) {
    return bad_message("?", error.what());
  }
}

}  // namespace plimsoll::market
