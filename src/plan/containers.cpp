#include "base/text.h"
#include "plan/drafting.h"

namespace plimsoll {
namespace {

constexpr double kHeadroom = 1.2;

struct ContainerWish {
  const DockerCensus& engine;
  const Container& container;
  const ContainerRule& rule;
};

std::string text_of(const SizeBound& bound) {
  if (const auto* bytes = std::get_if<Bytes>(&bound)) return std::to_string(bytes->count());
  return std::holds_alternative<Unbounded>(bound) ? "0" : "";
}

/// Whether the wish is another than what is; a bound that could not be read is no difference.
bool differs(const std::optional<Bytes>& wanted, const SizeBound& present) {
  if (!wanted || std::holds_alternative<Unknown>(present)) return false;
  const auto* bytes = std::get_if<Bytes>(&present);
  return bytes == nullptr || *bytes != *wanted;
}

void plan_memory(Draft& draft, const ContainerWish& wish) {
  const Container& container = wish.container;
  const bool limit = differs(wish.rule.limit, container.memory_limit);
  const bool reservation = differs(wish.rule.reservation, container.memory_reservation);
  if (!limit && !reservation) return;
  const ResourceId id = id_of(wish.engine, container);
  const std::string name = printable(container.name);
  const auto& working = container.memory.working_set;
  if (limit) {
    const Bytes needs{static_cast<std::int64_t>(
        kHeadroom * static_cast<double>(working.value_or(Bytes{}).count()))};
    if (!working || *wish.rule.limit < needs) {
      draft.refuse(
          {id, say("{} is not limited to {}", "{} no se limita a {}", {name, *wish.rule.limit}),
           working
               ? say("its working set is {}: with a fifth of room it needs {}",
                     "su conjunto de trabajo es {}: con un quinto de margen necesita {}",
                     {*working, needs})
               : say("its working set could not be read", "no se pudo leer su conjunto de trabajo"),
           say("raise the limit in {}, or bound what runs in it first",
               "suba el límite en {}, o limite antes lo que se ejecuta dentro",
               {wish.rule.origin.text()})});
      return;
    }
  }
  Step step;
  step.target_kind = TargetKind::docker;
  step.target = wish.engine.target;
  step.resource = id;
  step.change =
      SetContainerMemory{container.id, container.name, wish.rule.limit, wish.rule.reservation};
  step.before = {{"id", container.id},
                 {"limit_bytes", text_of(container.memory_limit)},
                 {"reservation_bytes", text_of(container.memory_reservation)},
                 {"swap_bytes", std::to_string(container.memory_swap.value_or(0))}};
  const Text size = wish.rule.limit ? say("limit {}", "límite {}", {*wish.rule.limit}) : Text{};
  const Text kept = wish.rule.reservation
                        ? say("reservation {}", "reserva {}", {*wish.rule.reservation})
                        : Text{};
  const Text both = size.empty()   ? kept
                    : kept.empty() ? size
                                   : say("{}, {}", "{}, {}", {size, kept});
  step.why = wish_of(wish.rule.origin, both);
  step.title = say("container {}: {}", "contenedor {}: {}", {name, both});
  step.locks = say("none; it is not restarted", "ninguno; no se reinicia");
  step.undo =
      say("docker update with the former values; lost when the container is made anew, so the "
          "Compose file must say it too",
          "docker update con los valores anteriores; se pierde al recrear el contenedor, así que "
          "el fichero de Compose también debe decirlo");
  step.frees = Bytes{0};
  draft.add(Stage::bound, std::move(step));
}

}  // namespace

void plan_containers(Draft& draft, const DockerCensus& engine) {
  for (const Container& container : engine.containers) {
    const ContainerRule* rule =
        rule_for_container(draft.policy(), container.compose_service, container.name);
    if (rule == nullptr || container.state != "running") continue;
    plan_memory(draft, {engine, container, *rule});
  }
}

}  // namespace plimsoll
