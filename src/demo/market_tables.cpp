#include "demo/market_tables.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "demo/market_schema.h"
#include "link/postgres/script.h"

namespace plimsoll {
namespace {

constexpr std::int64_t kMinutes = 13 * 24 * 60;
constexpr auto kStatementBudget = std::chrono::minutes{30};

/// Puts values into SQL of our own: numbers and instants only, so nothing needs quoting.
std::string filled_in(std::string sql, const std::string& name, const std::string& value) {
  for (auto at = sql.find(name); at != std::string::npos; at = sql.find(name, at + value.size()))
    sql.replace(at, name.size(), value);
  return sql;
}

/// From hash functions, not random(): every load makes the same rows. A scan mostly repeats the
/// rows of the scan before, so the rows of scan_results are drawn from a pool.
constexpr const char* kPrepare = R"sql(
SET jit = off;
SET work_mem = '64MB';
SET timezone = 'UTC';
CREATE FUNCTION pg_temp.part(seed bigint, salt integer, modulus bigint) RETURNS bigint
  IMMUTABLE LANGUAGE sql AS $$ SELECT (hashint8(seed + salt::bigint * 1000000007) & 2147483647) % modulus $$;
CREATE FUNCTION pg_temp.ticker(n bigint) RETURNS varchar IMMUTABLE LANGUAGE sql AS $$
  SELECT chr(65 + (n * 7919 % 17576 / 676)::integer) || chr(65 + (n * 7919 % 676 / 26)::integer) ||
         chr(65 + (n * 7919 % 26)::integer) $$;

CREATE TEMP TABLE pool AS
SELECT k, pg_temp.ticker(pg_temp.part(k, 9, 1000)) AS symbol, price,
  1000 + pg_temp.part(k, 5, 400000) AS volume, 100000 + pg_temp.part(k, 6, 40000000) AS volume_today,
  change, rvol, high * -0.0001 AS from_high, low * 0.0001 AS from_low,
  (price * (10000000 + pg_temp.part(k, 7, 900000000)))::bigint AS cap,
  1000000 + pg_temp.part(k, 8, 500000000) AS floats, 10 * rvol + gap AS score,
  jsonb_build_object(
    'gaps', jsonb_build_object(
      'from_prev_close', change, 'from_open', gap, 'from_prev_high', high * 0.0001,
      'from_prev_low', low * 0.0001, 'amount', round(price * change / 100, 4),
      'direction', CASE WHEN change < 0 THEN 'down' ELSE 'up' END, 'fill_progress', filled,
      'prev_close', price, 'open_price', price + 0.5),
    'gap_size', CASE WHEN abs(change) < 2 THEN 'SMALL' WHEN abs(change) < 5 THEN 'MEDIUM'
                     WHEN abs(change) < 10 THEN 'LARGE' ELSE 'EXTREME' END,
    'gap_from_prev_close', change, 'gap_from_open', gap, 'gap_fill_progress', filled,
    'position_in_range', filled) AS metadata
FROM (SELECT k, 1 + pg_temp.part(k, 1, 2000000) * 0.0001 AS price,
        pg_temp.part(k, 2, 400000) * 0.0001 - 15 AS change, pg_temp.part(k, 3, 80000) * 0.0001 AS rvol,
        pg_temp.part(k, 4, 50000) * 0.0001 AS gap, pg_temp.part(k, 10, 90000) AS high,
        pg_temp.part(k, 11, 150000) AS low, pg_temp.part(k, 12, 1000000) * 0.0001 AS filled
      FROM generate_series(0, 5999) AS k) AS parts;

-- One row a minute: how many rows of scan_results it gets, and the number of the first of them. The
-- first and the last minute get one in any case, so that the period is exactly 13 days.
CREATE TEMP TABLE minutes AS
WITH local AS (
  SELECT m, at, extract(dow FROM wall) AS day,
         extract(hour FROM wall) * 60 + extract(minute FROM wall) AS minute
  FROM (SELECT m, at, at AT TIME ZONE 'America/New_York' AS wall
        FROM (SELECT m, timestamptz '{now}' - ({minutes} - m) * interval '1 minute' AS at
              FROM generate_series(0, {minutes} - 1) AS m) AS every_minute) AS walls),
sessions AS (
  SELECT m, at, minute, CASE WHEN day IN (0, 6) THEN 'CLOSED' WHEN minute BETWEEN 240 AND 569
    THEN 'PRE_MARKET' WHEN minute BETWEEN 570 AND 959 THEN 'MARKET_OPEN'
    WHEN minute BETWEEN 960 AND 1199 THEN 'POST_MARKET' ELSE 'CLOSED' END AS session FROM local),
weighted AS (
  SELECT m, at, session, sum(CASE WHEN session = 'CLOSED' THEN 0.02
    WHEN minute BETWEEN 570 AND 660 THEN 2.6 WHEN session = 'POST_MARKET' THEN 0.5 ELSE 1 END)
    OVER (ORDER BY m) AS upto FROM sessions),
shares AS (
  SELECT m, at, session, 1 + round(({rows} - 2) * upto / max(upto) OVER ())::bigint +
    CASE WHEN m = {minutes} - 1 THEN 1 ELSE 0 END AS upto FROM weighted)
SELECT m, at, session, coalesce(lag(upto) OVER (ORDER BY m), 0) AS first,
  (upto - coalesce(lag(upto) OVER (ORDER BY m), 0))::integer AS n FROM shares;
ANALYZE pool;
ANALYZE minutes;

-- The newest trading days, today included when it is one.
CREATE TEMP TABLE days AS
SELECT day, row_number() OVER (ORDER BY day DESC) AS age
FROM (SELECT (timestamptz '{now}' - n * interval '1 day')::date AS day
      FROM generate_series(0, 140) AS n) AS all_days
WHERE extract(dow FROM day) NOT IN (0, 6);
)sql";

/// A scan runs every ten seconds and stamps all its rows alike.
constexpr const char* kScanResults = R"sql(
INSERT INTO scan_results
SELECT at + (j * 6 / n * 10 + 3) * interval '1 second' + m % 977 * interval '1 millisecond',
  symbol, session, price, volume, volume_today, change, rvol, rvol, from_high, from_low, cap,
  floats, score, '{}', metadata
FROM minutes CROSS JOIN LATERAL generate_series(0, n - 1) AS j
JOIN pool ON k = (first + j * 7) % 6000
WHERE m >= {from} AND m < {to})sql";

constexpr const char* kVolumeSlots = R"sql(
INSERT INTO volume_slots
SELECT day, pg_temp.ticker(s), k * 191 / 48, time '04:00' + k * 191 / 48 * interval '5 minutes',
  (k + 1) * (1000 + pg_temp.part(s, 1, 90000)), 5 + pg_temp.part(s * 49 + k, 2, 900),
  1 + pg_temp.part(s, 3, 2000000) * 0.0001
FROM days CROSS JOIN generate_series(0, {symbols} - 1) AS s CROSS JOIN generate_series(0, 48) AS k
WHERE age = {age})sql";

constexpr const char* kOtherTables = R"sql(
INSERT INTO market_data_daily
SELECT day, pg_temp.ticker(s), price, price * 1.02, price * 0.98, price + 0.1,
  10000 + pg_temp.part(s, 2, 90000000), price, 10 + pg_temp.part(s, 3, 90000)
FROM days CROSS JOIN (SELECT s, 1 + pg_temp.part(s, 1, 2000000) * 0.0001 AS price
                      FROM generate_series(0, {symbols} - 1) AS s) AS prices
WHERE age <= {daily_days} ORDER BY day;
INSERT INTO volume_slot_averages
SELECT pg_temp.ticker(s), slot, pg_temp.part(s, 1, 900000), pg_temp.part(s, 2, 900000), 10,
  timestamptz '{now}' - interval '20 days'
FROM generate_series(0, {symbols} - 1) AS s CROSS JOIN generate_series(0, 119) AS slot;
INSERT INTO ticker_metadata
SELECT pg_temp.ticker(s), 'Company ' || pg_temp.ticker(s) || ' Incorporated', 'XNAS', 'Technology',
  'Software - Infrastructure', pg_temp.part(s, 1, 2000000000) * 100, pg_temp.part(s, 2, 900000000),
  pg_temp.part(s, 3, 900000000), pg_temp.part(s, 4, 90000000), pg_temp.part(s, 5, 90000000),
  1 + pg_temp.part(s, 6, 2000000) * 0.0001, 1.1, repeat('What this company makes and sells. ', 22),
  false, true, timestamptz '{now}' - interval '60 days', timestamptz '{now}' - interval '9 hours'
FROM generate_series(0, 12099) AS s;
INSERT INTO ticker_universe
SELECT pg_temp.ticker(s), true, timestamptz '{now}' - interval '1 hour',
  timestamptz '{now}' - interval '60 days' FROM generate_series(0, 11999) AS s;
)sql";

Text percent_of(const std::string& table, std::int64_t done, std::int64_t all) {
  return say("{} {}", "{} {}",
             {table, Share{static_cast<double>(done) / static_cast<double>(all)}});
}

Result<void> run(postgres::Link& link, const std::string& sql) {
  const auto done = postgres::execute(link, sql, kStatementBudget);
  return done ? Result<void>{} : failure(done.error());
}

Result<void> load_scan_results(postgres::Link& link, std::int64_t rows, const Progress& progress) {
  // Steps of a second or so at a small scale and of some seconds at the full one.
  const std::int64_t steps = std::clamp<std::int64_t>(rows / 12'000, 1, 100);
  for (std::int64_t step = 0; step < steps; ++step) {
    std::string sql = filled_in(kScanResults, "{from}", std::to_string(kMinutes * step / steps));
    sql = filled_in(sql, "{to}", std::to_string(kMinutes * (step + 1) / steps));
    if (auto done = run(link, sql); !done) return done;
    progress(percent_of("scan_results", step + 1, steps));
  }
  return {};
}

Result<void> load_volume_slots(postgres::Link& link, const MarketCounts& counts,
                               const Progress& progress) {
  for (std::int64_t age = counts.volume_days; age >= 1; --age) {
    std::string sql = filled_in(kVolumeSlots, "{symbols}", std::to_string(counts.symbols));
    if (auto done = run(link, filled_in(sql, "{age}", std::to_string(age))); !done) return done;
    progress(percent_of("volume_slots", counts.volume_days - age + 1, counts.volume_days));
  }
  return {};
}

}  // namespace

MarketCounts counts_at(double scale) {
  MarketCounts counts;
  const auto scaled = [&](std::int64_t full, std::int64_t least) {
    return std::max(least,
                    static_cast<std::int64_t>(std::llround(static_cast<double>(full) * scale)));
  };
  counts.scan_results = scaled(counts.scan_results, 1000);
  counts.symbols = scaled(counts.symbols, 10);
  return counts;
}

Result<void> load_market_tables(postgres::Link& link, double scale, Instant now,
                                const Progress& progress) {
  const MarketCounts counts = counts_at(scale);
  const auto at_scale = [&](std::string sql) {
    sql = filled_in(std::move(sql), "{now}", iso8601(now));
    sql = filled_in(sql, "{minutes}", std::to_string(kMinutes));
    sql = filled_in(sql, "{rows}", std::to_string(counts.scan_results));
    sql = filled_in(sql, "{symbols}", std::to_string(counts.symbols));
    return filled_in(sql, "{daily_days}", std::to_string(counts.daily_days));
  };
  progress(say("tables and indexes", "tablas e índices"));
  if (auto done = run(link, std::string{market_schema_sql()}); !done) return done;
  if (auto done = run(link, at_scale(kPrepare)); !done) return done;
  if (auto done = load_scan_results(link, counts.scan_results, progress); !done) return done;
  if (auto done = load_volume_slots(link, counts, progress); !done) return done;
  progress(say("the other tables", "las demás tablas"));
  if (auto done = run(link, at_scale(kOtherTables)); !done) return done;
  progress(say("statistics for the planner", "estadísticas del planificador"));
  return run(link, "ANALYZE");
}

}  // namespace plimsoll
