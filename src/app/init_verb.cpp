#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>

#include "app/census_taker.h"
#include "app/screen.h"
#include "app/target_finder.h"
#include "app/verbs.h"
#include "base/text.h"
#include "diagnose/diagnose.h"
#include "plan/init_policy.h"

namespace plimsoll {
namespace {

struct InitArguments {
  TargetArguments targets;
  CensusOptions census;
  std::string out;
  bool force = false;
};

tl::unexpected<Error> not_written(const std::string& path, int reason) {
  if (reason == EEXIST)
    return failure(ErrorCode::conflict,
                   say("{} is there already", "{} ya existe", {printable(path)}),
                   say("--force writes over it; or --out another file",
                       "--force lo sobrescribe; o --out con otro fichero"));
  return failure(ErrorCode::denied,
                 say("{} could not be written ({})", "no se pudo escribir {} ({})",
                     {printable(path), std::generic_category().message(reason)}),
                 say("check the folder and the room on its disk",
                     "compruebe la carpeta y el espacio de su disco"));
}

bool write_whole(int file, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(file) == 0;
}

/// Beside it first, then under its name: a full disk leaves no half file, and without `force` one
/// that is there stays, even one that came a moment ago.
Result<void> write_policy(const std::string& path, const std::string& text, bool force) {
  if (!force && std::filesystem::exists(std::filesystem::symlink_status(path)))
    return not_written(path, EEXIST);
  const std::string draft = path + ".new";
  const int file =
      ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (file < 0) return not_written(draft, errno);
  const bool whole = write_whole(file, text);
  const int reason = errno;
  ::close(file);
  if (!whole) {
    ::unlink(draft.c_str());
    return not_written(path, reason);
  }
  const int put =
      force ? ::rename(draft.c_str(), path.c_str()) : ::link(draft.c_str(), path.c_str());
  const int why_not = errno;
  if (put != 0 || !force) ::unlink(draft.c_str());
  if (put != 0) return not_written(path, why_not);
  return {};
}

/// What was looked at, how much of it is bounded, and what comes next; on standard error, since the
/// policy itself may be on standard output.
void tell(const Census& census, const Diagnosis& diagnosis, const std::string& out,
          Language language) {
  std::int64_t answered = 0;
  std::int64_t silent = 0;
  for (const Target& target : census.targets) {
    if (target.kind == TargetKind::host) continue;
    ++(target.reachable ? answered : silent);
  }
  std::string text = say("plimsoll: {} servers looked at, {} findings\n",
                         "plimsoll: {} servidores mirados, {} hallazgos\n",
                         {answered, static_cast<std::int64_t>(diagnosis.findings.size())})
                         .in(language);
  if (silent > 0)
    text += say("plimsoll: {} did not answer: run init again when they do\n",
                "plimsoll: {} no respondieron: repita init cuando lo hagan\n", {silent})
                .in(language);
  const std::string file = out.empty() ? "plimsoll.yaml" : printable(out);
  const std::string config = file == "plimsoll.yaml" ? "" : " --config " + file;
  if (!out.empty())
    text += say("plimsoll: {} written\n", "plimsoll: {} escrito\n", {file}).in(language);
  text += say("Next:\n"
              "  1. read {0}: every window and cap is a starting point\n"
              "  2. plimsoll plan{1} --out plan.json    what would change\n"
              "  3. plimsoll apply plan.json            after reading it\n"
              "  4. plimsoll check{1}                   in CI, from then on\n",
              "Después:\n"
              "  1. lea {0}: cada ventana y cada límite es un punto de partida\n"
              "  2. plimsoll plan{1} --out plan.json    qué cambiaría\n"
              "  3. plimsoll apply plan.json            tras leerlo\n"
              "  4. plimsoll check{1}                   en CI, a partir de entonces\n",
              {file, config})
              .in(language);
  std::fputs(text.c_str(), stderr);
}

ExitStatus run_init(const InitArguments& arguments, const Surroundings& surroundings) {
  const auto found = find_targets(arguments.targets);
  if (!found) {
    complain(found.error(), surroundings.language);
    return ExitStatus::usage;
  }
  const Language language = language_for(*found, surroundings);
  warn(found->warnings, language);
  Census census = take_census(found->targets, arguments.census, now());
  census.gaps.insert(census.gaps.begin(), found->gaps.begin(), found->gaps.end());
  const bool any = std::any_of(
      census.targets.begin(), census.targets.end(),
      [](const Target& target) { return target.reachable && target.kind != TargetKind::host; });
  if (!any) {
    complain({ErrorCode::unreachable,
              say("no server answered, so there is nothing to fit bounds to",
                  "no respondió ningún servidor: no hay nada a lo que ajustar límites"),
              census.gaps.empty() ? say("name them: --postgres URL, --redis URL, --docker SOCKET",
                                        "indíquelos: --postgres URL, --redis URL, --docker SOCKET")
                                  : census.gaps.front().why},
             language);
    return ExitStatus::failed;
  }
  const Diagnosis diagnosis = diagnose(census);
  InitOptions options;
  options.targets = found->targets;
  const std::string text = init_policy(census, diagnosis, options, language);
  if (arguments.out.empty()) {
    if (!print_all(text, language)) return ExitStatus::failed;
  } else if (auto written = write_policy(arguments.out, text, arguments.force); !written) {
    complain(written.error(), language);
    return ExitStatus::failed;
  }
  tell(census, diagnosis, arguments.out, language);
  return ExitStatus::done;
}

}  // namespace

Verb add_init(CLI::App& parent, const Surroundings& surroundings) {
  const Language language = surroundings.language;
  const auto arguments = std::make_shared<InitArguments>();
  auto* verb = parent.add_subcommand(
      "init", say("Write a first plimsoll.yaml whose bounds fit what is there.",
                  "Escribe un primer plimsoll.yaml cuyos límites encajan con lo que hay.")
                  .in(language));
  add_target_options(*verb, arguments->targets, language);
  verb->add_option(
          "--out", arguments->out,
          say("write to FILE instead of standard output", "escribe en FICHERO, no en la salida")
              .in(language))
      ->type_name("FILE");
  verb->add_flag(
      "--force", arguments->force,
      say("write over FILE if it is there", "sobrescribe FICHERO si existe").in(language));
  verb->footer(
      say("Reads only; nothing on any server is changed.\n"
          "Examples:\n"
          "  plimsoll init --out plimsoll.yaml        what Docker shows\n"
          "  plimsoll init --postgres postgresql://me@db/app --redis redis://cache\n"
          "  plimsoll init --force --out plimsoll.yaml   anew, from what is there now\n"
          "Exit status: 0 written, 1 no server answered or FILE is there, 64 usage.",
          "Solo lee; no cambia nada en ningún servidor.\n"
          "Ejemplos:\n"
          "  plimsoll init --out plimsoll.yaml        lo que muestre Docker\n"
          "  plimsoll init --postgres postgresql://yo@bd/app --redis redis://cache\n"
          "  plimsoll init --force --out plimsoll.yaml   de nuevo, con lo que hay ahora\n"
          "Código de salida: 0 escrito, 1 ningún servidor responde o FICHERO existe, 64 uso.")
          .in(language));
  return [arguments, surroundings] { return run_init(*arguments, surroundings); };
}

}  // namespace plimsoll
