#include "apply/compose/redis_command.h"

#include <algorithm>

#include "apply/compose/yaml_edit.h"
#include "apply/compose/yaml_lines.h"
#include "base/text.h"

namespace plimsoll::compose {
namespace {

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kBetween = " \t\r\n\\'\"";  // and quotes of a shell inside the text

bool is_in(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

struct Found {
  int times = 0;
  Region value;  ///< of the last one
};

/// The option as a word of its own, and the word behind it.
Found find_option(std::string_view text, std::string_view option) {
  Found found;
  for (std::size_t at = text.find(option); at != std::string_view::npos;
       at = text.find(option, at + option.size())) {
    const std::size_t behind = at + option.size();
    const bool begins = at == 0 || is_in(kBetween, text[at - 1]);
    if (!begins || (behind < text.size() && !is_in(kSpace, text[behind]))) continue;
    ++found.times;
    const std::size_t begin = std::min(text.find_first_not_of(kBetween, behind), text.size());
    const std::size_t end = std::min(text.find_first_of(" \t\r\n\\'\";&|", begin), text.size());
    found.value = {begin, end};
  }
  return found;
}

bool is_server(std::string_view word) {
  word = word.substr(word.find_last_of('/') + 1);
  return word == "redis-server" || word == "valkey-server";
}

/// The words go to a Redis server as they are: no shell, no other program in between.
bool is_direct(const std::vector<std::string>& words) {
  const auto is_shell = [](const std::string& word) {
    return word.find_first_of(";&|`<>()") != std::string::npos;
  };
  if (words.empty() || std::any_of(words.begin(), words.end(), is_shell)) return false;
  return is_server(words[0]) || words[0].starts_with("--") || words[0].ends_with(".conf");
}

class CommandEdit {
 public:
  CommandEdit(std::string_view text, const std::string& file, const std::string& service,
              const std::string& option, const std::string& value)
      : text_{text}, file_{file}, service_{service}, option_{option}, value_{value} {}

  Result<std::string> make() {
    auto document = parse_yaml(text_, file_);
    if (!document) return failure(document.error());
    const auto whole = resolve(*document, file_);
    if (!whole) return failure(whole.error());
    root_ = &document->root;
    const YamlNode* node = own_node(*root_, {"services", service_});
    if (node == nullptr || node->kind != YamlNode::Kind::mapping) {
      return failure(ErrorCode::unsupported, say("{}: service '{}' is not written out here",
                                                 "{}: el servicio '{}' no está escrito aquí",
                                                 {file_, printable(service_)}));
    }
    const Value* command = whole->find({"services", service_, "command"});
    const OwnEntry own = own_entry(*node, "command");
    if (command == nullptr) return add_command(*node, *whole);
    if (!own || own.value->kind == YamlNode::Kind::alias || own.value->anchor != 0) {
      return refuse_at(file_, own ? *own.value : *node,
                       say("its command is shared with other services",
                           "su comando se comparte con otros servicios"),
                       by_hand());
    }
    if (node->anchor != 0 && document->alias_uses.contains(node->anchor)) {
      return refuse_at(file_, *node,
                       say("others are made from this service by its anchor",
                           "otros se hacen a partir de este servicio por su ancla"),
                       by_hand());
    }
    return own.value->kind == YamlNode::Kind::sequence ? in_list(*own.value, *command)
                                                       : in_text(*own.value, *command);
  }

 private:
  using Made = Result<std::string>;

  Text by_hand() const { return say("add {} {} by hand", "añada {} {} a mano", {option_, value_}); }
  Made refuse(const YamlNode& node, const Text& why) const {
    return refuse_at(file_, node, why, by_hand());
  }

  Made add_command(const YamlNode& service, const Value& whole) const {
    const std::string program = server_program(whole.text({"services", service_, "image"}));
    const Value* value = whole.find({"services", service_});
    for (const char* other : {"entrypoint", "build", "extends"}) {
      if (value->find(other) == nullptr) continue;
      return refuse(service,
                    say("it has no command of its own, and '{}' decides what runs",
                        "no tiene un comando propio, y '{}' decide qué se ejecuta", {other}));
    }
    if (program.empty()) {
      return refuse(service, say("it has no command, and what its image runs is not known",
                                 "no tiene comando, y no se sabe qué ejecuta su imagen"));
    }
    return set_value(std::string{text_}, file_,
                     {{"services", service_, "command"}, program + " " + option_ + " " + value_});
  }

  /// What stands behind the option may not be a variable or another option.
  Result<void> check_value(const YamlNode& node, std::string_view old) const {
    if (const auto variable = interpolated_variable(old)) {
      return refuse_at(
          file_, node,
          say("{} is taken from the variable {}", "{} se toma de la variable {}",
              {option_, *variable}),
          say("set {}={} in .env or in the environment of docker compose",
              "ponga {}={} en .env o en el entorno de docker compose", {*variable, value_}));
    }
    if (old.empty() || old.starts_with("-")) {
      return refuse_at(file_, node, say("{} has no value", "{} no tiene valor", {option_}),
                       by_hand());
    }
    return {};
  }

  Made in_text(const YamlNode& node, const Value& command) const {
    const auto region = scalar_region(text_, *root_, node);
    if (command.kind != Value::Kind::scalar || !region)
      return refuse(node, say("this command is neither a text nor a list",
                              "este comando no es ni un texto ni una lista"));
    const Found found = find_option(region->of(text_), option_);
    if (found.times > 1) return refuse(node, there_twice());
    if (found.times == 1) return replace_in(*region, found.value, node);
    if (!is_direct(command_words(&command))) return refuse(node, not_direct());
    const std::string more = option_ + " " + value_;
    if (scalar_style(text_, node) == ScalarStyle::block) return append_to_block(*region, more);
    return replaced(text_, {region->end, region->end}, " " + more);
  }

  Made replace_in(Region whole, Region inside, const YamlNode& node) const {
    const Region value{whole.begin + inside.begin, whole.begin + inside.end};
    if (auto checked = check_value(node, value.of(text_)); !checked)
      return failure(checked.error());
    return replaced(text_, value, value_);
  }

  Text there_twice() const { return say("{} is there twice", "{} aparece dos veces", {option_}); }
  Text not_direct() const {
    return say("its command does not run the server directly",
               "su comando no ejecuta el servidor directamente");
  }

  /// One option a line stays one option a line.
  Made append_to_block(Region region, const std::string& more) const {
    std::size_t last = region.begin;
    int lines = 0;
    for (std::size_t at = region.begin; at < region.end; at = next_line(text_, at)) {
      if (trim(text_.substr(at, next_line(text_, at) - at)).empty()) continue;
      last = at;
      ++lines;
    }
    if (lines > 1) {
      const std::string line = std::string(indentation_at(text_, last), ' ') + more +
                               std::string{line_break_at(text_, last)};
      return with_lines(text_, next_line(text_, last), line);
    }
    const std::string_view line = text_.substr(last, next_line(text_, last) - last);
    const std::size_t end = last + line.find_last_not_of(kSpace) + 1;
    return replaced(text_, {end, end}, " " + more);
  }

  Made in_list(const YamlNode& list, const Value& command) const {
    for (std::size_t i = 0; i < list.items.size(); ++i) {
      const YamlNode& item = list.items[i];
      const auto region = scalar_region(text_, *root_, item);
      if (!region) return refuse(item, say("no plain text", "no es un texto simple"));
      if (item.value == option_) return replace_item(list, i);
      if (const Found found = find_option(region->of(text_), option_); found.times > 0)
        return found.times > 1 ? refuse(item, there_twice())
                               : replace_in(*region, found.value, item);
    }
    if (!is_direct(command_words(&command))) return refuse(list, not_direct());
    return list.flow ? append_in_flow(list) : append_lines(list);
  }

  Made replace_item(const YamlNode& list, std::size_t at) const {
    const auto again =
        std::find_if(list.items.begin() + static_cast<std::ptrdiff_t>(at) + 1, list.items.end(),
                     [&](const YamlNode& item) { return item.value == option_; });
    if (again != list.items.end()) return refuse(*again, there_twice());
    if (at + 1 == list.items.size())
      return refuse(list.items[at], say("{} has no value", "{} no tiene valor", {option_}));
    const YamlNode& item = list.items[at + 1];
    if (auto checked = check_value(item, item.value); !checked) return failure(checked.error());
    const auto region = scalar_region(text_, *root_, item);
    if (!region || region->of(text_) != item.value)
      return refuse(item, say("no plain text", "no es un texto simple"));
    return replaced(text_, *region, value_);
  }

  /// As the last element is quoted.
  std::string quoted_like(const YamlNode& last, const std::string& text) const {
    switch (scalar_style(text_, last)) {
      case ScalarStyle::single_quoted:
        return "'" + text + "'";
      case ScalarStyle::double_quoted:
        return "\"" + text + "\"";
      case ScalarStyle::plain:
      case ScalarStyle::block:
        return text;
    }
    return text;
  }

  Made append_in_flow(const YamlNode& list) const {
    const auto region = flow_region(text_, list);
    if (!region) return refuse(list, say("no plain list", "no es una lista simple"));
    const YamlNode& last = list.items.back();
    const bool comma = text_[region->end - 1] == ',';
    return replaced(text_, {region->end, region->end},
                    std::string{comma ? " " : ", "} + quoted_like(last, option_) + ", " +
                        quoted_like(last, value_));
  }

  Made append_lines(const YamlNode& list) const {
    const YamlNode& last = list.items.back();
    const std::string line_break{line_break_at(text_, list.offset)};
    const std::string dash = std::string(static_cast<std::size_t>(list.column), ' ') + "- ";
    return with_lines(text_, end_of_block(text_, *root_, list),
                      dash + quoted_like(last, option_) + line_break + dash +
                          quoted_like(last, value_) + line_break);
  }

  std::string_view text_;
  const std::string& file_;
  const std::string& service_;
  const std::string& option_;
  const std::string& value_;
  const YamlNode* root_ = nullptr;
};

}  // namespace

std::vector<std::string> command_words(const Value* command) {
  std::vector<std::string> words;
  if (command == nullptr) return words;
  if (command->kind == Value::Kind::sequence) {
    for (const Value& item : command->items) words.push_back(item.scalar);
    return words;
  }
  const std::string_view text = command->scalar;
  for (std::size_t at = text.find_first_not_of(kSpace); at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(kSpace, at), text.size());
    words.emplace_back(text.substr(at, end - at));
    at = text.find_first_not_of(kSpace, end);
  }
  return words;
}

std::string option_of(const std::vector<std::string>& words, std::string_view option) {
  // Joined, so that "--maxmemory 2gb" as one element of a list is found too.
  std::string all;
  for (const std::string& word : words) all.append(word).append(" ");
  const Found found = find_option(all, option);
  return found.times == 1 ? std::string{found.value.of(all)} : std::string{};
}

std::string server_program(std::string_view image) {
  if (image.find('$') != std::string_view::npos) return {};
  image = image.substr(0, image.find('@'));
  const auto slash = image.find_last_of('/');
  const std::string_view path = slash == std::string_view::npos ? "" : image.substr(0, slash);
  std::string_view name = image.substr(slash == std::string_view::npos ? 0 : slash + 1);
  name = name.substr(0, name.find(':'));
  if (name == "redis" && path.find("bitnami") == std::string_view::npos) return "redis-server";
  if (name == "valkey" && path.find("bitnami") == std::string_view::npos) return "valkey-server";
  return {};
}

Result<std::string> set_redis_option(std::string text, const std::string& file,
                                     const std::string& service, const std::string& option,
                                     const std::string& value) {
  return CommandEdit{text, file, service, option, value}.make();
}

}  // namespace plimsoll::compose
