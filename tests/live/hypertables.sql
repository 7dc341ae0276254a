-- The document's tables as TimescaleDB has them: 7-day chunks, rows for six weeks up to now, nothing that ever
-- removes one. Columns as the stack has them, the wide ones left out.
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS timescaledb;

CREATE TABLE scan_results (
  time timestamptz NOT NULL, symbol varchar(10) NOT NULL, session varchar(20) NOT NULL,
  price numeric(12,4), volume bigint, score numeric(10,4), filters_matched text[], metadata jsonb);
SELECT create_hypertable('scan_results', 'time', chunk_time_interval => interval '7 days');
CREATE INDEX ON scan_results (symbol, time DESC);
INSERT INTO scan_results
SELECT t, 'SYM' || n, 'MARKET_OPEN', 10 + n, n * 100, n, '{}', jsonb_build_object('gap', n, 'class', 'SMALL')
FROM generate_series(now() - interval '42 days', now(), interval '15 minutes') t, generate_series(1, 25) n;

-- By day, not by instant; a chunk a month.
CREATE TABLE market_data_daily (
  trading_date date NOT NULL, symbol varchar(10) NOT NULL, close numeric(12,4) NOT NULL, volume bigint NOT NULL,
  PRIMARY KEY (trading_date, symbol));
SELECT create_hypertable('market_data_daily', 'trading_date', chunk_time_interval => interval '1 month');
INSERT INTO market_data_daily
SELECT d, 'SYM' || n, n, n FROM generate_series(current_date - 120, current_date, interval '1 day') d, generate_series(1, 100) n;

-- A plain table beside them, and a name that needs quotes.
CREATE TABLE volume_slots (
  date date NOT NULL, symbol varchar(10) NOT NULL, slot_number int NOT NULL, volume_accumulated bigint,
  PRIMARY KEY (date, symbol, slot_number));
INSERT INTO volume_slots
SELECT d, 'SYM' || n, s, n * s
FROM generate_series(current_date - 13, current_date, interval '1 day') d, generate_series(1, 40) n, generate_series(0, 191) s;
CREATE TABLE "Señales ""raras""" (ts timestamptz NOT NULL, valor int);
SELECT create_hypertable('"Señales ""raras"""', 'ts', chunk_time_interval => interval '7 days');
INSERT INTO "Señales ""raras""" SELECT t, 1 FROM generate_series(now() - interval '21 days', now(), interval '1 minute') t;

VACUUM ANALYZE;
