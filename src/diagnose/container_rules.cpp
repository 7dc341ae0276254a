#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "diagnose/evidence.h"
#include "diagnose/rule_context.h"
#include "diagnose/server_words.h"
#include "diagnose/severity.h"
#include "diagnose/wording.h"

namespace plimsoll {
namespace {

constexpr std::int64_t kStep = 256LL << 20;
constexpr std::int64_t kRestarts = 3;
constexpr double kShareForMaxmemory = 0.75;  ///< the rest is for fork copies and buffers

bool is_running(const Container& container) {
  return container.state == "running" || container.state == "restarting" ||
         container.state == "paused";
}

/// What the Redis inside may take by its own maxmemory, where there is one.
std::optional<Bytes> maxmemory_inside(const Census& census, const Container& container) {
  for (const RedisCensus& server : census.redis) {
    const auto* maxmemory = std::get_if<Bytes>(&server.maxmemory);
    if (maxmemory != nullptr && container_of(census, server) == &container) return *maxmemory;
  }
  return std::nullopt;
}

/// Half again what it uses or has used, and a third more than `maxmemory`, in steps of 256 MiB.
std::optional<Bytes> suggested_limit(const Container& container, std::optional<Bytes> maxmemory) {
  const auto used = std::max(container.memory.working_set, container.memory.peak);
  if (!container.memory.working_set || !used) return std::nullopt;
  const double wanted =
      std::max(static_cast<double>(used->count()) * 1.5,
               static_cast<double>(maxmemory.value_or(Bytes{}).count()) / kShareForMaxmemory);
  if (wanted >= 9e18) return std::nullopt;
  return Bytes{
      std::max<std::int64_t>(1, std::llround(std::ceil(wanted / static_cast<double>(kStep)))) *
      kStep};
}

std::string megabytes(Bytes bytes) { return std::to_string(bytes.count() >> 20) + "m"; }

/// MemorySwap goes with it: Memory alone is refused where swap is unset, and doubles what may be
/// used where it is not.
std::string update_command(const Container& container, Bytes limit) {
  return "docker update --memory " + megabytes(limit) + " --memory-swap " + megabytes(limit) + " " +
         shell_argument(container.name);
}

std::string compose_name(const Container& container) {
  return printable(container.compose_service.empty() ? container.name : container.compose_service);
}

Evidence memory_evidence(const DockerCensus& engine, const Container& container) {
  Evidence evidence{engine.taken_at};
  evidence.add_bound("memory_limit", container.memory_limit, "docker inspect HostConfig.Memory")
      .add_known("working_set", container.memory.working_set, "bytes",
                 "memory.current − inactive_file")
      .add_known("peak", container.memory.peak, "bytes", "memory.peak")
      .add_known("anonymous", container.memory.anonymous, "bytes", "memory.stat anon")
      .add_known("cpu", container.cpu_share, "cores", "docker stats, two samples")
      .add_growth(container.memory_growth, "items");
  return evidence;
}

Text inside_first(const Container& container) {
  const std::string said = container.image + " " + container.compose_service + " " + container.name;
  if (said.find("redis") != std::string::npos || said.find("valkey") != std::string::npos) {
    return say(
        "Set its maxmemory below the limit first: the kernel kills, Redis evicts or refuses.",
        "Pon antes su maxmemory por debajo del límite: el núcleo mata, Redis desaloja o rechaza.");
  }
  if (said.find("postgres") != std::string::npos || said.find("timescale") != std::string::npos) {
    return say(
        "A good part of what a database uses is page cache, which it gives back; shared_buffers "
        "and work_mem × connections have to fit below the limit.",
        "Buena parte de lo que usa una base de datos es caché de páginas, que devuelve; "
        "shared_buffers y work_mem × conexiones tienen que caber bajo el límite.");
  }
  return {};
}

void judge_limit(RuleContext& context, const DockerCensus& engine, const Container& container) {
  constexpr Rule kRule = Rule::container_without_limit;
  if (std::holds_alternative<Unknown>(container.memory_limit)) {
    context.gap(kRule, "docker/" + engine.target, container.name,
                say("its memory limit is not known", "no se conoce su límite de memoria"),
                say("allow GET /containers/{{id}}/json", "permite GET /containers/{{id}}/json"));
    return;
  }
  if (!std::holds_alternative<Unbounded>(container.memory_limit)) return;
  Finding finding;
  finding.rule = kRule;
  finding.store = id_of(engine, container);
  const auto rate = container.memory_growth ? container.memory_growth->bytes_per_day : std::nullopt;
  finding.severity = severity_of(
      {Harm::grows, context.to_line(finding.store), container.memory.working_set, rate});
  finding.title = container.memory.working_set
                      ? say("{}: container without a memory limit, {} used",
                            "{}: contenedor sin límite de memoria, usa {}",
                            {printable(container.name), *container.memory.working_set})
                      : say("{}: container without a memory limit",
                            "{}: contenedor sin límite de memoria", {printable(container.name)});
  finding.evidence =
      memory_evidence(engine, container)
          .add_known("host_memory", engine.host_memory, "bytes", "docker info MemTotal");
  finding.cause =
      say("Nothing stops it before the machine's memory is gone; the kernel then picks whom to "
          "kill, and it may be the database.",
          "Nada lo para antes de agotar la memoria de la máquina; entonces el núcleo elige a quién "
          "matar, y puede ser la base de datos.");
  const auto limit = suggested_limit(container, maxmemory_inside(context.census(), container));
  finding.remedy = sentences(
      {limit ? say("A starting point: {}, as deploy.resources.limits.memory of {} in the Compose "
                   "file; docker update alone is forgotten when it is created again.",
                   "Un punto de partida: {}, como deploy.resources.limits.memory de {} en el "
                   "fichero de Compose; docker update solo se olvida al recrearlo.",
                   {megabytes(*limit), compose_name(container)})
             : say("Measure what it uses over a busy day before choosing a limit.",
                   "Mide lo que usa durante un día cargado antes de elegir un límite."),
       inside_first(container)});
  if (limit) finding.commands = {update_command(container, *limit)};
  finding.steady_state = limit;
  context.add(std::move(finding), container.memory.working_set);
}

void judge_near(RuleContext& context, const DockerCensus& engine, const Container& container) {
  constexpr Rule kRule = Rule::container_near_limit;
  const auto* limit = std::get_if<Bytes>(&container.memory_limit);
  if (limit == nullptr || limit->count() <= 0) return;
  if (!container.memory.working_set) {
    context.gap(kRule, "docker/" + engine.target, container.name,
                say("the memory it uses is not known", "no se conoce la memoria que usa"),
                say("allow GET /containers/{{id}}/stats, or run on its host",
                    "permite GET /containers/{{id}}/stats, o ejecútalo en su máquina"));
    return;
  }
  const double share = static_cast<double>(container.memory.working_set->count()) /
                       static_cast<double>(limit->count());
  if (share < context.options().near_limit) return;
  Finding finding;
  finding.rule = kRule;
  finding.store = id_of(engine, container);
  const auto rate = container.memory_growth ? container.memory_growth->bytes_per_day : std::nullopt;
  const Severity by_load = severity_of(
      {Harm::grows, context.to_line(finding.store), container.memory.working_set, rate});
  finding.severity = at_least(by_load, share >= 0.95 ? Severity::high : Severity::medium);
  finding.title =
      say("{}: at {} of its memory limit of {}", "{}: al {} de su límite de memoria de {}",
          {printable(container.name), Share{share}, *limit});
  finding.evidence = memory_evidence(engine, container)
                         .add_known("time_to_line", context.to_line(finding.store), "seconds",
                                    "headroom ÷ growth");
  finding.cause =
      say("Past the limit the kernel kills the process, without a word in its own log.",
          "Pasado el límite, el núcleo mata el proceso sin una palabra en su propio log.");
  finding.remedy =
      say("Find what grows inside first: a limit that is raised and reached again is a leak. Give "
          "it more room only to win time.",
          "Busca primero qué crece dentro: un límite que se sube y se vuelve a alcanzar es una "
          "fuga. Dale más sitio solo para ganar tiempo.");
  context.add(std::move(finding), container.memory.working_set);
}

void judge_oom(RuleContext& context, const DockerCensus& engine, const Container& container) {
  const std::int64_t kills = container.oom_kills.value_or(0);
  if (!container.oom_killed && kills == 0) return;
  Finding finding;
  finding.rule = Rule::container_oom_killed;
  finding.store = id_of(engine, container);
  // Killed is past the line; how lately decides between what is happening and what happened.
  const auto at = is_running(container) ? container.started_at : container.finished_at;
  const bool lately = at && context.now() - *at < kOneDay;
  finding.severity = lately || !is_running(container) ? Severity::critical : Severity::high;
  finding.title = kills > 0
                      ? say("{}: the kernel killed in it {} for lack of memory",
                            "{}: el núcleo ha matado en él {} por falta de memoria",
                            {printable(container.name), counted(kills, kTimes)})
                      : say("{}: it was killed for lack of memory",
                            "{}: lo mataron por falta de memoria", {printable(container.name)});
  finding.evidence =
      memory_evidence(engine, container)
          .add("oom_killed", container.oom_killed, "", "docker inspect State.OOMKilled")
          .add_known("oom_kills", container.oom_kills, "kills", "memory.events oom_kill")
          .add("restart_count", container.restart_count, "restarts", "docker inspect RestartCount");
  finding.cause = std::holds_alternative<Unbounded>(container.memory_limit)
                      ? say("It has no limit of its own: the whole machine ran out of memory.",
                            "No tiene límite propio: se agotó la memoria de toda la máquina.")
                      : say("It reached its limit.", "Alcanzó su límite.");
  finding.remedy =
      say("Look at what grew inside before raising the limit; bound that, then leave half as much "
          "again as it needs.",
          "Mira qué creció dentro antes de subir el límite; acótalo y deja luego vez y media lo "
          "que necesite.");
  context.add(std::move(finding), container.memory.working_set);
}

void judge_restarts(RuleContext& context, const DockerCensus& engine, const Container& container) {
  const bool looping = container.state == "restarting";
  if (!looping && container.restart_count < kRestarts) return;
  Finding finding;
  finding.rule = Rule::container_restarting;
  finding.store = id_of(engine, container);
  const bool lately = container.started_at && context.now() - *container.started_at < kOneDay;
  finding.severity = looping ? Severity::high : lately ? Severity::medium : Severity::low;
  finding.title =
      looping ? say("{}: keeps restarting, {} so far", "{}: no deja de reiniciarse, {} hasta ahora",
                    {printable(container.name), counted(container.restart_count, kTimes)})
              : say("{}: restarted {} times", "{}: se ha reiniciado {} veces",
                    {printable(container.name), container.restart_count});
  Evidence evidence{engine.taken_at};
  evidence.add("restart_count", container.restart_count, "restarts", "docker inspect RestartCount")
      .add("state", printable(container.state), "", "docker inspect State.Status")
      .add_known("started_at", container.started_at, "", "docker inspect State.StartedAt");
  if (container.exit_code) {
    evidence.add("exit_code", std::int64_t{*container.exit_code}, "",
                 "docker inspect State.ExitCode");
  }
  finding.evidence = evidence;
  finding.cause = container.exit_code == 137
                      ? say("It was killed (137): by the memory limit, or by hand.",
                            "Lo mataron (137): por el límite de memoria, o a mano.")
                      : say("It ends and its restart policy starts it again.",
                            "Termina y su política de reinicio lo vuelve a arrancar.");
  finding.remedy = say(
      "Read the end of its log from before the last start, before rotation takes it.",
      "Lee el final de su log anterior al último arranque, antes de que la rotación se lo lleve.");
  finding.commands = {"docker logs --tail 200 " + shell_argument(container.name)};
  context.add(std::move(finding), container.memory.working_set);
}

}  // namespace

void judge_containers(RuleContext& context, const DockerCensus& engine) {
  for (const Container& container : engine.containers) {
    judge_oom(context, engine, container);
    judge_restarts(context, engine, container);
    if (!is_running(container)) continue;
    judge_limit(context, engine, container);
    judge_near(context, engine, container);
  }
}

}  // namespace plimsoll
