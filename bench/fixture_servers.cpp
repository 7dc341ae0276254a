#include "fixture_servers.h"

#include <stdlib.h>  // mkdtemp is not in <cstdlib>

#include <fstream>
#include <stdexcept>

#include "child.h"

namespace plimsoll::bench {
namespace {

template <typename T>
T value_or_throw(Result<T> result) {
  if (!result)
    throw std::runtime_error{result.error().what.en + " (" + result.error().hint.en + ")"};
  return std::move(*result);
}

std::filesystem::path write(const std::filesystem::path& file, const char* text) {
  std::ofstream{file} << text;
  std::filesystem::permissions(file, std::filesystem::perms{0644});
  return file;
}

// Twenty thousand keys a call, so that no call is so long that the server reports itself busy.
constexpr const char* kKeys = R"(
local first, last = tonumber(ARGV[1]), tonumber(ARGV[2])
for n = first, last do
  local kind = n % 10
  if kind < 5 then
    redis.call('SET', 'metadata:ticker:SYM' .. n, string.rep('x', 40 + n % 200))
  elseif kind < 7 then
    redis.call('HSET', 'rvol:hist:avg:SYM' .. n .. ':5', '0', n, '1', n, '2', n, '3', n)
  elseif kind < 9 then
    redis.call('SETEX', 'scanner:category:' .. n, 3600 + n, string.rep('y', 60))
  else
    redis.call('SADD', 'polygon_ws:tickers:' .. n, n, n + 1, 'a' .. n)
  end
end
return last)";

constexpr const char* kStreams = R"(
local stream = tonumber(ARGV[1])
local key = 'stream:bench:' .. stream
for n = 1, 2000 do
  redis.call('XADD', key, (1762000000000 + n * 1000) .. '-0', 'symbol', 'SYM' .. n, 'open', n, 'close', n + 1, 'volume', n * 100)
end
if stream % 2 == 0 then
  redis.call('XGROUP', 'CREATE', key, 'readers', '0')
  if stream % 10 == 0 then redis.call('XREADGROUP', 'GROUP', 'readers', 'reader_1', 'COUNT', 2000, 'STREAMS', key, '>') end
end
return stream)";

// Each table's partitions in a transaction of their own: one of 5,000 would want 10,000 locks.
constexpr const char* kPartitions = R"(
CREATE PROCEDURE make_partitions(name text) LANGUAGE plpgsql AS $body$
BEGIN
  EXECUTE format('CREATE TABLE %I (time timestamptz NOT NULL, symbol text NOT NULL, price numeric(12,4), payload text) PARTITION BY RANGE (time)', name);
  EXECUTE format('CREATE INDEX ON %I (symbol, time)', name);
  FOR d IN 0..999 LOOP
    EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', name || '_' || d, name,
                   timestamptz '2023-03-01 00:00Z' + d * interval '1 day', timestamptz '2023-03-01 00:00Z' + (d + 1) * interval '1 day');
    IF d % 100 = 99 THEN COMMIT; END IF;
  END LOOP;
  EXECUTE format('INSERT INTO %I SELECT timestamptz ''2023-03-01 00:00Z'' + n * interval ''72 minutes'', ''SYM'' || n %% 50, n, repeat(''x'', 100) FROM generate_series(0, 19999) n', name);
  COMMIT;
END $body$;
CALL make_partitions('events_0');
CALL make_partitions('events_1');
CALL make_partitions('events_2');
CALL make_partitions('events_3');
CALL make_partitions('events_4');
ANALYZE;
)";

PrivateServerOptions of_this_run(std::vector<std::string> settings) {
  PrivateServerOptions options;
  options.settings = std::move(settings);
  options.ends_with_caller = true;
  return options;
}

}  // namespace

Scratch::Scratch() {
  auto pattern = (std::filesystem::temp_directory_path() / "plimsoll-bench-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr)
    throw std::runtime_error{"no folder for the run in " + pattern};
  path_ = pattern;
  std::filesystem::permissions(path_,
                               std::filesystem::perms{0755});  // the servers' own users enter it
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

LargeRedis::LargeRedis(const Scratch& scratch)
    : output_{scratch.path() / "redis-cli.out"},
      server_{value_or_throw(start_private_redis(scratch.path() / "redis", of_this_run({})))} {
  const auto keys = write(scratch.path() / "keys.lua", kKeys).string();
  const auto streams = write(scratch.path() / "streams.lua", kStreams).string();
  constexpr int kBatch = 20'000;
  constexpr int kAllKeys = 1'000'000 - 200;
  for (int first = 0; first < kAllKeys; first += kBatch)
    cli({"--eval", keys, ",", std::to_string(first),
         std::to_string(std::min(first + kBatch, kAllKeys) - 1)});
  for (int stream = 0; stream < 200; ++stream)
    cli({"--eval", streams, ",", std::to_string(stream)});
  if (cli({"DBSIZE"}) != "1000000\n")
    throw std::runtime_error{"Redis holds " + cli({"DBSIZE"}) + " keys"};
  cli({"CONFIG", "SET", "slowlog-log-slower-than", "100", "slowlog-max-len", "100000"});
}

LargeRedis::~LargeRedis() { stop_private_redis(server_.directory); }

int LargeRedis::port() const {
  const auto colon = url().rfind(':');
  return std::stoi(url().substr(colon + 1));
}

std::string LargeRedis::cli(const std::vector<std::string>& command) const {
  std::vector<std::string> words{"redis-cli", "-u", url()};
  words.insert(words.end(), command.begin(), command.end());
  run_child_or_throw(words, output_);
  return read_file(output_);
}

void LargeRedis::forget_slow_commands() const { cli({"SLOWLOG", "RESET"}); }

double LargeRedis::slowest_command_ms() const {
  const auto microseconds =
      cli({"EVAL",
           "local most = 0 for _, entry in ipairs(redis.call('SLOWLOG', 'GET', -1)) do "
           "most = math.max(most, entry[3]) end return most",
           "0"});
  return std::stod(microseconds) / 1000;
}

LargePostgres::LargePostgres(const Scratch& scratch)
    : server_{value_or_throw(
          start_private_postgres(scratch.path() / "postgres", of_this_run({"max_wal_size=4GB"})))} {
  const auto script = write(scratch.path() / "partitions.sql", kPartitions).string();
  run_child_or_throw({"psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url(), "-f", script},
                     scratch.path() / "psql.out");
}

LargePostgres::~LargePostgres() { stop_private_postgres(server_.directory); }

}  // namespace plimsoll::bench
