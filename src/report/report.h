#pragma once

#include <string>

#include "base/language.h"
#include "census/census.h"
#include "diagnose/finding.h"
#include "policy/policy.h"

namespace plimsoll {

/// What every format renders: the same values, so that no two of them can disagree.
struct Report {
  const Census& census;
  const Diagnosis& diagnosis;
  const Policy* policy = nullptr;  ///< whose bounds the stores are shown with; null: none
};

struct TextStyle {
  int columns = 80;
  bool colour = false;  ///< ANSI; off in a pipe or with NO_COLOR
  bool utf8 = true;     ///< false: bars and rules in ASCII, for a locale that is not UTF-8
};

/// For a terminal: the summary first, the stores with bars, the findings, the gaps.
std::string render_text(const Report& report, Language language, const TextStyle& style);

/// The document's own sections: summary, problems, immediate solutions, expected results, action
/// plan, monitoring, notes, warnings.
std::string render_markdown(const Report& report, Language language);

/// One self-contained file: no script, no request to anywhere; charts are inline SVG.
std::string render_html(const Report& report, Language language);

/// DESIGN's schema, "plimsoll.diagnosis/1". Names of fields are the contract; new ones may be
/// added.
std::string render_json(const Report& report, Language language);

}  // namespace plimsoll
