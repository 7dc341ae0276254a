#pragma once

#include <yaml-cpp/yaml.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

// Reading plimsoll.yaml: what the readers of its sections share. Inside this module alone.
namespace plimsoll {

/// Where a value stands and what is wrong with it. Thrown by the readers and caught in
/// parse_config(), as yaml-cpp's own errors are.
struct Mistake {
  YAML::Mark mark;
  Text what;
  Text hint;
};

/// Errors: Mistake, when the text is more than one document, deeper or longer than any policy. It
/// reads events only, so that nonsense is refused before a tree is built of it.
void check_shape(const std::string& yaml);

/// "p.yaml:4:7".
std::string place_of(const std::string& file, const YAML::Mark& mark);

/// Errors: Mistake, for what is no text. `name` is how the message calls it.
std::string scalar_of(const YAML::Node& node, std::string_view name);
/// The entries of a list. Errors: Mistake, with `example` as the hint.
std::vector<YAML::Node> list_of(const YAML::Node& node, std::string_view name,
                                std::string_view example);

/// One mapping whose keys are known and appear once; null is an empty one. Every read names a key;
/// a key that is not there is an empty answer. Errors: Mistake, at the value.
class Section {
 public:
  /// `path` is one of known_keys(); `name` is what messages call it.
  Section(const YAML::Node& node, const std::string& path, std::string name);

  bool has(const char* key) const { return static_cast<bool>(node_[key]); }
  YAML::Node at(const char* key) const { return node_[key]; }
  YAML::Mark mark() const { return node_.Mark(); }
  bool empty() const { return node_.IsNull() || node_.size() == 0; }

  std::string text(const char* key) const;
  bool flag(const char* key, bool otherwise) const;
  /// One of `words`; empty where the key is not there.
  std::string word(const char* key, std::initializer_list<std::string_view> words) const;
  /// `zero` says why zero is refused; empty: it is allowed.
  std::optional<std::int64_t> count(const char* key, const Text& zero) const;
  std::optional<Seconds> span(const char* key, const Text& zero) const;
  std::optional<Bytes> size(const char* key, const Text& zero) const;
  /// "80%" is 0.8.
  std::optional<double> share(const char* key) const;

  [[noreturn]] void refuse(const char* key, Text what, Text hint = {}) const;

 private:
  void refuse_zero(const char* key, bool is_zero, const Text& why) const;

  YAML::Node node_;
  std::string name_;
};

/// What each rule of a section of rules (`tables`, `streams`, …) is written under, in the file's
/// order. Errors: Mistake, for an empty pattern, one that is there twice and a rule that says
/// nothing, with `example` as its hint.
struct NamedNode {
  std::string pattern;
  YAML::Mark mark;
  YAML::Node node;
};
std::vector<NamedNode> rules_of(const YAML::Node& node, const char* section, const char* example);

}  // namespace plimsoll
