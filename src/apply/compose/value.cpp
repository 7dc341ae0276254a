#include "apply/compose/value.h"

#include <algorithm>
#include <set>

#include "base/text.h"

namespace plimsoll::compose {
namespace {

class Resolver {
 public:
  Resolver(const YamlDocument& document, const std::string& file) : file_{file} {
    index(document.root);
  }

  Result<Value> value_of(const YamlNode& node) {
    constexpr int kMostValues = 200'000;
    if (++values_ > kMostValues) {
      return refuse_at(file_, node,
                       say("its aliases unfold to too many values",
                           "sus alias se despliegan en demasiados valores"));
    }
    Value value;
    value.node = &node;
    switch (node.kind) {
      case YamlNode::Kind::null:
        return value;
      case YamlNode::Kind::scalar:
        value.kind = Value::Kind::scalar;
        value.scalar = node.value;
        value.quoted = node.quoted;
        return value;
      case YamlNode::Kind::alias:
        return target_of(node);
      case YamlNode::Kind::sequence:
        return sequence_of(node, std::move(value));
      case YamlNode::Kind::mapping:
        return mapping_of(node, std::move(value));
    }
    return value;
  }

 private:
  void index(const YamlNode& node) {
    if (node.anchor != 0 && node.kind != YamlNode::Kind::alias) anchors_[node.anchor] = &node;
    for (const YamlNode& item : node.items) index(item);
  }

  Result<Value> target_of(const YamlNode& alias) {
    const auto found = anchors_.find(alias.anchor);
    if (found == anchors_.end() || !open_.insert(alias.anchor).second) {
      return refuse_at(file_, alias,
                       say("an alias of what it stands in", "un alias de aquello que lo contiene"));
    }
    auto value = value_of(*found->second);
    open_.erase(alias.anchor);
    return value;
  }

  Result<Value> sequence_of(const YamlNode& node, Value value) {
    value.kind = Value::Kind::sequence;
    for (const YamlNode& item : node.items) {
      auto element = value_of(item);
      if (!element) return element;
      value.items.push_back(std::move(*element));
    }
    return value;
  }

  Result<Value> mapping_of(const YamlNode& node, Value value) {
    value.kind = Value::Kind::mapping;
    std::vector<const YamlNode*> merged;
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i + 1 < node.items.size(); i += 2) {
      const YamlNode& key = node.items[i];
      if (key.kind != YamlNode::Kind::scalar) {
        return refuse_at(file_, key, say("a key that is no text", "una clave que no es texto"));
      }
      if (key.value == "<<" && !key.quoted) {
        merged.push_back(&node.items[i + 1]);
        continue;
      }
      if (!seen.insert(key.value).second) {
        return refuse_at(
            file_, key,
            say("'{}' is there twice", "'{}' aparece dos veces", {printable(key.value)}));
      }
      auto item = value_of(node.items[i + 1]);
      if (!item) return item;
      value.keys.push_back(key.value);
      value.items.push_back(std::move(*item));
    }
    for (const YamlNode* source : merged) {
      if (auto done = merge(*source, value); !done) return failure(done.error());
    }
    return value;
  }

  /// Keys that are there already win; of several sources the first.
  Result<void> merge(const YamlNode& source, Value& into) {
    auto value = value_of(source);
    if (!value) return failure(value.error());
    std::vector<Value> sources;
    if (value->kind == Value::Kind::sequence) {
      sources = std::move(value->items);
    } else {
      sources.push_back(std::move(*value));
    }
    for (Value& one : sources) {
      if (one.kind != Value::Kind::mapping) {
        return refuse_at(file_, source,
                         say("merges what is no mapping", "fusiona algo que no es un mapa"));
      }
      for (std::size_t i = 0; i < one.keys.size(); ++i) {
        if (into.find(one.keys[i]) != nullptr) continue;
        into.keys.push_back(one.keys[i]);
        into.items.push_back(std::move(one.items[i]));
      }
    }
    return {};
  }

  const std::string& file_;
  std::map<std::size_t, const YamlNode*> anchors_;
  std::set<std::size_t> open_;
  int values_ = 0;
};

}  // namespace

const Value* Value::find(std::string_view key) const {
  if (kind != Kind::mapping) return nullptr;
  const auto found = std::find(keys.begin(), keys.end(), key);
  return found == keys.end() ? nullptr : &items[static_cast<std::size_t>(found - keys.begin())];
}

const Value* Value::find(const std::vector<std::string>& path) const {
  const Value* value = this;
  for (const std::string& key : path) {
    value = value->find(key);
    if (value == nullptr) return nullptr;
  }
  return value;
}

std::string Value::text(const std::vector<std::string>& path) const {
  const Value* value = find(path);
  return value != nullptr && value->kind == Kind::scalar ? value->scalar : std::string{};
}

void Value::set(const std::vector<std::string>& path, Value value) {
  Value* at = this;
  for (const std::string& key : path) {
    if (at->kind != Kind::mapping) *at = Value{};
    at->kind = Kind::mapping;
    if (at->find(key) == nullptr) {
      at->keys.push_back(key);
      at->items.emplace_back();
    }
    const auto found = std::find(at->keys.begin(), at->keys.end(), key);
    at = &at->items[static_cast<std::size_t>(found - at->keys.begin())];
  }
  *at = std::move(value);
}

bool operator==(const Value& a, const Value& b) {
  if (a.kind != b.kind || a.scalar != b.scalar || a.quoted != b.quoted ||
      a.items.size() != b.items.size())
    return false;
  if (a.kind != Value::Kind::mapping) return a.items == b.items;
  for (std::size_t i = 0; i < a.keys.size(); ++i) {
    const Value* other = b.find(a.keys[i]);
    if (other == nullptr || !(a.items[i] == *other)) return false;
  }
  return true;
}

Value text_value(std::string text, bool quoted) {
  Value value;
  value.kind = Value::Kind::scalar;
  value.scalar = std::move(text);
  value.quoted = quoted;
  return value;
}

Result<Value> resolve(const YamlDocument& document, const std::string& file) {
  return Resolver{document, file}.value_of(document.root);
}

}  // namespace plimsoll::compose
