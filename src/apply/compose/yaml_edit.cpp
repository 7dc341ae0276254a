#include "apply/compose/yaml_edit.h"

#include <algorithm>

#include "apply/compose/value.h"
#include "apply/compose/yaml_lines.h"
#include "base/text.h"

namespace plimsoll::compose {
namespace {

std::optional<std::string> in_quotes(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20U) return std::nullopt;
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

std::optional<std::string> scalar_text(const Value& value) {
  if (value.kind == Value::Kind::null) return "";
  if (value.kind != Value::Kind::scalar) return std::nullopt;
  return value.quoted ? in_quotes(value.scalar) : value.scalar;
}

struct Style {
  std::size_t step = 2;
  std::string line_break = "\n";
};

/// "key: value" and what it holds, in block style at `column`. Empty for what has no plain form.
std::optional<std::string> in_block(const std::string& key, const Value& value, std::size_t column,
                                    const Style& style) {
  const std::string head = std::string(column, ' ') + key + ":";
  if (value.kind == Value::Kind::mapping && !value.items.empty()) {
    std::string lines = head + style.line_break;
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      const auto item = in_block(value.keys[i], value.items[i], column + style.step, style);
      if (!item) return std::nullopt;
      lines += *item;
    }
    return lines;
  }
  if (value.kind == Value::Kind::sequence && !value.items.empty()) {
    std::string lines = head + style.line_break;
    for (const Value& element : value.items) {
      const auto item = scalar_text(element);
      if (!item || item->empty()) return std::nullopt;
      lines += std::string(column + style.step, ' ') + "- " + *item + style.line_break;
    }
    return lines;
  }
  const auto text = scalar_text(value);
  if (!text) return std::nullopt;
  return head + (text->empty() ? "" : " ") + *text + style.line_break;
}

/// The same on one line, inside braces; `json`: every key and value in quotes.
std::string in_flow(const std::vector<std::string>& keys, const Setting& setting, bool json) {
  std::string before, after;
  const auto quoted = [&](const std::string& text, bool quotes) {
    return quotes ? "\"" + text + "\"" : text;
  };
  for (std::size_t i = 0; i < keys.size(); ++i) {
    before += quoted(keys[i], json) + ": ";
    if (i + 1 < keys.size()) {
      before += "{";
      after += "}";
    }
  }
  return before + quoted(setting.text, json || setting.quoted) + after;
}

class Edit {
 public:
  Edit(std::string_view text, const std::string& file, const Setting& setting,
       const YamlDocument& document)
      : text_{text}, file_{file}, setting_{setting}, document_{document} {}

  /// The text with one edit made; `again` where the value itself is still to be set.
  Result<std::string> make(bool& again) {
    const YamlNode* node = &document_.root;
    const YamlNode* key = nullptr;
    for (std::size_t depth = 0; depth < setting_.path.size(); ++depth) {
      if (auto checked = check_own(*node); !checked) return failure(checked.error());
      if (is_empty(*node)) return under_empty(*key, *node, depth);
      if (node->kind != YamlNode::Kind::mapping) {
        return refuse_at(file_, *node, say("a mapping is expected here", "aquí se espera un mapa"));
      }
      const OwnEntry entry = own_entry(*node, setting_.path[depth]);
      if (!entry) return add(*node, depth, again);
      remember_step(*node, *entry.value);
      key = entry.key;
      node = entry.value;
    }
    return replace(*key, *node);
  }

 private:
  using Made = Result<std::string>;

  /// A change of a node that others take over by its anchor would change them too.
  Result<void> check_own(const YamlNode& node) const {
    const auto uses = document_.alias_uses.find(node.anchor);
    if (node.anchor == 0 || uses == document_.alias_uses.end()) return {};
    const auto name = document_.anchor_names.find(node.anchor);
    const std::string shown = name == document_.anchor_names.end() ? "" : printable(name->second);
    return refuse_at(file_, node,
                     say("this is shared through the anchor '{}'",
                         "esto se comparte mediante el ancla '{}'", {shown}),
                     say("change it by hand where it is defined, or give this service its own "
                         "value in place of *{}",
                         "cámbielo a mano donde se define, o dé a este servicio un valor propio en "
                         "lugar de *{}",
                         {shown}));
  }

  bool is_empty(const YamlNode& node) const {
    if (node.kind != YamlNode::Kind::null || node.anchor != 0 || node.tagged) return false;
    const std::string_view rest = text_.substr(std::min(node.offset, text_.size()));
    return !rest.starts_with('~') && !rest.starts_with("null") && !rest.starts_with("Null") &&
           !rest.starts_with("NULL");
  }

  /// A mapping that has an anchor begins where the anchor stands, so its first key is what counts.
  void remember_step(const YamlNode& outer, const YamlNode& inner) {
    if (outer.flow || inner.flow || inner.kind != YamlNode::Kind::mapping || inner.items.empty())
      return;
    const int step = inner.items.front().column - outer.items.front().column;
    if (step > 0) style_.step = static_cast<std::size_t>(step);
  }

  Style style_at(std::size_t at) const {
    return {style_.step, std::string{line_break_at(text_, at)}};
  }

  /// The keys from `depth` on, and the value.
  Made block_from(std::size_t depth, std::size_t column, std::size_t at) const {
    Value nested;
    nested.set(
        {setting_.path.begin() + static_cast<std::ptrdiff_t>(depth) + 1, setting_.path.end()},
        text_value(setting_.text, setting_.quoted));
    auto lines = in_block(setting_.path[depth], nested, column, style_at(at));
    return lines ? Made{std::move(*lines)} : Made{std::string{}};
  }

  /// "deploy:" with nothing below it.
  Made under_empty(const YamlNode& key, const YamlNode& node, std::size_t depth) const {
    const std::string_view line =
        text_.substr(key.offset, next_line(text_, key.offset) - key.offset);
    const auto colon = line.find(':');
    if (key.tagged || key.anchor != 0 || colon == std::string_view::npos ||
        !is_blank_or_comment(line.substr(colon + 1))) {
      return refuse_at(file_, node,
                       say("there is nothing to add to here", "aquí no hay nada a lo que añadir"));
    }
    const std::size_t at = next_line(text_, key.offset);
    auto lines = block_from(depth, static_cast<std::size_t>(key.column) + style_.step, key.offset);
    return lines ? with_lines(text_, at, std::move(*lines)) : lines;
  }

  Made add(const YamlNode& mapping, std::size_t depth, bool& again) const {
    const auto whole = resolve(document_, file_);
    if (!whole) return failure(whole.error());
    const std::vector<std::string> here{
        setting_.path.begin(), setting_.path.begin() + static_cast<std::ptrdiff_t>(depth) + 1};
    const Value* merged = whole->find(here);
    const bool last = depth + 1 == setting_.path.size();
    if (mapping.flow) {
      if (merged != nullptr && !last) {
        return refuse_at(file_, mapping,
                         say("'{}' comes from a merge key",
                             "'{}' viene de una "
                             "clave de fusión",
                             {printable(here.back())}));
      }
      return add_in_flow(mapping, depth);
    }
    const std::size_t at = end_of_block(text_, document_.root, mapping);
    const auto column = static_cast<std::size_t>(mapping.items.front().column);
    if (merged == nullptr || last) {
      auto lines = block_from(depth, column, mapping.offset);
      return lines ? with_lines(text_, at, std::move(*lines)) : lines;
    }
    again = true;
    auto copy = in_block(here.back(), *merged, column, style_at(mapping.offset));
    if (!copy || merged->items.empty()) {
      return refuse_at(file_, mapping,
                       say("'{}' comes from a merge key and cannot be written out here",
                           "'{}' viene de una clave de fusión y no se puede escribir aquí",
                           {printable(here.back())}));
    }
    return with_lines(text_, at, std::move(*copy));
  }

  Made add_in_flow(const YamlNode& mapping, std::size_t depth) const {
    const auto region = flow_region(text_, mapping);
    if (!region) {
      return refuse_at(
          file_, mapping,
          say("this mapping has an anchor or a tag", "este mapa tiene un ancla o una etiqueta"));
    }
    const bool json = !mapping.items.empty() && mapping.items.front().quoted;
    const std::vector<std::string> keys{setting_.path.begin() + static_cast<std::ptrdiff_t>(depth),
                                        setting_.path.end()};
    const bool after_comma = region->end > region->begin && text_[region->end - 1] == ',';
    const std::string_view separator = mapping.items.empty() ? "" : after_comma ? " " : ", ";
    return replaced(text_, {region->end, region->end},
                    std::string{separator} + in_flow(keys, setting_, json));
  }

  Made replace(const YamlNode& key, const YamlNode& node) const {
    if (node.kind == YamlNode::Kind::alias) {
      if (auto checked = check_own(node); !checked) return failure(checked.error());
    }
    if (is_empty(node)) {
      const auto region = scalar_region(text_, document_.root, key);
      const std::size_t colon = region ? text_.find(':', region->end) : std::string_view::npos;
      if (colon == std::string_view::npos) {
        return refuse_at(file_, key, say("no value can be put here", "aquí no cabe un valor"));
      }
      const std::string value = setting_.quoted ? "\"" + setting_.text + "\"" : setting_.text;
      return replaced(text_, {colon + 1, colon + 1}, " " + value);
    }
    if (const auto variable = interpolated_variable(node.value)) {
      return refuse_at(
          file_, node,
          say("the value is taken from the variable {}", "el valor se toma de la variable {}",
              {*variable}),
          say("set {}={} in .env or in the environment of docker compose",
              "ponga {}={} en .env o en el entorno de docker compose", {*variable, setting_.text}));
    }
    const auto region = scalar_region(text_, document_.root, node);
    const bool on_one_line = region && region->of(text_).find('\n') == std::string_view::npos &&
                             (node.quoted || region->of(text_) == node.value);
    if (!on_one_line) {
      return refuse_at(
          file_, node,
          say("this is no plain value on one line", "esto no es un valor simple en una línea"));
    }
    return replaced(text_, *region, setting_.text);
  }

  std::string_view text_;
  const std::string& file_;
  const Setting& setting_;
  const YamlDocument& document_;
  Style style_;
};

}  // namespace

std::optional<std::string> interpolated_variable(std::string_view text) {
  for (std::size_t at = text.find('$'); at < text.size(); at = text.find('$', at)) {
    if (at + 1 < text.size() && text[at + 1] == '$') {
      at += 2;
      continue;
    }
    std::size_t begin = at + 1;
    if (begin < text.size() && text[begin] == '{') ++begin;
    std::size_t end = begin;
    const auto in_name = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    while (end < text.size() && in_name(text[end])) ++end;
    return std::string{text.substr(begin, end - begin)};
  }
  return std::nullopt;
}

Result<std::string> set_value(std::string text, const std::string& file, const Setting& setting) {
  // Each round writes one level of a merged mapping out, or is the last.
  for (std::size_t round = 0; round <= setting.path.size(); ++round) {
    const auto document = parse_yaml(text, file);
    if (!document) return failure(document.error());
    bool again = false;
    auto edited = Edit{text, file, setting, *document}.make(again);
    if (!edited || !again) return edited;
    text = std::move(*edited);
  }
  return failure(ErrorCode::unsupported,
                 say("{}: its merge keys could not be written out",
                     "{}: no se pudieron escribir sus claves de fusión", {file}));
}

}  // namespace plimsoll::compose
