#include "discover/command.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace plimsoll {
namespace {

constexpr std::string_view kSecretFlag = "--requirepass";

std::string_view basename_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

bool lies_in_bin(std::string_view path) {
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view folder = basename_of(path.substr(0, slash));
  return folder == "bin" || folder == "sbin";
}

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

void split_script(std::string_view script, std::vector<Word>& words) {
  constexpr std::string_view kStarts = ";&|()\"'`\n{";
  bool starts = true;
  std::string word;
  const auto finish = [&] {
    if (word.empty()) return;
    words.push_back({std::move(word), starts});
    word.clear();
    starts = false;
  };
  for (std::size_t i = 0; i < script.size(); ++i) {
    const char c = script[i];
    // "${NAME}" is one word.
    if (c == '$' && i + 1 < script.size() && script[i + 1] == '{') {
      const auto end = std::min(script.find('}', i), script.size() - 1);
      word.append(script.substr(i, end - i + 1));
      i = end;
    } else if (c == ' ' || c == '\t') {
      finish();
    } else if (kStarts.find(c) != std::string_view::npos) {
      finish();
      starts = true;
    } else {
      word.push_back(c);
    }
  }
  finish();
}

/// Words after which another command begins: `exec postgres`, `docker-entrypoint.sh postgres`.
bool hands_over(std::string_view word) {
  constexpr std::array<std::string_view, 9> kWrappers{
      "exec", "nohup", "env", "--", "tini", "time", "nice", "dumb-init", "command"};
  const std::string_view name = basename_of(word);
  return is_one_of(name, kWrappers) || name.ends_with(".sh") || name == "docker-entrypoint";
}

/// `gosu USER postgres`, `su-exec USER postgres`: the word two places before.
bool switches_user(std::string_view word) {
  constexpr std::array<std::string_view, 4> kSwitches{"gosu", "su-exec", "runuser", "setpriv"};
  return is_one_of(basename_of(word), kSwitches);
}

bool is_command_at(const std::vector<Word>& words, std::size_t i) {
  if (words[i].starts_command || lies_in_bin(words[i].text)) return true;
  if (i >= 1 && hands_over(words[i - 1].text)) return true;
  return i >= 2 && switches_user(words[i - 2].text);
}

bool has_word(const std::vector<Word>& words, std::string_view text) {
  return std::any_of(words.begin(), words.end(), [&](const Word& w) { return w.text == text; });
}

}  // namespace

std::vector<Word> words_of(const std::vector<std::string>& arguments) {
  std::vector<Word> words;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const bool secret = i > 0 && arguments[i - 1] == kSecretFlag;
    const bool script = argument.find_first_of(" \t\n") != std::string::npos;
    if (script && !secret) {
      split_script(argument, words);
    } else {
      words.push_back({argument, i == 0});
    }
  }
  return words;
}

bool starts_postgres(const std::vector<Word>& words) {
  constexpr std::array<std::string_view, 3> kServers{"postgres", "postmaster", "patroni"};
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view name = basename_of(words[i].text);
    if (is_one_of(name, kServers) && is_command_at(words, i)) return true;
    if ((name == "pg_ctl" || name == "pg_ctlcluster") && has_word(words, "start")) return true;
  }
  return false;
}

bool starts_redis(const std::vector<Word>& words) {
  constexpr std::array<std::string_view, 3> kServers{"redis-server", "valkey-server",
                                                     "keydb-server"};
  if (has_word(words, "--sentinel")) return false;
  return std::any_of(words.begin(), words.end(),
                     [&](const Word& word) { return is_one_of(basename_of(word.text), kServers); });
}

bool runs_client(const std::vector<Word>& words) {
  constexpr std::array<std::string_view, 10> kClients{
      "psql",       "pg_dump",   "pg_dumpall",      "pg_basebackup", "pg_restore",
      "pg_isready", "redis-cli", "redis-benchmark", "valkey-cli",    "pgbench"};
  return std::any_of(words.begin(), words.end(),
                     [&](const Word& word) { return is_one_of(basename_of(word.text), kClients); });
}

std::optional<std::string> value_of(const std::vector<Word>& words, std::string_view flag) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& text = words[i].text;
    if (text == flag && i + 1 < words.size()) return words[i + 1].text;
    if (text.size() > flag.size() && text.starts_with(flag) && text[flag.size()] == '=') {
      return text.substr(flag.size() + 1);
    }
  }
  return std::nullopt;
}

std::optional<int> postgres_port(const std::vector<Word>& words) {
  std::optional<int> port;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view text = words[i].text;
    const bool has_next = i + 1 < words.size();
    if ((text == "-p" || text == "--port") && has_next) {
      if (const auto found = parse_port(words[i + 1].text)) port = found;
    } else if (text.starts_with("--port=")) {
      if (const auto found = parse_port(text.substr(7))) port = found;
    } else if (text.starts_with("-p") && text.size() > 2) {
      if (const auto found = parse_port(text.substr(2))) port = found;
    } else if (text.starts_with("port=") && i > 0 && words[i - 1].text == "-c") {
      if (const auto found = parse_port(text.substr(5))) port = found;
    }
  }
  return port;
}

std::string expand(const std::string& text, const Variables& variables) {
  if (!text.starts_with('$') || text.size() < 2) return text;
  if (text[1] != '{') return variables(text.substr(1));
  if (!text.ends_with('}')) return text;
  const std::string inside = text.substr(2, text.size() - 3);
  const auto otherwise = inside.find(":-");
  const std::string value = variables(inside.substr(0, std::min(inside.find(':'), inside.size())));
  return value.empty() && otherwise != std::string::npos ? inside.substr(otherwise + 2) : value;
}

std::optional<int> parse_port(std::string_view text) {
  const auto number = parse_int(trim(text));
  if (!number || *number < 1 || *number > 65535) return std::nullopt;
  return static_cast<int>(*number);
}

}  // namespace plimsoll
