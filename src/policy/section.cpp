#include "policy/section.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "policy/known_keys.h"
#include "policy/policy.h"

namespace plimsoll {
namespace {

template <typename Words>
std::string listing(const Words& words) {
  std::string text;
  for (const std::string_view word : words) text.append(text.empty() ? "" : ", ").append(word);
  return text;
}

void require_map(const YAML::Node& node, std::string_view name, const Text& hint) {
  if (node.IsMap() || node.IsNull()) return;
  throw Mistake{node.Mark(),
                say("'{}' must hold keys and values", "'{}' debe contener claves y valores",
                    {std::string{name}}),
                hint};
}

}  // namespace

std::string place_of(const std::string& file, const YAML::Mark& mark) {
  if (mark.is_null()) return printable(file);
  return printable(file) + ":" + std::to_string(mark.line + 1) + ":" +
         std::to_string(mark.column + 1);
}

std::string scalar_of(const YAML::Node& node, std::string_view name) {
  if (node.IsScalar()) return node.Scalar();
  throw Mistake{
      node.Mark(), say("'{}' must be a text", "'{}' debe ser un texto", {std::string{name}}), {}};
}

std::vector<YAML::Node> list_of(const YAML::Node& node, std::string_view name,
                                std::string_view example) {
  if (!node.IsSequence()) {
    throw Mistake{node.Mark(),
                  say("'{}' must be a list", "'{}' debe ser una lista", {std::string{name}}),
                  say("write {}", "escriba {}", {std::string{example}})};
  }
  return {node.begin(), node.end()};
}

Section::Section(const YAML::Node& node, const std::string& path, std::string name)
    : node_{node}, name_{std::move(name)} {
  const auto& known = known_keys().at(path);
  require_map(node, name_, say("it knows {}", "conoce {}", {listing(known)}));
  std::set<std::string> seen;
  for (const auto& entry : node) {
    const std::string key = scalar_of(entry.first, name_);
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      throw Mistake{entry.first.Mark(),
                    say("unknown key '{}'", "clave desconocida '{}'", {printable(key)}),
                    say("'{}' knows {}", "'{}' conoce {}", {name_, listing(known)})};
    }
    if (!seen.insert(key).second) {
      throw Mistake{
          entry.first.Mark(), say("'{}' is there twice", "'{}' aparece dos veces", {key}), {}};
    }
  }
}

void Section::refuse(const char* key, Text what, Text hint) const {
  throw Mistake{node_[key].Mark(), std::move(what), std::move(hint)};
}

std::string Section::text(const char* key) const {
  return has(key) ? scalar_of(node_[key], key) : std::string{};
}

std::string Section::word(const char* key, std::initializer_list<std::string_view> words) const {
  if (!has(key)) return {};
  std::string text = scalar_of(node_[key], key);
  if (std::find(words.begin(), words.end(), text) == words.end()) {
    refuse(key, say("'{}' is one of {}", "'{}' es uno de {}", {key, listing(words)}));
  }
  return text;
}

bool Section::flag(const char* key, bool otherwise) const {
  const std::string text = word(key, {"true", "false"});
  return text.empty() ? otherwise : text == "true";
}

void Section::refuse_zero(const char* key, bool is_zero, const Text& why) const {
  if (!is_zero || why.empty()) return;
  refuse(key, say("'{}' must not be zero: {}", "'{}' no puede ser cero: {}", {key, why}));
}

std::optional<std::int64_t> Section::count(const char* key, const Text& zero) const {
  if (!has(key)) return std::nullopt;
  const auto number = parse_int(scalar_of(node_[key], key));
  if (!number || *number < 0) {
    refuse(key, say("'{}' must be a whole number", "'{}' debe ser un número entero", {key}),
           say("write the digits alone, as in 10000", "escriba solo las cifras, como 10000"));
  }
  refuse_zero(key, *number == 0, zero);
  return number;
}

std::optional<Seconds> Section::span(const char* key, const Text& zero) const {
  if (!has(key)) return std::nullopt;
  const auto span = parse_span(scalar_of(node_[key], key));
  if (!span) {
    refuse(key, say("'{}' must be a time span such as 7d", "'{}' debe ser un lapso como 7d", {key}),
           say("one whole number and one unit: s, m, h, d or w; an integer time column too is "
               "given in time",
               "un número entero y una unidad: s, m, h, d o w; también una columna de tiempo "
               "entera se da en tiempo"));
  }
  refuse_zero(key, span->count() == 0, zero);
  return span;
}

std::optional<Bytes> Section::size(const char* key, const Text& zero) const {
  if (!has(key)) return std::nullopt;
  const auto size = parse_size(scalar_of(node_[key], key));
  if (!size) {
    refuse(key, say("'{}' must be a size such as 64MB", "'{}' debe ser un tamaño como 64MB", {key}),
           say("a whole number and a unit of k, M, G or T, powers of 1024: 1536MB, not 1.5GB",
               "un número entero y una unidad k, M, G o T, potencias de 1024: 1536MB, no 1.5GB"));
  }
  refuse_zero(key, size->count() == 0, zero);
  return size;
}

std::optional<double> Section::share(const char* key) const {
  if (!has(key)) return std::nullopt;
  const std::string text = scalar_of(node_[key], key);
  const auto percent =
      text.ends_with('%') ? parse_double(text.substr(0, text.size() - 1)) : std::optional<double>{};
  if (!percent || !(*percent > 0) || *percent > 100) {
    refuse(key, say("'{}' must be a percentage such as 80%", "'{}' debe ser un porcentaje como 80%",
                    {key}));
  }
  return *percent / 100;
}

std::vector<NamedNode> rules_of(const YAML::Node& node, const char* section, const char* example) {
  require_map(node, section, {});
  std::vector<NamedNode> rules;
  std::set<std::string> seen;
  for (const auto& entry : node) {
    NamedNode rule{scalar_of(entry.first, section), entry.first.Mark(), entry.second};
    if (rule.pattern.empty()) {
      throw Mistake{rule.mark,
                    say("a name in '{}' is empty", "un nombre de '{}' está vacío", {section}),
                    say("\"*\" speaks for all the rest", "\"*\" vale para todo lo demás")};
    }
    if (!seen.insert(rule.pattern).second) {
      throw Mistake{rule.mark,
                    say("'{}' is there twice", "'{}' aparece dos veces", {printable(rule.pattern)}),
                    say("one name or pattern has one rule", "un nombre o patrón tiene una regla")};
    }
    if (!rule.node.IsMap() || rule.node.size() == 0) {
      throw Mistake{rule.mark,
                    say("the rule of '{}' says nothing", "la regla de '{}' no dice nada",
                        {printable(rule.pattern)}),
                    say("write its bound, as in {}, or remove it",
                        "escriba su límite, como en {}, o quítela", {example})};
    }
    rules.push_back(std::move(rule));
  }
  return rules;
}

}  // namespace plimsoll
