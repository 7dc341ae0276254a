// The writers beside what they could at most be: BoundedStream beside redis-benchmark's XADD at the
// same pipelining, BoundedTable beside one bare COPY BINARY of the same rows. Pairs in turn, on one
// server each; medians.
#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <stdexcept>

#include "child.h"
#include "fixture_servers.h"
#include "link/postgres/script.h"
#include "output.h"
#include "row.h"
#include "writer/bounded_stream.h"
#include "writer/bounded_table.h"

namespace plimsoll::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kTurns = 7;
constexpr std::int64_t kEntries = 500'000;
constexpr int kPipelining = 100;
constexpr std::size_t kBytesEncoded = 200;  ///< of such an entry, as XADD
constexpr std::int64_t kRows = 500'000;

template <typename T>
T value_or_throw(Result<T> result) {
  if (!result)
    throw std::runtime_error{result.error().what.en + " (" + result.error().hint.en + ")"};
  return std::move(*result);
}

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

std::string payload() { return std::string(100, 'x'); }

Policy market_policy() {
  StreamRule stream;
  stream.pattern = "*";
  stream.maxlen = 10'000;
  TableRule table;
  table.pattern = "*";
  table.keep = Seconds{7 * 86'400};
  table.chunk = kOneDay;
  Policy policy;
  policy.streams = {stream};
  policy.tables = {table};
  return policy;
}

/// Nanoseconds an entry, from the first add() to the last reply.
double our_stream(const std::string& url, std::int64_t entries) {
  StreamOptions options;
  options.address = value_or_throw(redis::parse_address(url));
  options.when_full = WhenFull::block;
  options.block_for = std::chrono::seconds{10};
  // A quarter of it may be on its way: as many entries as redis-benchmark sends at a time.
  options.outbox_bytes = std::size_t{4} * kPipelining * kBytesEncoded;
  const auto stream = value_or_throw(BoundedStream::open(market_policy(), "ours", options));
  const auto data = payload();
  const auto begin = Clock::now();
  for (std::int64_t n = 0; n < entries; ++n) stream->add({{"data", data}});
  if (!stream->flush(deadline_in(std::chrono::seconds{60})) ||
      stream->stats().acknowledged != static_cast<std::uint64_t>(entries))
    throw std::runtime_error{"BoundedStream did not write everything"};
  return seconds_since(begin) / static_cast<double>(entries) * 1e9;
}

/// The same, as redis-benchmark counts it: its own clock, one client.
double their_stream(const std::string& url, const Scratch& scratch) {
  const auto colon = url.rfind(':');
  const auto port = url.substr(colon + 1, url.rfind('/') - colon - 1);
  const auto output = scratch.path() / "redis-benchmark.out";
  run_child_or_throw({"redis-benchmark", "-p", port, "-c", "1", "-P", std::to_string(kPipelining),
                      "-n", std::to_string(kEntries), "--csv", "XADD", "theirs", "MAXLEN", "~",
                      "10000", "*", "data", payload()},
                     output);
  // "test","rps",… then a line of the values: the second one is requests a second.
  const auto text = read_file(output);
  const auto line = text.substr(text.find('\n') + 1);
  const auto begin = line.find("\",\"") + 3;
  return 1e9 / std::stod(line.substr(begin));
}

TableShape scan_results(const std::string& name) {
  TableShape shape;
  shape.name = name;
  shape.time_column = "time";
  shape.columns = {{"time", ColumnType::timestamptz, true},
                   {"symbol", ColumnType::varchar, true, 0, 0, 10},
                   {"session", ColumnType::varchar, true, 0, 0, 20},
                   {"price", ColumnType::numeric, false, 12, 4},
                   {"volume", ColumnType::int8},
                   {"volume_today", ColumnType::int8},
                   {"change_percent", ColumnType::numeric, false, 8, 4},
                   {"rvol", ColumnType::numeric, false, 10, 4},
                   {"score", ColumnType::numeric, false, 10, 4}};
  return shape;
}

Instant now_of_bench() { return *parse_iso8601("2025-11-11T17:00:00Z"); }

void fill(plimsoll::Row& row, std::int64_t n) {
  static constexpr std::string_view kSymbols[] = {"AAPL", "MSFT", "NVDA", "TSLA", "GOOGL"};
  row.timestamptz(now_of_bench() - std::chrono::seconds{n % 40'000})
      .text(kSymbols[n % 5])
      .text("MARKET_OPEN")
      .numeric(1'000'000 + n % 900'000, 4)
      .int8(n * 10)
      .int8(n * 100)
      .numeric(n % 90'000, 4)
      .numeric(n % 40'000, 4)
      .numeric(n % 700'000, 4);
}

postgres::Link connect(const std::string& url) {
  return value_or_throw(postgres::Link::connect(value_or_throw(postgres::parse_address(url)),
                                                std::chrono::seconds{10},
                                                postgres::Session::script));
}

void run(postgres::Link& link, const std::string& sql) {
  value_or_throw(postgres::execute(link, sql, std::chrono::minutes{10}));
}

TableOptions table_options(const std::string& url) {
  TableOptions options;
  options.address = value_or_throw(postgres::parse_address(url));
  options.writer = "bench";
  options.block_for = std::chrono::seconds{60};
  options.now = now_of_bench;
  return options;
}

/// Seconds a million rows, from the first add() to the last COMMIT.
double our_table(const std::string& url) {
  const auto table =
      value_or_throw(BoundedTable::open(market_policy(), scan_results("ours"), table_options(url)));
  const auto begin = Clock::now();
  for (std::int64_t n = 0; n < kRows; ++n) table->add([n](plimsoll::Row& row) { fill(row, n); });
  if (!table->flush(deadline_in(std::chrono::minutes{5})) ||
      table->stats().committed != static_cast<std::uint64_t>(kRows))
    throw std::runtime_error{"BoundedTable did not write everything"};
  return seconds_since(begin) / static_cast<double>(kRows) * 1e6;
}

/// The same rows out of a file's worth of memory, in one COPY and one transaction.
double bare_copy(postgres::Link& link, const std::string& binary) {
  std::size_t at = 0;
  const auto next = [&](std::string& buffer) {
    constexpr std::size_t kPiece = 262'144;
    buffer.assign(binary, at, kPiece);
    at += buffer.size();
    return !buffer.empty();
  };
  const auto begin = Clock::now();
  const auto copied =
      value_or_throw(postgres::copy_in(link, "COPY theirs FROM STDIN (FORMAT binary)", next));
  if (copied != kRows) throw std::runtime_error{"COPY did not write everything"};
  return seconds_since(begin) / static_cast<double>(kRows) * 1e6;
}

/// What COPY … TO gives of a table that BoundedTable wrote: the very same rows.
std::string binary_of(const std::string& url, const Scratch& scratch) {
  const auto file = scratch.path() / "rows.bin";
  run_child_or_throw(
      {"psql", url, "-q", "-c", "COPY (SELECT * FROM ours) TO STDOUT (FORMAT binary)"}, file);
  return read_file(file);
}

Row stream_row(const Scratch& scratch) {
  const auto server = value_or_throw(
      start_private_redis(scratch.path() / "writer-redis", {.ends_with_caller = true}));
  std::vector<double> ours;
  std::vector<double> theirs;
  our_stream(server.url, kEntries / 10);  // warm
  for (int turn = 0; turn < kTurns; ++turn) {
    theirs.push_back(their_stream(server.url, scratch));
    ours.push_back(our_stream(server.url, kEntries));
  }
  stop_private_redis(server.directory);
  Row row{"market", "BoundedStream, an entry of 100 bytes", median(ours), "ns"};
  row.peer = fmt::format("redis-benchmark -c 1 -P {} XADD", kPipelining);
  row.peer_value = median(theirs);
  row.least_ratio = 0.9;
  return row;
}

Row table_row(const Scratch& scratch) {
  PrivateServerOptions options;
  options.durable = true;
  options.loopback = false;
  options.ends_with_caller = true;
  options.settings = {"shared_buffers=256MB", "max_wal_size=4GB"};
  const auto server = value_or_throw(start_private_postgres(scratch.path() / "writer-pg", options));
  auto link = connect(server.url);
  our_table(server.url);
  const auto binary = binary_of(server.url, scratch);
  {  // its partitions are made as ours are
    const auto theirs = value_or_throw(
        BoundedTable::open(market_policy(), scan_results("theirs"), table_options(server.url)));
    theirs->add([](plimsoll::Row& row) { fill(row, 0); });
    theirs->flush(deadline_in(std::chrono::minutes{1}));
  }
  std::vector<double> ours;
  std::vector<double> theirs;
  for (int turn = 0; turn < kTurns; ++turn) {
    run(link, "TRUNCATE ours, theirs; CHECKPOINT");
    theirs.push_back(bare_copy(link, binary));
    run(link, "CHECKPOINT");
    ours.push_back(our_table(server.url));
  }
  stop_private_postgres(server.directory);
  Row row{"market", "BoundedTable, a million rows", median(ours), "s"};
  row.peer = "one bare COPY BINARY of the same rows";
  row.peer_value = median(theirs);
  row.least_ratio = 0.9;
  return row;
}

}  // namespace

Rows run_writer_bench() {
  const Scratch scratch;
  return {stream_row(scratch), table_row(scratch)};
}

}  // namespace plimsoll::bench
