#include "report/command_blocks.h"

#include "report/command_words.h"
#include "report/words.h"

namespace plimsoll {

std::string joined_lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

const Target* target_of_finding(const Census& census, const Finding& finding) {
  const std::string wanted = target_of(finding.store);
  for (const Target& target : census.targets) {
    if (wanted == std::string{name_of(target.kind)} + "/" + target.name) return &target;
  }
  return nullptr;
}

std::string redis_block(const Target* target, const std::string& commands) {
  const std::string cli = target == nullptr ? "redis-cli" : redis_cli_command(*target);
  const std::string mark = end_mark("REDIS", commands);
  return cli + " <<'" + mark + "'\n" + commands + mark + "\n";
}

std::string psql_block(const Target* target, const std::string& commands) {
  const std::string cli = target == nullptr ? "psql" : psql_command(*target);
  const std::string mark = end_mark("SQL", commands);
  return cli + " -X -v ON_ERROR_STOP=1 <<'" + mark + "'\n" + commands + mark + "\n";
}

}  // namespace plimsoll
