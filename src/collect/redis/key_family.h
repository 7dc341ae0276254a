#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "census/redis.h"

namespace plimsoll {

/// "metadata:ticker:AAPL" → "metadata:ticker:*". A key is cut at ':', '/', '.' and '|'; a part that
/// varies becomes '*': numbers, dates, hexadecimal ids, symbols in capitals (not the first part), a
/// word that ends in three digits or more ("user1234" → "user*").
std::string family_pattern(std::string_view key);

/// What was read of one key.
struct KeyFacts {
  std::string_view key;
  std::string_view type;
  std::optional<Bytes> bytes;
  std::optional<bool> has_ttl;  ///< empty: not asked
};

/// Adds keys up by family, in bounded memory: a part whose values turn out to be many (names in
/// small letters) becomes '*' too, and what still does not fit goes to one family "*".
class KeyFamilies {
 public:
  explicit KeyFamilies(std::size_t most) : most_{most} {}

  void add(const KeyFacts& facts);
  /// A stream that goes by its own name in the census, and only tells that its family holds some.
  void add_stream(std::string_view key);

  /// What is known of a key's family before the key itself is asked about.
  struct Expectation {
    bool known = false;      ///< 64 keys of it were seen, and no stream among them
    bool ttl_known = false;  ///< 64 keys of it were asked for their TTL
  };
  Expectation expect(std::string_view key) const;
  /// Largest first, scaled up from the sample.
  std::vector<KeyFamily> finish(int database, double scale);

 private:
  struct Counted {
    KeyFamily family;  ///< without_ttl counts among `asked`, until finish()
    std::int64_t asked = 0;
    bool has_streams = false;
  };
  static void take(Counted& into, const Counted& from);

  using Table = std::unordered_map<std::string, Counted>;
  std::string settled(std::string pattern) const;
  void merge_small_siblings();
  void merge_into(const std::string& general);

  std::size_t most_;
  Table families_;
  std::unordered_set<std::string> merged_;  ///< generalisations in force
};

}  // namespace plimsoll
