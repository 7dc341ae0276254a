#include "demo/market_schema.h"

namespace plimsoll {

std::string_view market_schema_sql() {
  return R"sql(
CREATE TABLE scan_results (
  "time" timestamptz NOT NULL, symbol varchar(10) NOT NULL, session varchar(20) NOT NULL,
  price numeric(12,4), volume bigint, volume_today bigint, change_percent numeric(8,4),
  rvol numeric(10,4), rvol_slot numeric(10,4), price_from_high numeric(8,4),
  price_from_low numeric(8,4), market_cap bigint, float_shares bigint, score numeric(10,4),
  filters_matched text[], metadata jsonb);
CREATE TABLE ticks (
  "time" timestamptz NOT NULL, symbol varchar(10) NOT NULL, price numeric(12,4) NOT NULL,
  size integer, volume bigint, bid numeric(12,4), ask numeric(12,4), bid_size integer,
  ask_size integer, exchange varchar(10), conditions text[], tape varchar(1));
CREATE TABLE market_sessions_log (
  "time" timestamptz NOT NULL, session varchar(20) NOT NULL, trading_date date NOT NULL,
  event_type varchar(50), metadata jsonb);
CREATE TABLE market_data_daily (
  trading_date date NOT NULL, symbol varchar(10) NOT NULL, open numeric(12,4) NOT NULL,
  high numeric(12,4) NOT NULL, low numeric(12,4) NOT NULL, close numeric(12,4) NOT NULL,
  volume bigint NOT NULL, vwap numeric(12,4), trades_count integer,
  PRIMARY KEY (trading_date, symbol));
CREATE TABLE volume_slots (
  date date NOT NULL, symbol varchar(10) NOT NULL, slot_number integer NOT NULL,
  slot_time time NOT NULL, volume_accumulated bigint, trades_count integer,
  avg_price numeric(12,4), PRIMARY KEY (date, symbol, slot_number));
CREATE TABLE volume_slot_averages (
  symbol varchar(10) NOT NULL, slot_number integer NOT NULL, avg_volume_5d bigint,
  avg_volume_10d bigint, days_counted integer, updated_at timestamptz,
  PRIMARY KEY (symbol, slot_number));
CREATE TABLE ticker_metadata (
  symbol varchar(10) PRIMARY KEY, company_name text, exchange varchar(20), sector varchar(100),
  industry varchar(100), market_cap bigint, float_shares bigint, shares_outstanding bigint,
  avg_volume_30d bigint, avg_volume_10d bigint, avg_price_30d numeric(12,4), beta numeric(8,4),
  description text, is_etf boolean, is_actively_trading boolean, created_at timestamptz,
  updated_at timestamptz);
CREATE TABLE ticker_universe (
  symbol varchar(10) PRIMARY KEY, is_active boolean, last_seen timestamptz, added_at timestamptz);
CREATE TABLE scanner_filters (
  id serial PRIMARY KEY, name varchar(100) NOT NULL UNIQUE, description text, enabled boolean,
  filter_type varchar(50), parameters jsonb, priority integer, created_at timestamptz,
  updated_at timestamptz);
CREATE TABLE market_holidays (
  date date NOT NULL, name varchar(100), exchange varchar(20) NOT NULL, is_early_close boolean,
  early_close_time time, PRIMARY KEY (date, exchange));

DO $$
DECLARE t record;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb') OR
     position('timescaledb' IN current_setting('shared_preload_libraries')) = 0 THEN RETURN; END IF;
  CREATE EXTENSION timescaledb;
  FOR t IN SELECT * FROM (VALUES ('scan_results', 'time', '7 days'), ('ticks', 'time', '7 days'),
                                 ('market_sessions_log', 'time', '7 days'),
                                 ('market_data_daily', 'trading_date', '1 month'))
                         AS wanted (name, dimension, chunk) LOOP
    PERFORM create_hypertable(t.name::regclass, t.dimension::name,
                              chunk_time_interval => t.chunk::interval,
                              create_default_indexes => false);
  END LOOP;
END $$;
DO $$
BEGIN
  IF position('pg_stat_statements' IN current_setting('shared_preload_libraries')) > 0 THEN
    CREATE EXTENSION pg_stat_statements;
  END IF;
END $$;

CREATE INDEX scan_results_time_idx ON scan_results ("time" DESC);
CREATE INDEX idx_scan_results_symbol ON scan_results (symbol, "time" DESC);
CREATE INDEX idx_scan_results_session ON scan_results (session, "time" DESC);
CREATE INDEX idx_scan_results_rvol ON scan_results (rvol DESC, "time" DESC);
CREATE INDEX idx_scan_results_score ON scan_results (score DESC, "time" DESC);
CREATE INDEX ticks_time_idx ON ticks ("time" DESC);
CREATE INDEX idx_ticks_symbol ON ticks (symbol, "time" DESC);
CREATE INDEX market_sessions_log_time_idx ON market_sessions_log ("time" DESC);
CREATE INDEX idx_volume_slots_symbol ON volume_slots (symbol, date DESC);
CREATE INDEX idx_volume_slots_date ON volume_slots (date DESC);
CREATE INDEX idx_market_data_daily_symbol ON market_data_daily (symbol, trading_date DESC);

CREATE VIEW v_today_top_scanners AS
  SELECT symbol, max(score) AS best_score, max(rvol) AS best_rvol, count(*) AS scans
  FROM scan_results WHERE "time" >= date_trunc('day', now())
  GROUP BY symbol ORDER BY best_score DESC LIMIT 100;
CREATE VIEW v_session_activity AS
  SELECT session, date_trunc('hour', "time") AS hour, count(*) AS rows_written
  FROM scan_results GROUP BY session, date_trunc('hour', "time");
CREATE FUNCTION cleanup_old_data() RETURNS void LANGUAGE sql AS $$
  DELETE FROM ticks WHERE "time" < now() - interval '90 days';
  DELETE FROM scan_results WHERE "time" < now() - interval '180 days';
  DELETE FROM market_sessions_log WHERE "time" < now() - interval '365 days';
$$;

INSERT INTO scanner_filters (name, description, enabled, filter_type, parameters, priority,
                             created_at, updated_at) VALUES
  ('min_rvol', 'relative volume', true, 'rvol', '{"min_rvol": 2.0}', 1, now(), now()),
  ('min_price', 'no penny stocks', true, 'price', '{"min_price": 1.0}', 2, now(), now()),
  ('min_volume', 'liquidity', true, 'volume', '{"min_volume": 100000}', 3, now(), now());
INSERT INTO market_holidays VALUES
  ('2025-11-27', 'Thanksgiving', 'XNYS', false, NULL),
  ('2025-11-28', 'Day after Thanksgiving', 'XNYS', true, '13:00'),
  ('2025-12-24', 'Christmas Eve', 'XNYS', true, '13:00'),
  ('2025-12-25', 'Christmas', 'XNYS', false, NULL),
  ('2026-01-01', 'New Year', 'XNYS', false, NULL);
)sql";
}

}  // namespace plimsoll
