#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "demo/demo_folder.h"

namespace plimsoll {

// The three services of the market, as programs beside this one: the guard knows their names and
// nothing else of them. Their folder is `market` in the demo's; each has one of its own there, with
// its settings, log and pid file.

std::string_view name_of(MarketDemo market);
MarketDemo market_demo_named(std::string_view name);

/// deploy/market/plimsoll.yaml for the demo's two servers.
std::string market_demo_policy(const std::string& postgres_url, const std::string& redis_url);

/// Writes their settings and starts them. Errors: unsupported (a program is not there), those of
/// start_process.
Result<void> start_market_services(const DemoFolder& folder, const DemoMarker& marker);

/// SIGTERM to each that runs there; waits for their clean stop. Errors: timed_out.
Result<void> stop_market_services(const DemoFolder& folder);

/// Removes what start_market_services wrote, and what the services did: logs and spools.
void remove_market_files(const DemoFolder& folder);

/// How many of the three run.
int count_market_services(const DemoFolder& folder);

}  // namespace plimsoll
