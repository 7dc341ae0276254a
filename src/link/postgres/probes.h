#pragma once

#include "link/postgres/probe.h"

namespace plimsoll::postgres {

// Every question a census asks of PostgreSQL. Where servers or extensions differ in columns the SQL
// reads them through to_jsonb(row)->>'column', which is NULL where there is none.

extern const Probe kServer;                ///< one row: version, role, what it may see
extern const Probe kControl;               ///< one row: system_identifier, with the timeline
extern const Probe kLetInWithoutPassword;  ///< one row: vouched_for (certificate or Kerberos)
extern const Probe kDatabaseSize;          ///< one row: bytes
extern const Probe kOtherDatabases;        ///< one row: bytes, hidden

extern const Probe kTables;            ///< a row for each table, partition and chunk; no sizes
extern const Probe kTableSizes;        ///< oid, heap_bytes, index_bytes, toast_bytes, stale
extern const Probe kTableFiles;        ///< the same for roles that may look at files
extern const Probe kTablePages;        ///< the same from relpages, without opening anything
extern const Probe kSystemSizes;       ///< one row: bytes of catalogs and sequences
extern const Probe kTimeColumns;       ///< candidates: oid, name, type, not_null, indexed, in_key
extern const Probe kColumnStatistics;  ///< $1 schemas, $2 tables, $3 columns (name arrays)
extern const Probe kColumnWidths;      ///< $1 schemas, $2 tables
extern const Probe kTimeRange;         ///< {0}.{1} column {2}: oldest, newest, by ONLY
extern const Probe kCountRows;         ///< {0}.{1}: rows, with children
extern const Probe kCountRange;        ///< {0}.{1} column {2}: rows, oldest, newest, with children

extern const Probe kNotableIndexes;
extern const Probe kLeftovers;

extern const Probe kTimescale;  ///< one row, or none where the extension is not installed
extern const Probe kTimescaleScheduler;
extern const Probe kHypertables;
extern const Probe kContinuousAggregates;
extern const Probe kChunks;
extern const Probe kChunkSizes;       ///< {0} schema of the extension; $1 hypertable
extern const Probe kApproximateRows;  ///< {0} schema of the extension; $1 hypertable: rows
extern const Probe kJobs;
extern const Probe kJobErrors;

extern const Probe kSlots;
extern const Probe kWalDirectory;
extern const Probe kWalSettings;
extern const Probe kArchiver;
extern const Probe kArchiveStatus;
extern const Probe kXminHolders;
extern const Probe kStatementsExtension;
extern const Probe kStatements;  ///< {0} schema, {1} total column, {2} mean column
extern const Probe kTemporaryFiles;
extern const Probe kLogFiles;

}  // namespace plimsoll::postgres
