#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "link/http/server.h"
#include "writer/bounded_stream.h"
#include "writer/bounded_table.h"

namespace plimsoll::market {

/// One figure of /metrics; its name is shown with "plimsoll_" before it.
struct Metric {
  std::string name;
  std::string labels;  ///< `stream="snapshots:raw"`; may be empty
  double value = 0;
  bool counter = false;
};

/// What a service says of itself.
struct Status {
  std::vector<std::string> reasons;  ///< why it is not well; none: it is
  std::vector<Metric> metrics;

  void gauge(std::string name, double value, std::string labels = {}) {
    metrics.push_back({std::move(name), std::move(labels), value, false});
  }
  void counter(std::string name, std::uint64_t value, std::string labels = {}) {
    metrics.push_back({std::move(name), std::move(labels), static_cast<double>(value), true});
  }
  void add(std::string_view stream, const StreamStats& stats);
  void add(std::string_view table, const TableStats& stats);
};

/// Prometheus' text, one # TYPE for each name.
std::string metrics_text(const Status& status);

/// Bytes of this process that are in memory now; 0 where /proc is not there.
std::int64_t resident_bytes();

/// Between the service's loop, which publishes, and the HTTP thread, which shows.
class StatusBoard {
 public:
  explicit StatusBoard(std::string service) : service_{std::move(service)} {}

  void publish(Status status);
  /// /health: 200 or 503, {"ok":…,"service":…,"reasons":[…]}; /metrics. A loop that published
  /// nothing for kSilence is not well either.
  http::Response answer(std::string_view path) const;

  static constexpr std::chrono::seconds kSilence{30};

 private:
  std::string service_;
  mutable std::mutex mutex_;
  Status status_{{"it is starting"}, {}};
  std::chrono::steady_clock::time_point published_ = std::chrono::steady_clock::now();
};

}  // namespace plimsoll::market
