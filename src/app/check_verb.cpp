#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/census_taker.h"
#include "app/screen.h"
#include "app/target_finder.h"
#include "app/verbs.h"
#include "apply/compose/check.h"
#include "base/text.h"
#include "plan/idle_rules.h"
#include "plan/missing_bounds.h"

namespace plimsoll {
namespace {

struct CheckArguments {
  TargetArguments targets;
  CensusOptions census;
  std::vector<std::string> compose;
  std::string format = "text";
};

struct ComposeFile {
  std::string path;
  std::vector<ComposeIssue> issues;
};

/// All that was looked at. Notes are shown and do not count.
struct Checked {
  MissingBounds missing;
  std::vector<Text> idle;
  std::vector<ComposeFile> compose;

  bool any() const {
    const auto counts = [](const ComposeFile& file) {
      return std::any_of(file.issues.begin(), file.issues.end(),
                         [](const ComposeIssue& issue) { return !issue.note; });
    };
    return !missing.findings.empty() || std::any_of(compose.begin(), compose.end(), counts);
  }
};

Result<ComposeFile> check_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
  if (!file.is_open() || file.bad())
    return failure(ErrorCode::unreachable,
                   say("{} could not be read", "no se pudo leer {}", {printable(path)}));
  auto issues = check_compose(text, path);
  if (!issues) return failure(issues.error());
  return ComposeFile{path, std::move(*issues)};
}

/// --compose alone needs no server; one that is named is looked at too.
bool wants_servers(const CheckArguments& arguments) {
  const TargetArguments& targets = arguments.targets;
  return arguments.compose.empty() || !targets.postgres.empty() || !targets.redis.empty() ||
         !targets.docker.empty() || !targets.project.empty() || !targets.config.empty() ||
         targets.demo_given;
}

std::string text_of(const Checked& checked, Language language) {
  const std::string arrow = screen_style(0).utf8 ? "→" : "->";
  std::string text;
  for (const Finding& finding : checked.missing.findings)
    text.append(line_of(finding, arrow, language)) += '\n';
  for (const ComposeFile& file : checked.compose) {
    for (const ComposeIssue& issue : file.issues) {
      text.append(printable(file.path)).append(":").append(std::to_string(issue.line)).append(": ");
      if (issue.note) text.append(say("note: ", "nota: ").in(language));
      text.append(printable(issue.what.in(language)));
      if (!issue.hint.empty())
        text.append(" ").append(arrow).append(" ").append(printable(issue.hint.in(language)));
      text += '\n';
    }
  }
  return text;
}

std::string json_of(const Checked& checked, Language language) {
  using Json = nlohmann::ordered_json;
  Json unbounded = Json::array();
  for (const Finding& finding : checked.missing.findings) {
    unbounded.push_back({{"rule", name_of(finding.rule)},
                         {"severity", name_of(finding.severity)},
                         {"store", finding.store},
                         {"title", finding.title.in(language)},
                         {"remedy", finding.remedy.in(language)},
                         {"commands", finding.commands}});
  }
  Json compose = Json::array();
  for (const ComposeFile& file : checked.compose) {
    for (const ComposeIssue& issue : file.issues) {
      compose.push_back({{"file", file.path},
                         {"line", issue.line},
                         {"column", issue.column},
                         {"rule", name_of(issue.rule)},
                         {"service", issue.service},
                         {"note", issue.note},
                         {"what", issue.what.in(language)},
                         {"hint", issue.hint.in(language)}});
    }
  }
  Json unreachable = Json::array();
  for (const Target& target : checked.missing.unreachable)
    unreachable.push_back(std::string{name_of(target.kind)} + "/" + target.name);
  Json idle = Json::array();
  for (const Text& text : checked.idle) idle.push_back(text.in(language));
  const Json document{
      {"schema", "plimsoll.check/1"},          {"bounded", !checked.any() && unreachable.empty()},
      {"unbounded", std::move(unbounded)},     {"compose", std::move(compose)},
      {"unreachable", std::move(unreachable)}, {"idle_rules", std::move(idle)},
      {"gaps", checked.missing.gaps}};
  // A store's name may hold bytes that are no UTF-8; JSON has no way to write them.
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// What is not an answer, on standard error.
void tell(const Checked& checked, Language language) {
  for (const Text& text : checked.idle)
    std::fprintf(stderr, "plimsoll: %s\n", text.in(language).c_str());
  for (const Target& target : checked.missing.unreachable)
    std::fprintf(stderr, "plimsoll: %s\n",
                 say("{} did not answer, so nothing is known of it",
                     "{} no respondió, así que no se sabe nada de él",
                     {std::string{name_of(target.kind)} + "/" + printable(target.name)})
                     .in(language)
                     .c_str());
  if (checked.missing.gaps > 0)
    std::fprintf(stderr, "plimsoll: %s\n",
                 say("not seen: {} (plimsoll diagnose says what)",
                     "sin ver: {} (plimsoll diagnose dice qué)", {checked.missing.gaps})
                     .in(language)
                     .c_str());
}

/// The census and what the policy makes of it. False: nothing was named that could be looked at.
bool check_servers(const FoundTargets& found, const CensusOptions& options, Checked& checked) {
  Census census = take_census(found.targets, options, now());
  census.gaps.insert(census.gaps.begin(), found.gaps.begin(), found.gaps.end());
  checked.missing = missing_bounds(census, found.policy);
  checked.idle = idle_rules(found.policy, census);
  return std::any_of(census.targets.begin(), census.targets.end(),
                     [](const Target& target) { return target.kind != TargetKind::host; });
}

ExitStatus run_check(const CheckArguments& arguments, const Surroundings& surroundings) {
  Language language = surroundings.language;
  Checked checked;
  if (wants_servers(arguments)) {
    const auto found = find_targets(arguments.targets);
    if (!found) {
      complain(found.error(), language);
      return ExitStatus::usage;
    }
    language = language_for(*found, surroundings);
    warn(found->warnings, language);
    if (!check_servers(*found, arguments.census, checked)) {
      complain(
          {ErrorCode::unsupported,
           say("no server is named, so nothing was checked",
               "no se nombra ningún servidor, así que no se comprobó nada"),
           say("--postgres URL, --redis URL, --docker SOCKET, a plimsoll.yaml with targets, or "
               "--compose FILE",
               "--postgres URL, --redis URL, --docker SOCKET, un plimsoll.yaml con targets, o "
               "--compose FICHERO")},
          language);
      return ExitStatus::usage;
    }
  }
  for (const std::string& path : arguments.compose) {
    auto file = check_file(path);
    if (!file) {
      complain(file.error(), language);
      return ExitStatus::failed;
    }
    checked.compose.push_back(std::move(*file));
  }
  tell(checked, language);
  const std::string text =
      arguments.format == "json" ? json_of(checked, language) : text_of(checked, language);
  if (!print_all(text, language)) return ExitStatus::failed;
  if (checked.any()) return ExitStatus::findings;
  return checked.missing.unreachable.empty() ? ExitStatus::done : ExitStatus::failed;
}

}  // namespace

Verb add_check(CLI::App& parent, const Surroundings& surroundings) {
  const Language language = surroundings.language;
  const auto arguments = std::make_shared<CheckArguments>();
  auto* verb =
      parent.add_subcommand("check", say("Fail when anything grows without a bound; a gate for CI.",
                                         "Falla si algo crece sin límite; una barrera para CI.")
                                         .in(language));
  add_target_options(*verb, arguments->targets, language);
  verb->add_option(
          "--compose", arguments->compose,
          say("a Compose file; alone, no server is asked.\nmay be repeated",
              "un fichero de Compose; solo, no pregunta a\nningún servidor. puede repetirse")
              .in(language))
      ->type_name("FILE");
  verb->add_option("--format", arguments->format, "text | json")
      ->type_name("")
      ->check(CLI::IsMember({"text", "json"}, CLI::ignore_case).description(""));
  verb->footer(
      say("A store is bounded when its bound is in force, or when plimsoll.yaml has one and it\n"
          "is within it now; what plimsoll.yaml keeps or accepts on purpose is fine.\n"
          "Examples:\n"
          "  plimsoll check\n"
          "  plimsoll check --compose docker-compose.yml\n"
          "  plimsoll check --format json | jq -r '.unbounded[].store'\n"
          "Exit status: 0 all bounded, 2 something is not, 1 a server did not answer, 64 usage.",
          "Algo está limitado si su límite actúa ya, o si plimsoll.yaml le pone uno y ahora lo\n"
          "cumple; lo que plimsoll.yaml conserva o acepta a propósito está bien.\n"
          "Ejemplos:\n"
          "  plimsoll check\n"
          "  plimsoll check --compose docker-compose.yml\n"
          "  plimsoll check --format json | jq -r '.unbounded[].store'\n"
          "Código de salida: 0 todo limitado, 2 algo no, 1 un servidor no responde, 64 uso.")
          .in(language));
  return [arguments, surroundings] { return run_check(*arguments, surroundings); };
}

}  // namespace plimsoll
