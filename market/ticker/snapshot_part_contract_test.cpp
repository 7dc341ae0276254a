#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/text.h"
#include "link/redis/script.h"
#include "tests/testing/private_servers.h"
#include "ticker/snapshot_part.h"

namespace plimsoll::market {
namespace {

constexpr int kTickers = 11'900;

std::vector<Quote> whole_market() {
  std::vector<Quote> quotes(kTickers);
  for (int i = 0; i < kTickers; ++i) {
    auto& quote = quotes[static_cast<std::size_t>(i)];
    quote.symbol = Symbol::of("T" + std::to_string(i));
    quote.exchange_time = Millis{std::chrono::milliseconds{1'762'870'500'000 + i}};
    quote.last = Price::dollars(0.5 + i / 7.0);
    quote.prev_close = Price::dollars(1 + i / 7.0);
    quote.volume_today = std::int64_t{i} * 500'000;
    quote.minute_trades = i;
  }
  quotes[0].symbol = Symbol::of("BRK.A");
  quotes[0].last = Price::dollars(740'000);
  quotes[0].otc = true;
  return quotes;
}

void publish(redis::Link& link, const std::vector<Quote>& quotes) {
  SnapshotPartWriter writer;
  const auto parts = parts_of(quotes.size());
  for (std::uint32_t part = 0; part < parts; ++part) {
    const auto begin = part * kTickersPerPart;
    const std::span rest{quotes.data() + begin, quotes.size() - begin};
    redis::Command command{"XADD", "snapshots:raw", "*"};
    for (const auto field :
         writer.encode({1, part, parts, {}}, rest.first(std::min(rest.size(), kTickersPerPart))))
      command.emplace_back(field);
    const auto added = redis::pipeline(link, {command});
    ASSERT_TRUE(added && added->front().is_string());
  }
}

redis::Link linked(const testing::TestRedis& server) {
  const auto address = redis::parse_address(server.url());
  return std::move(*redis::Link::connect(*address, std::chrono::seconds{10}));
}

/// The Python of the document, as it stands there.
std::string documented_python() {
  std::ifstream file{std::string{PLIMSOLL_SOURCE_DIR} + "/docs/snapshot-records.md"};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  const auto begin = text.find("```python\n");
  const auto end = text.find("```", begin + 3);
  EXPECT_NE(end, std::string::npos);
  return text.substr(begin + 10, end - begin - 10);
}

/// A client of twenty lines, so that no Python package is needed to run the document's ten.
constexpr std::string_view kRawClient = R"PY(
import socket, sys
from urllib.parse import urlparse
url = urlparse(sys.argv[1])
wire = socket.create_connection((url.hostname, url.port)).makefile("rwb")
def command(*words):
    wire.write(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words))
    wire.flush()
    return reply()
def reply():
    line = wire.readline()
    kind, rest = line[:1], line[1:-2]
    if kind == b"*": return [reply() for _ in range(int(rest))]
    if kind == b"$": return wire.read(int(rest) + 2)[:-2]
    if kind == b"-": raise SystemExit(rest)
    return rest
count = 0
for _, fields in command(b"XRANGE", b"snapshots:raw", b"-", b"+"):
    for t in tickers(dict(zip(fields[::2], fields[1::2]))):
        count += 1
        if t["symbol"] in ("BRK.A", "T7000"):
            print(t["symbol"], t["otc"], t["exchange_time"], t["last"], t["prev_close"],
                  t["volume_today"], t["minute_trades"])
print(count)
)PY";

std::string output_of(const std::string& command) {
  std::string output;
  FILE* pipe = ::popen(command.c_str(), "r");
  EXPECT_NE(pipe, nullptr);
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) output += static_cast<char>(c);
  EXPECT_EQ(::pclose(pipe), 0) << output;
  return output;
}

TEST(SnapshotRecords, ten_lines_of_python_read_what_is_published) {
  if (std::system("command -v python3 >/dev/null") != 0) GTEST_SKIP() << "there is no python3";
  const testing::TestRedis server;
  auto link = linked(server);
  publish(link, whole_market());
  const testing::TemporaryFolder folder;
  const auto script = folder.path() / "read.py";
  std::ofstream{script} << documented_python() << kRawClient;
  EXPECT_EQ(output_of("python3 " + script.string() + " " + server.url()),
            "BRK.A True 1762870500000 740000.0 1.0 0 0\n"
            "T7000 False 1762870507000 1000.5 1001.0 3500000000 7000\n"
            "11900\n");
}

TEST(SnapshotRecords, a_ticker_takes_at_most_120_bytes_in_redis) {
  const testing::TestRedis server;
  auto link = linked(server);
  const auto market = whole_market();
  for (int cycle = 0; cycle < 20; ++cycle) publish(link, market);
  const auto used = redis::pipeline(link, {{"MEMORY", "USAGE", "snapshots:raw", "SAMPLES", "0"}});
  ASSERT_TRUE(used && used->front().is_integer());
  const double per_ticker = static_cast<double>(used->front().integer) / (20.0 * kTickers);
  RecordProperty("bytes_per_ticker", std::to_string(per_ticker));
  std::printf("%.1f bytes a ticker in Redis\n", per_ticker);
  EXPECT_LE(per_ticker, 120);
  EXPECT_GT(per_ticker, static_cast<double>(kRecordBytes));
}

}  // namespace
}  // namespace plimsoll::market
