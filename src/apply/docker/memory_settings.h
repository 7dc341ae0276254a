#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "census/docker.h"
#include "plan/change.h"
#include "plan/step.h"

// What a container's memory is held to, and what to send so that it is held to something else.
// Pure.
namespace plimsoll {

/// HostConfig's own numbers: 0 is unset, a swap of −1 unlimited; swap counts memory and swap.
struct MemorySettings {
  std::int64_t limit = 0;
  std::int64_t reservation = 0;
  std::int64_t swap = 0;
  friend bool operator==(const MemorySettings&, const MemorySettings&) = default;
};

MemorySettings settings_of(const Container& container);

/// What the change asks for, the rest as it is. Swap goes with the limit, since engines refuse one
/// without the other: unlimited stays unlimited, a ratio stays that ratio (the engine's own default
/// is twice the limit), and a container that had no limit gets no swap beyond it.
MemorySettings wanted_settings(const MemorySettings& now, const SetContainerMemory& change);

/// The body of the update. 0 means "as it is" to an engine, so what is unset is left out.
std::string body_of(const MemorySettings& settings);

/// What to send to undo: a limit cannot be taken away again (0 is "as it is", −1 is refused), so
/// where there was none it is the machine's whole memory.
MemorySettings undoing(const MemorySettings& before, std::int64_t host_memory);

/// Empty where the facts of the step are those of now; else which one differs, and how.
std::optional<Text> stale_fact(const Observation& before, const Container& container);

/// Why these settings would hurt; empty where they do not. `memory`: what it uses now, all unknown
/// where it runs and that cannot be seen; no value where it does not run.
///
/// A limit below working set × 1.2 is refused, and one below memory.peak where next to nothing of
/// the present use is file cache: then the peak was memory too, which nobody gives back.
std::optional<Text> why_not(const MemorySettings& now, const MemorySettings& wanted,
                            const std::optional<ContainerMemory>& memory);

}  // namespace plimsoll
