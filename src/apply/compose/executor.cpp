#include "apply/compose/executor.h"

#include <filesystem>

#include "apply/compose/compose_file.h"
#include "apply/compose/patch.h"
#include "base/text.h"

namespace plimsoll {
namespace {

using namespace compose;

Outcome outcome(StepState state, Text what, Text hint = {}) {
  return {state, std::move(what), std::move(hint), {}, {}};
}

Outcome failed(const Error& error) {
  return outcome(StepState::failed,
                 say("nothing was changed: {}", "no se ha cambiado nada: {}", {error.what}),
                 error.hint);
}

Text applies_after(const PatchCompose& wish) {
  return say("a running container changes only with: docker compose up -d {}",
             "un contenedor en marcha solo cambia con: docker compose up -d {}",
             {printable(wish.service)});
}

}  // namespace

bool ComposeExecutor::is_as_planned(const Step& step, const std::string& path,
                                    const std::string& found) const {
  const std::string& planned = step.before.at("sha256");
  if (found == planned) return true;
  const auto earlier = step.before.find("sha256_after_earlier_steps");
  if (earlier != step.before.end() && earlier->second == found) return true;
  const auto written = written_.find(path);
  return written != written_.end() && written->second.planned == planned &&
         written->second.now == found;
}

Outcome ComposeExecutor::apply(const Step& step, StepWatch& watch) {
  const auto* wish = std::get_if<PatchCompose>(&step.change);
  const auto planned = step.before.find("sha256");
  if (wish == nullptr || planned == step.before.end()) {
    return outcome(StepState::failed, say("this is no step for a Compose file",
                                          "este no es un paso para un fichero de Compose"));
  }
  const auto file = read_compose_file(wish->file);
  if (!file) return failed(file.error());
  const std::string name = std::filesystem::path{wish->file}.filename().string();
  const auto patched = patch_compose(file->text, printable(name), {*wish});
  if (patched && *patched == file->text) {
    Outcome done = outcome(StepState::nothing_to_do,
                           say("{} says so already", "{} ya lo dice", {printable(wish->file)}),
                           applies_after(*wish));
    done.after["sha256"] = file->sha256;
    return done;
  }
  if (!is_as_planned(step, file->path, file->sha256)) {
    return outcome(StepState::stale,
                   say("{} has changed since it was planned", "{} ha cambiado desde que se planeó",
                       {printable(wish->file)}),
                   say("plan again", "vuelva a planear"));
  }
  if (!patched) return outcome(StepState::refused, patched.error().what, patched.error().hint);
  if (watch.stop_wanted()) {
    return outcome(StepState::stopped,
                   say("stopped before it was written", "detenido antes de escribirlo"));
  }
  if (auto begun = watch.begin_phase("write", wish->file); !begun) return failed(begun.error());
  const auto backup = back_up(*file, now_());
  if (!backup) return failed(backup.error());
  if (auto replaced = replace_file(*file, *patched); !replaced) {
    return replaced.error().code == ErrorCode::conflict
               ? outcome(StepState::stale, replaced.error().what, replaced.error().hint)
               : failed(replaced.error());
  }
  const auto after = read_compose_file(wish->file);
  if (!after || after->text != *patched) {
    return outcome(StepState::failed, say("{} was written and reads otherwise; the copy is {}",
                                          "{} se escribió y se lee distinto; la copia es {}",
                                          {printable(wish->file), printable(*backup)}));
  }
  written_[file->path] = {planned->second, after->sha256};
  Outcome done =
      outcome(StepState::done,
              say("{} is written; the one before is {}", "{} está escrito; el anterior es {}",
                  {printable(wish->file), printable(*backup)}),
              applies_after(*wish));
  done.after = {{"sha256", after->sha256}, {"backup", *backup}};
  return done;
}

}  // namespace plimsoll
