#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/init_policy.h"

// What the writers of the sections of a first plimsoll.yaml share. Inside this module alone.
namespace plimsoll {

/// What they read.
struct InitScene {
  const Census& census;
  const Diagnosis& diagnosis;
  const InitOptions& options;

  bool found(Rule rule, const ResourceId& store) const;
};

/// One rule while it is written: "  scan_results: { keep: 7d }" under its reasons.
struct DraftedRule {
  std::string name;  ///< pattern_of() what the server says
  std::string value;
  std::vector<Text> reasons;
  bool active = true;  ///< false: as a comment, for a person to decide
};

/// The name itself; bytes that are no UTF-8 cannot be written in YAML, and each becomes '?', which
/// as a pattern matches it.
std::string pattern_of(std::string_view name);
bool is_utf8(std::string_view text);
/// As a key or value of YAML: plain where that is safe, else in double quotes.
std::string yaml_name(std::string_view name);

/// "7d", "36h", "90s": the largest unit that divides it.
std::string span_text(Seconds span);
/// "4G", "512M", or the count of bytes.
std::string size_text(Bytes size);

/// `count` × `factor`, up to the next multiple of `step`; empty on overflow.
std::optional<Bytes> rounded_up(Bytes size, double factor, Bytes step);
/// One digit and zeros, not below `count`: 6,800 → 7,000.
std::int64_t rounded_up(std::int64_t count);

/// More than this many rules of a section are not for a person to read; the rest is counted.
inline constexpr std::size_t kMostRules = 500;

inline constexpr std::size_t kLongestName = 512;  ///< a longer one is a comment

/// "tables:" and its rules; the whole section as a comment where none of them is active.
std::string section_text(std::string_view section, const std::vector<DraftedRule>& rules,
                         Language language);
/// "  # …", one a line.
void add_comment(std::string& text, std::size_t indent, const Text& words, Language language);

std::vector<DraftedRule> draft_tables(const InitScene& scene);
std::vector<DraftedRule> draft_streams(const InitScene& scene);
std::vector<DraftedRule> draft_keys(const InitScene& scene);

/// What a Redis gets, and its container: the two nest.
struct RedisDraft {
  std::optional<Bytes> maxmemory;  ///< empty: not to be said
  std::vector<Text> reasons;
};
struct MemoryDraft {
  RedisDraft redis;
  std::vector<DraftedRule> containers;
};
MemoryDraft draft_memory(const InitScene& scene);

}  // namespace plimsoll
