#pragma once

#include <memory>

#include "feed/feed.h"
#include "service/redis_client.h"
#include "service/service.h"
#include "ticker/snapshot_part.h"
#include "writer/bounded_stream.h"

namespace plimsoll::market {

/// data_ingest: what the feed gives, ticker by ticker validated, as entries of snapshots:raw.
class IngestService final : public Service {
 public:
  /// Errors: malformed (the policy's bound of the stream would cut a cycle, or there is none), and
  /// those of BoundedStream::open.
  static Result<std::unique_ptr<Service>> make(const Settings& settings, const Log& log);

  Result<bool> turn(const StopSignal& stop) override;
  void finish(Deadline deadline) override;
  Status status() const override;
  std::int64_t memory_bound() const override;

  /// Whole cycles the stream must have room for, so that a reader is never given half of one.
  static constexpr std::int64_t kLeastCycles = 4;

 private:
  IngestService(const Settings& settings, const Log& log, std::unique_ptr<BoundedStream> stream);
  Result<bool> begin();
  void publish();
  Deadline due() const;

  Settings settings_;
  Log log_;
  RedisClient redis_;
  std::unique_ptr<BoundedStream> stream_;
  std::unique_ptr<Feed> feed_;
  SnapshotPartWriter parts_;
  Cycle cycle_;
  std::vector<Quote> accepted_;
  std::uint64_t cycle_number_ = 0;
  Deadline not_before_ = Deadline::min();
  std::optional<Error> trouble_;
  std::uint64_t cycles_ = 0, quotes_ = 0, refused_ = 0, unreadable_ = 0, failures_ = 0;
};

constexpr std::string_view kSnapshotStream = "snapshots:raw";

}  // namespace plimsoll::market
