#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apply/compose/yaml_tree.h"

namespace plimsoll::compose {

/// What a file means: aliases and merge keys resolved. Compared without regard to the order of keys
/// and to places.
struct Value {
  enum class Kind { null, scalar, sequence, mapping };

  Kind kind = Kind::null;
  std::string scalar;
  bool quoted = false;
  std::vector<std::string> keys;  ///< of a mapping; as many as items
  std::vector<Value> items;
  const YamlNode* node = nullptr;  ///< where it is written; lives as long as the document

  const Value* find(std::string_view key) const;
  const Value* find(const std::vector<std::string>& path) const;
  /// The text at a path; empty where there is none.
  std::string text(const std::vector<std::string>& path) const;
  /// Makes the mappings that lead there.
  void set(const std::vector<std::string>& path, Value value);

  friend bool operator==(const Value& a, const Value& b);
};

Value text_value(std::string text, bool quoted);

/// Errors, with file:line:column: malformed for a key that is there twice, a key that is no text, a
/// merge of what is no mapping, an alias of what it stands in, a file that unfolds to more than
/// 200,000 values.
Result<Value> resolve(const YamlDocument& document, const std::string& file);

}  // namespace plimsoll::compose
