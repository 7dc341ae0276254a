#include "collect/redis/key_family.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

namespace plimsoll {
namespace {

constexpr std::string_view kSeparators = ":/.|";
constexpr std::size_t kLongestPattern = 200;  // a key may be 512 MB; a pattern is for reading

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// Digits with the marks of dates, times, versions and UUIDs, or long hexadecimal with a digit.
bool is_number_like(std::string_view part) {
  bool digits_only = true;
  bool hex_only = true;
  std::size_t digits = 0;
  for (const char c : part) {
    const bool mark = c == '-' || c == '_' || c == '+' || c == 'T' || c == 'Z';
    digits += is_digit(c) ? 1 : 0;
    digits_only = digits_only && (is_digit(c) || mark);
    hex_only = hex_only && (is_hex(c) || c == '-');
  }
  if (digits == 0) return false;
  return digits_only || (hex_only && part.size() >= 8);
}

/// "AAPL", "BRK-B", "GOOG1": what an exchange lists.
bool is_symbol(std::string_view part) {
  if (part.empty() || part.size() > 10 || !is_upper(part.front())) return false;
  return std::all_of(part.begin(), part.end(), [](char c) {
    return is_upper(c) || is_digit(c) || c == '-' || c == '_' || c == '=' || c == '^';
  });
}

/// Random names: long, and letters of both cases or digits in between.
bool is_token(std::string_view part) {
  if (part.size() < 16) return false;
  std::size_t digits = 0;
  std::size_t upper = 0;
  for (const char c : part) {
    digits += is_digit(c) ? 1 : 0;
    upper += is_upper(c) ? 1 : 0;
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7F) return true;
  }
  return digits >= 4 || (upper >= 3 && upper + 3 <= part.size());
}

std::string part_pattern(std::string_view part, bool first) {
  if (part.empty()) return {};
  // Braces are a cluster's hash tag: "{user1000}".
  if (part.front() == '{' && part.back() == '}' && part.size() > 2)
    return "{" + part_pattern(part.substr(1, part.size() - 2), false) + "}";
  if (is_number_like(part) || is_token(part) || (!first && is_symbol(part))) return "*";
  std::size_t stem = part.size();
  while (stem > 0 && is_digit(part[stem - 1])) --stem;
  if (part.size() - stem >= 3) return std::string{part.substr(0, stem)} + "*";
  return std::string{part};
}

struct Pieces {
  std::vector<std::string> parts;
  std::string separators;
};

Pieces cut(std::string_view text) {
  Pieces pieces;
  for (;;) {
    const auto at = text.find_first_of(kSeparators);
    pieces.parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return pieces;
    pieces.separators += text[at];
    text.remove_prefix(at + 1);
  }
}

std::string joined(const Pieces& pieces, std::size_t general) {
  std::string text;
  for (std::size_t i = 0; i < pieces.parts.size(); ++i) {
    text += i == general ? "*" : pieces.parts[i];
    if (i < pieces.separators.size()) text += pieces.separators[i];
  }
  return text;
}

/// Every pattern with one more part made '*', the last parts first: those vary most.
template <typename Visit>
void for_generalisations(const std::string& pattern, Visit visit) {
  const Pieces pieces = cut(pattern);
  for (std::size_t i = pieces.parts.size(); i-- > 0;) {
    if (pieces.parts[i] != "*" && !visit(joined(pieces, i))) return;
  }
}

std::int64_t scaled(std::int64_t count, double scale) {
  return std::llround(static_cast<double>(count) * scale);
}

}  // namespace

std::string family_pattern(std::string_view key) {
  std::string pattern;
  bool first = true;
  for (;;) {
    const auto at = key.find_first_of(kSeparators);
    pattern += part_pattern(key.substr(0, at), first && at != std::string_view::npos);
    if (pattern.size() > kLongestPattern) {
      pattern.resize(kLongestPattern);
      return pattern + "*";
    }
    if (at == std::string_view::npos) return pattern;
    pattern += key[at];
    key.remove_prefix(at + 1);
    first = false;
  }
}

void KeyFamilies::take(Counted& into, const Counted& from) {
  KeyFamily& sum = into.family;
  const KeyFamily& part = from.family;
  if (sum.sampled == 0) {
    sum.type = part.type;
  } else if (sum.type != part.type) {
    sum.type = "mixed";
  }
  sum.sampled += part.sampled;
  sum.without_ttl += part.without_ttl;
  sum.bytes += part.bytes;
  sum.bytes_known = sum.bytes_known && part.bytes_known;
  into.asked += from.asked;
  into.has_streams = into.has_streams || from.has_streams;
}

void KeyFamilies::add_stream(std::string_view key) {
  const auto family = families_.find(settled(family_pattern(key)));
  if (family != families_.end()) family->second.has_streams = true;
}

KeyFamilies::Expectation KeyFamilies::expect(std::string_view key) const {
  constexpr std::int64_t kEnough = 64;
  const auto family = families_.find(settled(family_pattern(key)));
  if (family == families_.end()) return {};
  const Counted& counted = family->second;
  return {counted.family.sampled >= kEnough && !counted.has_streams, counted.asked >= kEnough};
}

std::string KeyFamilies::settled(std::string pattern) const {
  if (merged_.empty() || families_.contains(pattern)) return pattern;
  for (bool again = true; again;) {
    again = false;
    for_generalisations(pattern, [&](std::string general) {
      if (!merged_.contains(general)) return true;
      pattern = std::move(general);
      again = true;
      return false;
    });
  }
  return pattern;
}

void KeyFamilies::add(const KeyFacts& facts) {
  Counted one;
  one.family.type = facts.type;
  one.family.sampled = 1;
  one.family.bytes = facts.bytes.value_or(Bytes{});
  one.family.bytes_known = facts.bytes.has_value();
  one.family.without_ttl = facts.has_ttl == false ? 1 : 0;
  one.asked = facts.has_ttl ? 1 : 0;
  const std::string pattern = settled(family_pattern(facts.key));
  take(families_[pattern], one);
  if (families_.size() <= 4 * most_) return;
  merge_small_siblings();
  while (families_.size() > 2 * most_) {  // nothing in common: the smallest go to one family
    auto smallest = families_.end();
    for (auto it = families_.begin(); it != families_.end(); ++it) {
      if (it->first != "*" && (smallest == families_.end() ||
                               it->second.family.sampled < smallest->second.family.sampled))
        smallest = it;
    }
    const Counted gone = smallest->second;
    families_.erase(smallest);
    take(families_["*"], gone);
  }
}

void KeyFamilies::merge_into(const std::string& general) {
  merged_.insert(general);
  Counted sum;
  for (auto it = families_.begin(); it != families_.end();) {
    bool child = it->first == general;
    for_generalisations(it->first, [&](const std::string& candidate) {
      child = child || candidate == general;
      return !child;
    });
    if (!child) {
      ++it;
      continue;
    }
    take(sum, it->second);
    it = families_.erase(it);
  }
  families_[general] = sum;
}

/// Siblings that differ in one part, twelve of them or more: that part is a name, not a word.
void KeyFamilies::merge_small_siblings() {
  constexpr std::size_t kMany = 12;
  for (;;) {
    std::map<std::string, std::size_t> siblings;
    for (const auto& [pattern, family] : families_) {
      for_generalisations(pattern, [&](const std::string& general) {
        ++siblings[general];
        return true;
      });
    }
    const auto most =
        std::max_element(siblings.begin(), siblings.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most == siblings.end() || most->second < kMany) return;
    merge_into(most->first);
  }
}

std::vector<KeyFamily> KeyFamilies::finish(int database, double scale) {
  merge_small_siblings();
  std::vector<KeyFamily> list;
  for (auto& [pattern, counted] : families_) {
    KeyFamily family = counted.family;
    const double expiring_none = counted.asked == 0 ? 0
                                                    : static_cast<double>(family.without_ttl) /
                                                          static_cast<double>(counted.asked);
    // A name with no variable part is one key, seen whole: the rest of the sample holds no more of
    // it.
    const double times = pattern.find('*') == std::string::npos ? 1 : scale;
    family.pattern = pattern;
    family.database = database;
    family.without_ttl = scaled(family.sampled, times * expiring_none);
    family.keys = scaled(family.sampled, times);
    family.bytes = Bytes{scaled(family.bytes.count(), times)};
    list.push_back(std::move(family));
  }
  std::sort(list.begin(), list.end(), [](const KeyFamily& a, const KeyFamily& b) {
    return a.bytes != b.bytes ? b.bytes < a.bytes : a.pattern < b.pattern;
  });
  while (list.size() > std::max<std::size_t>(most_, 1)) {
    const KeyFamily last = std::move(list.back());
    list.pop_back();
    KeyFamily& overflow = list.back();
    if (overflow.type != last.type) overflow.type = "mixed";
    overflow.pattern = "*";
    overflow.keys += last.keys;
    overflow.bytes += last.bytes;
    overflow.without_ttl += last.without_ttl;
    overflow.sampled += last.sampled;
    overflow.bytes_known = overflow.bytes_known && last.bytes_known;
  }
  return list;
}

}  // namespace plimsoll
