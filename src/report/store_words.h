#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/language.h"
#include "report/overview.h"

namespace plimsoll {

/// Pieces that several formats say about a store. All in one language, printable.

/// "12,536,682 rows"; an estimate begins with "~". Empty where the items are not known.
std::string items_words(const Store& store, Language language);
/// "rows", "entries", "keys", "files": what the items of such a store are.
Text item_unit(std::string_view store_kind);
/// "29 Oct 2025 → 11 Nov 2025 (13 days)"; empty where either end is not known.
std::string period_words(const Store& store, Language language);
/// "+770 MB/day", "-2.0 MB/day", "steady"; empty where it is not known.
std::string growth_words(const Store& store, Language language);
/// "in 26 days", "now"; empty where no line is known or it is not reached.
std::string time_words(const Store& store, Language language);
std::string in_time(Seconds within, Language language);

/// The document's own block: Table, Size, Rows, Period, Rate, Bound; what is not known is left out.
std::vector<std::pair<std::string, std::string>> store_facts(const Store& store, Language language);

/// "PostgreSQL main", "Redis cache" of an id.
std::string target_title(const ResourceId& id, Language language);
std::string target_title(const Target& target, Language language);

/// "2 critical, 3 high, 1 low"; "2 críticos, 3 altos, 1 bajo": of findings ("hallazgos").
std::string severity_counts(const Diagnosis& diagnosis, Language language);

/// One line: the finding's own title, or "log without rotation: 9 stores, 339 MB".
std::string group_title(const Group& group, const Overview& overview, Language language);
/// "scan_results" or "9 stores".
std::string group_store(const Group& group, Language language);

/// "frees 4.6 GB; then holds about 5.4 GB; ends 770 MB/day of growth". Empty where nothing
/// of it is known.
std::string gain_words(const Gain& gain, Language language);

}  // namespace plimsoll
