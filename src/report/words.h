#pragma once

#include <string>
#include <string_view>

#include "base/language.h"
#include "census/store.h"
#include "diagnose/finding.h"

namespace plimsoll {

// What the report calls things, in both languages. A name that is not known here (a store kind or a
// fact of a newer rule) is written as it is, with its underscores as spaces.

Text rule_words(Rule rule);           ///< "Hypertable without retention"
Text severity_words(Severity level);  ///< "critical", "crítica": agrees with "severity"
Text target_words(TargetKind kind);   ///< "PostgreSQL", "Redis", "Docker", "Host"
Text kind_words(std::string_view store_kind);
Text source_words(GrowthSource source);       ///< "from the chunks' ranges"
Text fact_words(std::string_view fact_name);  ///< "dead rows": fact_words.cpp
Text unit_words(std::string_view unit);

/// The bound in a few words: "none", "kept 7 days", "10,000 entries", "?" where it is not known.
Text bound_words(const Bound& bound);

/// "18 days" in a narrow column: "18 d", "36 h", "4 y"; "now" for nothing left.
std::string short_span(Seconds span, Language language);

/// The same bound where a column's title already says what it is: "7 days", "20,000", "2.1 GB".
Text short_bound_words(const Bound& bound);

/// "1 thing", "3 things": a count with its noun in the right number.
struct Noun {
  std::string_view one_en, many_en, one_es, many_es;
};
Text count_words(std::int64_t count, const Noun& noun);

/// A fact's value with its unit: "12,536,682 rows", "no limit", "not known".
Text value_words(const Fact& fact);

/// Who was asked and what was found: the name of a store without the target's part, printable.
std::string short_name(const ResourceId& id);

/// "table", "stream", "container": the part of an id that says what it is.
std::string_view kind_of_id(std::string_view id);

/// "postgres/main": the part of an id that says which target it is of.
std::string target_of(const ResourceId& id);

}  // namespace plimsoll
