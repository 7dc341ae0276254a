#pragma once

#include <chrono>
#include <string>

#include "base/result.h"
#include "link/docker/link.h"

namespace plimsoll::docker {

/// POST containers/{id}/update: the one call that changes anything, for executors only. `body` is
/// its JSON ({"Memory": …, "MemorySwap": …}); returns the engine's answer, {"Warnings": […]}.
/// Lowering a limit makes the kernel give memory back first, so `budget` is longer than a read's.
///
/// Errors: unreachable, timed_out (it may have taken effect: inspect), denied (a proxy that allows
/// no POST), malformed (an id that is none, an answer cut short), conflict (no such container, or
/// the engine refused it: what it said is in the error), unsupported (no such call in this engine).
Result<std::string> update_container(Link& link, const std::string& id, const std::string& body,
                                     std::chrono::milliseconds budget = std::chrono::seconds{30});

}  // namespace plimsoll::docker
