#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

// A YAML file as it is written: where each node stands, and which anchors it uses. Values are in
// value.h; nothing here resolves an alias or a merge key.
namespace plimsoll::compose {

struct YamlNode {
  enum class Kind { null, scalar, sequence, mapping, alias };

  Kind kind = Kind::null;
  std::size_t offset = 0;       ///< in bytes; an anchor or a tag before the value is part of it
  int line = 0;                 ///< from 0
  int column = 0;               ///< from 0, in bytes
  bool flow = false;            ///< [a, b] or {a: b}
  bool quoted = false;          ///< in quotes, or a block scalar: a text whatever it looks like
  bool tagged = false;          ///< carries a tag of its own: !!str, !reset
  std::size_t anchor = 0;       ///< its number, 0 for none; of an alias: the one it stands for
  std::string value;            ///< scalars: decoded
  std::vector<YamlNode> items;  ///< a mapping's: key, value, key, value, …
};

struct YamlDocument {
  YamlNode root;
  std::map<std::size_t, std::string> anchor_names;
  std::map<std::size_t, int> alias_uses;  ///< how often each anchor is used
};

/// One document. Errors: malformed, with file:line:column: no YAML, several documents, a tab where
/// indentation is meant, bytes that are no UTF-8, a lone carriage return, larger than kLargestFile.
/// `text` must not begin with a byte order mark.
Result<YamlDocument> parse_yaml(std::string_view text, const std::string& file);

inline constexpr std::size_t kLargestFile = std::size_t{4} << 20U;
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// The key and value of a mapping, as written in it (merge keys not followed); null where absent.
struct OwnEntry {
  const YamlNode* key = nullptr;
  const YamlNode* value = nullptr;
  explicit operator bool() const { return key != nullptr; }
};
OwnEntry own_entry(const YamlNode& mapping, std::string_view key);
/// Where a path of keys leads, own entries only; null where one is absent.
const YamlNode* own_node(const YamlNode& root, const std::vector<std::string>& path);

/// "docker-compose.yml:12:5"
std::string spot(const std::string& file, const YamlNode& node);

/// failure(unsupported, "docker-compose.yml:12:5: why", hint)
tl::unexpected<Error> refuse_at(const std::string& file, const YamlNode& node, const Text& why,
                                Text hint = {});

}  // namespace plimsoll::compose
