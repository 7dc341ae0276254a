#pragma once

#include "history/sqlite.h"

namespace plimsoll {

/// Brings the journal's tables to this program's version, one numbered migration after another,
/// each in a transaction; PRAGMA user_version says how far a file is. Errors: unsupported, for a
/// file that a newer program wrote; those of the file.
Result<void> migrate_journal(sqlite::Database& database);

}  // namespace plimsoll
