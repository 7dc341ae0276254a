#include "apply/docker/executor.h"

#include <cstdlib>
#include <thread>

#include "apply/docker/memory_settings.h"
#include "apply/docker/oom_events.h"
#include "base/text.h"
#include "collect/docker/parse.h"
#include "link/docker/update.h"

namespace plimsoll {
namespace {

Outcome outcome(StepState state, Text what, Text hint = {}) {
  return {state, std::move(what), std::move(hint), {}, {}};
}

/// The container as it is at one moment.
struct Look {
  Container container;
  std::optional<ContainerSample> cgroup;  ///< empty where it does not run, or cannot be seen
  MemorySettings settings() const { return settings_of(container); }
  bool is_running() const { return container.pid > 0; }
};

class MemoryUpdate {
 public:
  MemoryUpdate(docker::Link& link, const DockerExecutorOptions& options, const Step& step,
               const SetContainerMemory& change, StepWatch& watch)
      : link_{link}, options_{options}, step_{step}, change_{change}, watch_{watch} {}

  Outcome run() {
    auto found = look();
    if (!found) return not_there(found.error());
    before_ = std::move(*found);
    old_ = before_.settings();
    wanted_ = wanted_settings(old_, change_);
    const auto planned_id = step_.before.find("id");
    if (planned_id != step_.before.end() && planned_id->second != before_.container.id)
      return made_anew();
    if (is_in_force(before_)) return with_facts(nothing_to_do(), before_);
    if (const auto differs = stale_fact(step_.before, before_.container))
      return outcome(StepState::stale, about(*differs), say("plan again", "vuelva a planear"));
    if (const auto reason = why_not(old_, wanted_, memory_now()))
      return outcome(StepState::refused, about(*reason),
                     say("raise the limit, or bound what runs in it first",
                         "suba el límite, o limite antes lo que se ejecuta dentro"));
    if (watch_.stop_wanted())
      return outcome(StepState::stopped, about(say("not begun", "sin empezar")));
    return update();
  }

 private:
  Result<Look> look() {
    const auto body = link_.inspect(change_.container_id);
    if (!body) return failure(body.error());
    auto inspected = parse_inspect(*body);
    if (!inspected) return failure(inspected.error());
    Look now{std::move(inspected->container), std::nullopt};
    now.cgroup = read_cgroup(options_.roots, now.container.pid, now.container.id);
    return now;
  }

  Text about(const Text& what) const {
    return say("{}: {}", "{}: {}", {printable(change_.container), what});
  }

  Outcome made_anew() const {
    return outcome(StepState::stale,
                   about(say("it is gone or was made anew since it was planned",
                             "ya no está o se ha recreado desde que se planeó")),
                   say("plan again", "vuelva a planear"));
  }

  Outcome not_there(const Error& error) const {
    return error.code == ErrorCode::conflict ? made_anew() : unchanged(error);
  }

  static Outcome unchanged(const Error& error) {
    return outcome(StepState::failed,
                   say("nothing was changed: {}", "no se ha cambiado nada: {}", {error.what}),
                   error.hint);
  }

  static Outcome nothing_to_do() { return outcome(StepState::nothing_to_do, {}); }

  /// Empty where it does not run; all fields unknown where it does and nobody says.
  std::optional<ContainerMemory> memory_now() {
    if (!before_.is_running()) return std::nullopt;
    if (before_.cgroup && before_.cgroup->memory.working_set) return before_.cgroup->memory;
    const auto body = link_.stats(change_.container_id);
    const auto sample = body ? parse_stats(*body) : failure(body.error());
    return sample ? sample->memory : ContainerMemory{};
  }

  bool is_accepted(const MemorySettings& now) const {
    return now.limit == wanted_.limit && now.reservation == wanted_.reservation;
  }

  /// The kernel rounds a limit down to whole pages, of up to 64 KiB.
  bool is_in_kernel(const Look& now) const {
    if (!now.cgroup || wanted_.limit == 0) return true;
    if (std::holds_alternative<Unknown>(now.cgroup->memory_limit_in_force)) return true;
    const auto* held = std::get_if<Bytes>(&now.cgroup->memory_limit_in_force);
    constexpr std::int64_t kLargestPage = 65536;
    return held != nullptr && std::abs(held->count() - wanted_.limit) < kLargestPage;
  }

  bool is_in_force(const Look& now) const {
    return is_accepted(now.settings()) && is_in_kernel(now);
  }

  bool lowers() const {
    return wanted_.limit > 0 && (old_.limit == 0 || wanted_.limit < old_.limit);
  }

  Outcome update() {
    const std::string body = body_of(wanted_);
    if (auto begun = watch_.begin_phase("update", body); !begun) return unchanged(begun.error());
    events_ = read_oom_events(options_.roots, before_.container.pid, before_.container.id);
    const auto answer = docker::update_container(link_, change_.container_id, body);
    const auto after = look();
    if (!after) return unknown_end(after.error());
    if (!answer && after->settings() == old_) return unchanged(answer.error());
    if (!answer && !is_in_force(*after)) return roll_back(answer.error().what);
    if (!is_in_force(*after)) {
      return roll_back(say("the engine accepted the update, and it had no effect",
                           "el motor aceptó la actualización y no tuvo efecto"));
    }
    if (lowers() && after->is_running()) {
      if (const auto hurt = watch_kernel(*after)) return roll_back(*hurt);
    }
    return done();
  }

  /// Why it must be rolled back; empty where it held.
  std::optional<Text> watch_kernel(const Look& after) {
    const auto polls = std::max<std::int64_t>(1, options_.watch_for / options_.interval);
    watch_.progress(about(say("watching the kernel's counters",
                              "vigilando los contadores del "
                              "núcleo")),
                    std::nullopt);
    for (std::int64_t i = 0; i < polls; ++i) {
      if (i > 0) options_.wait(options_.interval);
      const auto now = read_oom_events(options_.roots, after.container.pid, after.container.id);
      if (now && events_ && !(*now == *events_)) {
        return say("the kernel ran out of memory for it ({} times, {} processes ended)",
                   "el núcleo se quedó sin memoria para él ({} veces, {} procesos terminados)",
                   {now->oom - events_->oom, now->kills - events_->kills});
      }
      // Where the counters cannot be seen, or are gone with the container, the engine is asked.
      if (!now) {
        if (const auto hurt = fell_over(after)) return hurt;
      }
    }
    return fell_over(after);
  }

  std::optional<Text> fell_over(const Look& after) {
    const auto now = look();
    if (!now) return std::nullopt;  // gone, or not visible: nothing to roll back
    const bool restarted = now->container.pid != before_.container.pid ||
                           now->container.restart_count != after.container.restart_count;
    if (now->is_running() && !restarted && !now->container.oom_killed) return std::nullopt;
    if (now->container.oom_killed && before_.container.oom_killed && !restarted)
      return std::nullopt;  // sticky: from before
    return say("it fell over under the new limit", "se cayó con el nuevo límite");
  }

  std::int64_t host_memory() {
    const auto body = link_.info();
    const auto facts = body ? parse_info(*body) : failure(body.error());
    constexpr std::int64_t kPlenty = std::int64_t{1} << 46;
    return facts && facts->host_memory ? facts->host_memory->count() : kPlenty;
  }

  /// Undoing comes before writing about it, so it waits for no journal.
  Outcome roll_back(const Text& why) {
    const MemorySettings undo = undoing(old_, old_.limit > 0 ? 0 : host_memory());
    const auto answer = docker::update_container(link_, change_.container_id, body_of(undo));
    const auto now = look();
    const bool is_back = now && now->settings().limit == undo.limit;
    Text what =
        is_back ? say("{}; rolled back", "{}; deshecho", {why})
                : say("{}; and it could not be rolled back: {}", "{}; y no se pudo deshacer: {}",
                      {why, answer ? say("the engine keeps the new values",
                                         "el motor conserva los nuevos valores")
                                   : answer.error().what});
    Text hint;
    if (is_back && old_.limit == 0) {
      hint =
          say("it had no limit; an engine takes none away, so it is the machine's {} now, until "
              "it is made anew",
              "no tenía límite; un motor no lo quita, así que ahora es el de la máquina, {}, "
              "hasta que se recree",
              {Bytes{undo.limit}});
    } else if (!is_back) {
      hint = verbatim("docker inspect " + change_.container_id.substr(0, 12));
    }
    Outcome failed = outcome(StepState::failed, about(what), std::move(hint));
    return now ? with_facts(std::move(failed), *now) : failed;
  }

  Outcome unknown_end(const Error& error) const {
    return outcome(StepState::failed,
                   about(say("the update was sent, and then the engine could not be asked: {}",
                             "la actualización se envió, y después no se pudo preguntar al motor: "
                             "{}",
                             {error.what})),
                   say("apply again: it is looked at first", "vuelva a aplicar: primero se mira"));
  }

  Outcome done() {
    const auto now = look();
    Outcome result = outcome(
        StepState::done, {},
        say("lost when the container is made anew: the Compose file must say it too",
            "se pierde al recrear el contenedor: el fichero de Compose también debe decirlo"));
    return now ? with_facts(std::move(result), *now) : result;
  }

  Outcome with_facts(Outcome result, const Look& now) const {
    const MemorySettings held = now.settings();
    result.after = {{"id", now.container.id},
                    {"limit_bytes", std::to_string(held.limit)},
                    {"reservation_bytes", std::to_string(held.reservation)},
                    {"swap_bytes", std::to_string(held.swap)}};
    const auto* kernel =
        now.cgroup ? std::get_if<Bytes>(&now.cgroup->memory_limit_in_force) : nullptr;
    if (kernel != nullptr) result.after["memory_max_bytes"] = std::to_string(kernel->count());
    if (!result.what.empty()) return result;
    const Text limit = held.limit > 0 ? say("limit {}", "límite {}", {Bytes{held.limit}})
                                      : say("no limit", "sin límite");
    const Text reservation =
        held.reservation > 0 ? say(", reservation {}", ", reserva {}", {Bytes{held.reservation}})
                             : Text{};
    const Text seen = !now.is_running() ? say("; it does not run, and starts with it",
                                              "; no está en marcha, y arrancará con ello")
                      : kernel != nullptr
                          ? say("; read back from the kernel", "; leído de vuelta del núcleo")
                          : say("; the kernel's own value is not visible here",
                                "; el valor del propio núcleo no se ve desde aquí");
    result.what = about(say("{}{}{}", "{}{}{}", {limit, reservation, seen}));
    return result;
  }

  docker::Link& link_;
  const DockerExecutorOptions& options_;
  const Step& step_;
  const SetContainerMemory& change_;
  StepWatch& watch_;
  Look before_;
  MemorySettings old_, wanted_;
  std::optional<OomEvents> events_;
};

}  // namespace

DockerExecutor::DockerExecutor(docker::Link& link, DockerExecutorOptions options)
    : link_{link}, options_{std::move(options)} {
  if (!options_.wait)
    options_.wait = [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); };
}

Outcome DockerExecutor::apply(const Step& step, StepWatch& watch) {
  const auto* change = std::get_if<SetContainerMemory>(&step.change);
  if (change == nullptr) {
    return outcome(StepState::failed, say("this is no step for a container's memory",
                                          "este no es un paso para la memoria de un contenedor"));
  }
  return MemoryUpdate{link_, options_, step, *change, watch}.run();
}

}  // namespace plimsoll
