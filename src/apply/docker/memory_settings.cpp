#include "apply/docker/memory_settings.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace plimsoll {
namespace {

constexpr double kHeadroom = 1.2;
constexpr Bytes kLeastLimit = 6_MiB;  // engines refuse less

std::int64_t count_of(const SizeBound& bound) {
  const auto* bytes = std::get_if<Bytes>(&bound);
  return bytes == nullptr ? 0 : bytes->count();
}

bool is_lowered(std::int64_t now, std::int64_t wanted) {
  return wanted > 0 && (now == 0 || wanted < now);
}

/// Of an engine's bounds: the number it was planned with may be empty (it could not be read then).
std::string number_text(const SizeBound& bound) {
  return std::holds_alternative<Unknown>(bound) ? "" : std::to_string(count_of(bound));
}

}  // namespace

MemorySettings settings_of(const Container& container) {
  return {count_of(container.memory_limit), count_of(container.memory_reservation),
          container.memory_swap.value_or(0)};
}

MemorySettings wanted_settings(const MemorySettings& now, const SetContainerMemory& change) {
  MemorySettings wanted = now;
  if (change.reservation) wanted.reservation = change.reservation->count();
  if (!change.limit || change.limit->count() == now.limit) return wanted;
  wanted.limit = change.limit->count();
  if (now.swap < 0) return wanted;
  wanted.swap = wanted.limit;
  if (now.limit > 0 && now.swap > now.limit) {
    const double ratio = static_cast<double>(now.swap) / static_cast<double>(now.limit);
    wanted.swap = std::llround(ratio * static_cast<double>(wanted.limit));
  }
  return wanted;
}

std::string body_of(const MemorySettings& settings) {
  nlohmann::json body = nlohmann::json::object();
  if (settings.limit > 0) {
    body["Memory"] = settings.limit;
    body["MemorySwap"] = settings.swap == 0 ? settings.limit : settings.swap;
  }
  if (settings.reservation > 0) body["MemoryReservation"] = settings.reservation;
  return body.dump();
}

MemorySettings undoing(const MemorySettings& before, std::int64_t host_memory) {
  if (before.limit > 0) return before;
  // A swap of −1 is stored but not handed to the kernel, which would keep the small one.
  return {host_memory, before.reservation, 2 * host_memory};
}

std::optional<Text> stale_fact(const Observation& before, const Container& container) {
  const std::map<std::string, std::string> now{
      {"id", container.id},
      {"limit_bytes", number_text(container.memory_limit)},
      {"reservation_bytes", number_text(container.memory_reservation)},
      {"swap_bytes", std::to_string(container.memory_swap.value_or(0))}};
  for (const auto& [name, value] : now) {
    const auto planned = before.find(name);
    if (planned == before.end() || planned->second == value) continue;
    return say("{} was {} when it was planned and is {}", "{} era {} al planearlo y es {}",
               {name, printable(planned->second), value});
  }
  return std::nullopt;
}

std::optional<Text> why_not(const MemorySettings& now, const MemorySettings& wanted,
                            const std::optional<ContainerMemory>& memory) {
  const Bytes limit{wanted.limit};
  if (limit.count() > 0 && limit < kLeastLimit) {
    return say("a limit of {} is below what an engine takes ({})",
               "un límite de {} es menor de lo que acepta un motor ({})", {limit, kLeastLimit});
  }
  if (limit.count() > 0 && wanted.reservation > limit.count()) {
    return say("the reservation of {} would be above the limit of {}",
               "la reserva de {} superaría el límite de {}", {Bytes{wanted.reservation}, limit});
  }
  if (!memory || !is_lowered(now.limit, wanted.limit)) return std::nullopt;
  if (!memory->working_set) {
    return say("its working set cannot be read, so whether {} is enough is not known",
               "no se puede leer su conjunto de trabajo, así que no se sabe si bastan {}", {limit});
  }
  const Bytes needed{std::llround(kHeadroom * static_cast<double>(memory->working_set->count()))};
  if (limit < needed) {
    return say(
        "its working set is {} now: with a fifth of room it needs {}, and the limit would "
        "be {}",
        "su conjunto de trabajo es {} ahora: con un quinto de margen necesita {}, y el "
        "límite sería {}",
        {*memory->working_set, needed, limit});
  }
  constexpr int kNextToNothing = 10;  // a tenth
  const std::int64_t cache =
      memory->file.value_or(Bytes{0}).count() - memory->shmem.value_or(Bytes{0}).count();
  const bool is_all_memory =
      memory->file && memory->usage && cache * kNextToNothing <= memory->usage->count();
  if (memory->peak && is_all_memory && limit < *memory->peak) {
    return say(
        "it has needed {} before, next to nothing of it file cache, and the limit would be "
        "{}",
        "antes ha necesitado {}, casi nada de ello caché de ficheros, y el límite sería {}",
        {*memory->peak, limit});
  }
  return std::nullopt;
}

}  // namespace plimsoll
