#include "apply/compose/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <sstream>

#include "base/text.h"

namespace plimsoll::compose {
namespace {

struct Place {
  int line = 0, column = 0;  // from 1
};

tl::unexpected<Error> malformed_at(const std::string& file, Place place, const Text& why,
                                   Text hint = {}) {
  return failure(ErrorCode::malformed,
                 say("{}:{}:{}: {}", "{}:{}:{}: {}",
                     {file, std::to_string(place.line), std::to_string(place.column), why}),
                 std::move(hint));
}

/// Builds the tree from the parser's events: they carry what its own nodes have forgotten, the
/// style of each collection and which alias stands where.
class Builder final : public YAML::EventHandler {
 public:
  YamlDocument document;
  int documents = 0;
  Place second;

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents == 2) second = {mark.line + 1, mark.column + 1};
  }
  void OnDocumentEnd() override {}
  void OnAnchor(const YAML::Mark& /*mark*/, const std::string& name) override { name_ = name; }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(made(mark, YamlNode::Kind::null, "", anchor));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    YamlNode node = made(mark, YamlNode::Kind::alias, "", 0);
    node.anchor = anchor;
    if (documents == 1) ++document.alias_uses[anchor];
    add(std::move(node));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode node = made(mark, YamlNode::Kind::scalar, tag, anchor);
    node.quoted = tag == "!";
    node.value = value;
    add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    begin(made(mark, YamlNode::Kind::sequence, tag, anchor), style);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    begin(made(mark, YamlNode::Kind::mapping, tag, anchor), style);
  }
  void OnMapEnd() override { end(); }

 private:
  YamlNode made(const YAML::Mark& mark, YamlNode::Kind kind, const std::string& tag,
                YAML::anchor_t anchor) {
    YamlNode node;
    node.kind = kind;
    node.offset = static_cast<std::size_t>(mark.pos);
    node.line = mark.line;
    node.column = mark.column;
    node.tagged = !tag.empty() && tag != "?" && tag != "!";
    node.anchor = anchor;
    if (anchor != 0 && documents == 1) document.anchor_names[anchor] = name_;
    return node;
  }
  void begin(YamlNode node, YAML::EmitterStyle::value style) {
    node.flow = style == YAML::EmitterStyle::Flow;
    open_.push_back(std::move(node));
  }
  void end() {
    YamlNode node = std::move(open_.back());
    open_.pop_back();
    add(std::move(node));
  }
  void add(YamlNode node) {
    if (!open_.empty()) {
      open_.back().items.push_back(std::move(node));
    } else if (documents == 1) {
      document.root = std::move(node);
    }
  }

  std::vector<YamlNode> open_;
  std::string name_;
};

/// Bytes of the UTF-8 character at `at`; 0 where there is none.
std::size_t character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(at);
  if (first < 0x80U) return 1;
  const std::size_t length = first >= 0xF0U ? 4 : first >= 0xE0U ? 3 : 2;
  if (first < 0xC2U || first > 0xF4U || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0U) != 0x80U) return 0;
  }
  const unsigned second = byte(at + 1);
  const bool overlong = (first == 0xE0U && second < 0xA0U) || (first == 0xF0U && second < 0x90U);
  const bool surrogate = first == 0xEDU && second >= 0xA0U;
  return overlong || surrogate || (first == 0xF4U && second >= 0x90U) ? 0 : length;
}

/// What the parser would read in another way than we count bytes and lines.
Result<void> check_bytes(std::string_view text, const std::string& file) {
  Place place{1, 1};
  bool in_indentation = true;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_at(text, at);
    const char c = text[at];
    if (length == 0 || c == '\0') {
      return malformed_at(file, place,
                          say("a byte that is no UTF-8 text", "un byte que no es texto UTF-8"));
    }
    if (c == '\r' && (at + 1 == text.size() || text[at + 1] != '\n')) {
      return malformed_at(
          file, place,
          say("a carriage return without a line feed", "un retorno de carro sin salto de línea"));
    }
    if (c == '\t' && in_indentation) {
      const auto rest = text.find_first_not_of(" \t\r", at);
      const bool has_content =
          rest != std::string_view::npos && text[rest] != '\n' && text[rest] != '#';
      if (has_content) {
        return malformed_at(file, place,
                            say("a tab in the indentation", "un tabulador en la sangría"),
                            say("YAML is indented with spaces", "YAML se sangra con espacios"));
      }
    }
    in_indentation = c == '\n' || (in_indentation && c == ' ');
    place = c == '\n' ? Place{place.line + 1, 1} : Place{place.line, place.column + 1};
    at += length;
  }
  return {};
}

}  // namespace

Result<YamlDocument> parse_yaml(std::string_view text, const std::string& file) {
  if (text.size() > kLargestFile) {
    return malformed_at(
        file, {1, 1},
        say("larger than {}", "pasa de {}", {Bytes{static_cast<std::int64_t>(kLargestFile)}}));
  }
  if (auto checked = check_bytes(text, file); !checked) return failure(checked.error());
  Builder builder;
  try {
    std::istringstream stream{std::string{text}};
    YAML::Parser parser{stream};
    while (builder.documents < 2 && parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& mistake) {
    return malformed_at(
        file, {mistake.mark.line + 1, mistake.mark.column + 1},
        say("no valid YAML: {}", "no es YAML válido: {}", {printable(mistake.msg)}));
  }
  if (builder.documents > 1) {
    return malformed_at(
        file, builder.second,
        say("a second document begins here", "aquí empieza un segundo documento"),
        say("Compose reads one document a file", "Compose lee un documento por fichero"));
  }
  return std::move(builder.document);
}

OwnEntry own_entry(const YamlNode& mapping, std::string_view key) {
  if (mapping.kind != YamlNode::Kind::mapping) return {};
  for (std::size_t i = 0; i + 1 < mapping.items.size(); i += 2) {
    const YamlNode& name = mapping.items[i];
    if (name.kind == YamlNode::Kind::scalar && name.value == key)
      return {&name, &mapping.items[i + 1]};
  }
  return {};
}

const YamlNode* own_node(const YamlNode& root, const std::vector<std::string>& path) {
  const YamlNode* node = &root;
  for (const std::string& key : path) {
    node = own_entry(*node, key).value;
    if (node == nullptr) return nullptr;
  }
  return node;
}

std::string spot(const std::string& file, const YamlNode& node) {
  return file + ":" + std::to_string(node.line + 1) + ":" + std::to_string(node.column + 1);
}

tl::unexpected<Error> refuse_at(const std::string& file, const YamlNode& node, const Text& why,
                                Text hint) {
  return failure(ErrorCode::unsupported, say("{}: {}", "{}: {}", {spot(file, node), why}),
                 std::move(hint));
}

}  // namespace plimsoll::compose
