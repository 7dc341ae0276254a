#include "report/command_words.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.h"

namespace plimsoll {
namespace {

std::string upper(std::string_view text) {
  std::string result{text};
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c);
  });
  return result;
}

std::string first_word(std::string_view command) {
  const std::string_view text = trim(command);
  return std::string{text.substr(0, text.find_first_of(" \n\t("))};
}

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr std::array<std::string_view, 20> kShell{
    "docker",     "docker-compose", "podman",    "psql",      "redis-cli",
    "valkey-cli", "sudo",           "du",        "df",        "rm",
    "find",       "journalctl",     "systemctl", "kill",      "plimsoll",
    "cat",        "echo",           "truncate",  "pg_repack", "for"};
constexpr std::array<std::string_view, 24> kRedis{
    "XTRIM", "XADD",    "XGROUP",   "XACK",    "XCLAIM", "XAUTOCLAIM", "XINFO",  "XDEL",
    "DEL",   "UNLINK",  "EXPIRE",   "PEXPIRE", "CONFIG", "ACL",        "MEMORY", "SCAN",
    "TTL",   "PERSIST", "XPENDING", "XRANGE",  "XLEN",   "INFO",       "EVAL",   "OBJECT"};
constexpr std::array<std::string_view, 24> kSql{
    "SELECT",  "ALTER", "CREATE",  "DROP",    "DELETE",  "INSERT", "UPDATE",   "VACUUM",
    "REINDEX", "CALL",  "ANALYZE", "BEGIN",   "COMMIT",  "SET",    "TRUNCATE", "WITH",
    "DO",      "GRANT", "REVOKE",  "CLUSTER", "COMMENT", "LOCK",   "EXPLAIN",  "--"};

/// "postgresql://user:***@host/db" without its ":***"; the same of "password=***" in a conninfo.
std::string without_password(std::string address) {
  constexpr std::string_view kHidden = ":***@";
  const std::size_t at = address.find(kHidden);
  if (at != std::string::npos) address.erase(at, kHidden.size() - 1);
  constexpr std::string_view kField = "password=***";
  const std::size_t field = address.find(kField);
  if (field != std::string::npos) address.erase(field, kField.size());
  return address;
}

}  // namespace

CommandKind kind_of_command(std::string_view command) {
  const std::string word = first_word(command);
  if (word.empty() || word.front() == '#') {
    // A comment may stand before the command it is about.
    const std::size_t line = command.find('\n');
    if (line != std::string_view::npos) return kind_of_command(command.substr(line + 1));
    return CommandKind::note;
  }
  if (word.front() == '-' && word.rfind("--", 0) != 0) return CommandKind::yaml;
  if (word.back() == ':') return CommandKind::yaml;
  if (contains(kShell, word)) return CommandKind::shell;
  const std::string big = upper(word);
  if (big == word && contains(kRedis, big)) return CommandKind::redis;
  if (contains(kSql, big) || word.rfind("--", 0) == 0) return CommandKind::sql;
  return CommandKind::note;
}

std::vector<std::string> command_lines(std::string_view command) {
  std::vector<std::string> lines;
  for (const std::string_view line : split(command, '\n')) lines.push_back(printable(line));
  while (!lines.empty() && trim(lines.back()).empty()) lines.pop_back();
  return lines;
}

bool deletes_data(std::string_view command) {
  constexpr std::array<std::string_view, 16> kMarks{"ADD_RETENTION_POLICY",
                                                    "EXPIRE ",
                                                    "DELETE ",
                                                    "DROP ",
                                                    "DROP_CHUNKS",
                                                    "TRUNCATE",
                                                    "XTRIM ",
                                                    "DEL ",
                                                    "UNLINK ",
                                                    "XDEL ",
                                                    " PRUNE",
                                                    "DESTROY",
                                                    "DELCONSUMER",
                                                    "VOLUME RM",
                                                    "RM -",
                                                    "PG_DROP_REPLICATION_SLOT"};
  const std::string text = upper(command);
  return std::any_of(kMarks.begin(), kMarks.end(),
                     [&](std::string_view mark) { return text.find(mark) != std::string::npos; });
}

std::string shell_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return quoted + "'";
}

std::string psql_command(const Target& target) {
  if (target.address.empty()) return "psql";
  return "psql " + shell_quoted(printable(without_password(target.address)));
}

std::string redis_cli_command(const Target& target) {
  std::string address = printable(without_password(target.address));
  if (address.empty()) return "redis-cli";
  constexpr std::string_view kUnix = "unix://";
  if (address.rfind(kUnix, 0) == 0) {
    return "redis-cli -s " + shell_quoted(address.substr(kUnix.size()));
  }
  // What stands before '@' alone would be taken for a password: the user is its own flag.
  std::string user;
  const std::size_t scheme = address.find("://");
  const std::size_t at = address.find('@');
  if (scheme != std::string::npos && at != std::string::npos && at >= scheme + 3) {
    user = address.substr(scheme + 3, at - scheme - 3);
    address.erase(scheme + 3, at - scheme - 2);
  }
  if (scheme == std::string::npos) address = "redis://" + address;
  return "redis-cli " + (user.empty() ? "" : "--user " + shell_quoted(user) + " ") + "-u " +
         shell_quoted(address);
}

std::string end_mark(std::string_view wanted, std::string_view text) {
  std::string mark{wanted};
  const auto lines = split(text, '\n');
  while (std::find(lines.begin(), lines.end(), mark) != lines.end()) mark += "_";
  return mark;
}

}  // namespace plimsoll
