#include <cstdlib>

#include "app/planner.h"
#include "apply/compose/compose_file.h"
#include "apply/compose/patch.h"
#include "apply/compose/unified_diff.h"
#include "base/text.h"

namespace plimsoll {
namespace {

/// The wish of a rule about the service of its name. A pattern speaks for running containers only:
/// which services it means cannot be told from the file's text.
std::optional<PatchCompose> wish_of_rule(const ContainerRule& rule, const std::string& file) {
  if (rule.pattern.find_first_of("*?") != std::string::npos) return std::nullopt;
  PatchCompose wish;
  wish.file = file;
  wish.service = rule.pattern;
  wish.limit = rule.limit;
  wish.reservation = rule.reservation;
  wish.log_max_size = rule.log_max_size;
  wish.log_max_file = rule.log_max_file;
  return wish;
}

/// What CONFIG SET changes is lost when the container is made anew; its command says it for good.
void add_redis_memory(PatchCompose& wish, const Census& census, const Policy& policy) {
  if (!policy.redis) return;
  for (const RedisCensus& server : census.redis) {
    const Container* container = container_of(census, server);
    if (container == nullptr || container->compose_service != wish.service) continue;
    wish.redis_maxmemory = policy.redis->maxmemory;
    wish.redis_eviction = policy.redis->eviction;
  }
}

Step step_of(const PatchCompose& wish, const ContainerRule& rule, const compose::FileOnDisk& file,
             const std::string& diff) {
  Step step;
  step.target_kind = TargetKind::docker;
  step.target = "docker";
  step.resource = "docker/compose/" + wish.service;
  step.change = wish;
  step.before = {{"sha256", file.sha256}};
  step.title = say("write the bounds of {} into {}", "escribir los límites de {} en {}",
                   {printable(wish.service), printable(wish.file)});
  step.why =
      say("{} wants them; a container that is made anew takes the file's",
          "lo pide {}; un contenedor que se recrea toma los del fichero", {rule.origin.text()});
  step.locks = say("none; it applies after docker compose up -d {}",
                   "ninguno; se aplica tras docker compose up -d {}", {printable(wish.service)});
  step.undo = say("a copy of the file is kept beside it", "queda una copia del fichero a su lado");
  step.frees = Bytes{0};
  for (const std::string_view line : split(diff, '\n'))
    if (!line.empty()) step.words.emplace_back(line);
  return step;
}

}  // namespace

void add_compose_steps(Plan& plan, const Census& census, const Policy& policy,
                       const std::string& compose_file) {
  const auto file = compose::read_compose_file(compose_file);
  if (!file) {
    plan.refusals.push_back({"docker/compose",
                             say("{} is not changed", "{} no se cambia", {printable(compose_file)}),
                             file.error().what, file.error().hint});
    plan.hash = hash_of(plan);
    return;
  }
  std::string text = file->text;
  for (const ContainerRule& rule : policy.containers) {
    auto wish = wish_of_rule(rule, compose_file);
    if (!wish) continue;
    add_redis_memory(*wish, census, policy);
    const auto patched = patch_compose(text, compose_file, {*wish});
    if (!patched) {
      plan.refusals.push_back({"docker/compose/" + wish->service,
                               say("{} is not written into {}", "{} no se escribe en {}",
                                   {printable(wish->service), printable(compose_file)}),
                               patched.error().what, patched.error().hint});
      continue;
    }
    if (*patched == text) continue;
    Step step = step_of(*wish, rule, *file, unified_diff(text, *patched, compose_file));
    if (text != file->text) step.before["sha256_after_earlier_steps"] = compose::sha256_of(text);
    step.number = static_cast<int>(plan.steps.size()) + 1;
    plan.steps.push_back(std::move(step));
    text = *patched;
  }
  plan.hash = hash_of(plan);
}

}  // namespace plimsoll
