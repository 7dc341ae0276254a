#include "service/status.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

namespace plimsoll::market {
namespace {

std::string label(std::string_view name, std::string_view value) {
  return fmt::format("{}=\"{}\"", name, value);  // names of streams and tables: nothing to escape
}

}  // namespace

void Status::add(std::string_view stream, const StreamStats& stats) {
  const auto of = label("stream", stream);
  counter("stream_added_total", stats.added, of);
  counter("stream_acknowledged_total", stats.acknowledged, of);
  counter("stream_dropped_total", stats.dropped_oldest + stats.dropped_newest, of);
  counter("stream_rejected_total", stats.rejected, of);
  counter("stream_refused_total", stats.refused, of);
  counter("stream_resent_total", stats.resent, of);
  counter("stream_reconnects_total", stats.reconnects, of);
  counter("stream_bytes_written_total", stats.bytes_written, of);
  gauge("stream_outbox_bytes", static_cast<double>(stats.outbox_bytes), of);
  gauge("stream_outbox_entries", static_cast<double>(stats.outbox_entries), of);
  gauge("stream_maxlen", static_cast<double>(stats.maxlen), of);
  gauge("stream_connected", stats.connected ? 1 : 0, of);
}

void Status::add(std::string_view table, const TableStats& stats) {
  const auto of = label("table", table);
  counter("table_accepted_total", stats.accepted, of);
  counter("table_committed_total", stats.committed, of);
  counter("table_dropped_total", stats.dropped_oldest + stats.dropped_newest, of);
  counter("table_outside_total", stats.outside, of);
  counter("table_rejected_total", stats.rejected + stats.rejected_by_server, of);
  counter("table_failures_total", stats.failures, of);
  counter("table_partitions_made_total", stats.partitions_made, of);
  counter("table_partitions_dropped_total", stats.partitions_dropped, of);
  gauge("table_rows_in_memory", static_cast<double>(stats.rows_in_memory), of);
  gauge("table_rows_in_spool", static_cast<double>(stats.rows_in_spool), of);
  gauge("table_memory_bytes", static_cast<double>(stats.memory_bytes), of);
  gauge("table_spool_bytes", static_cast<double>(stats.spool_bytes), of);
  gauge("table_connected", stats.connected ? 1 : 0, of);
}

std::string metrics_text(const Status& status) {
  std::map<std::string_view, std::vector<const Metric*>> by_name;
  for (const auto& metric : status.metrics) by_name[metric.name].push_back(&metric);
  std::string text;
  for (const auto& [name, metrics] : by_name) {
    text += fmt::format("# TYPE plimsoll_{} {}\n", name,
                        metrics.front()->counter ? "counter" : "gauge");
    for (const auto* metric : metrics) {
      const auto labels = metric->labels.empty() ? "" : "{" + metric->labels + "}";
      text += fmt::format("plimsoll_{}{} {}\n", name, labels, metric->value);
    }
  }
  return text;
}

std::int64_t resident_bytes() {
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Close> file{std::fopen("/proc/self/statm", "re")};
  long total = 0;
  long resident = 0;
  if (!file || std::fscanf(file.get(), "%ld %ld", &total, &resident) != 2) return 0;
  return std::int64_t{resident} * ::sysconf(_SC_PAGESIZE);
}

void StatusBoard::publish(Status status) {
  const std::scoped_lock lock{mutex_};
  status_ = std::move(status);
  published_ = std::chrono::steady_clock::now();
}

http::Response StatusBoard::answer(std::string_view path) const {
  Status status;
  {
    const std::scoped_lock lock{mutex_};
    status = status_;
    const auto silent = std::chrono::steady_clock::now() - published_;
    if (silent > kSilence)
      status.reasons.push_back(
          fmt::format("its loop has said nothing for {} s",
                      std::chrono::duration_cast<std::chrono::seconds>(silent).count()));
  }
  if (path == "/metrics")
    return {200, "text/plain; version=0.0.4; charset=utf-8", metrics_text(status)};
  if (path != "/health") return {.status = 404, .body = "/health or /metrics\n"};
  const nlohmann::ordered_json health{
      {"ok", status.reasons.empty()}, {"service", service_}, {"reasons", status.reasons}};
  return {status.reasons.empty() ? 200U : 503U, "application/json",
          health.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n"};
}

}  // namespace plimsoll::market
