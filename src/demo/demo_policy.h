#pragma once

#include <string>

#include "demo/demo.h"

namespace plimsoll {

/// plimsoll.yaml for the demo's own servers: the policy of deploy/tradeul/plimsoll.yaml, which is
/// built in, without what a demo has not got (Docker, a Compose file).
std::string demo_policy(const std::string& postgres_url, const std::string& redis_url);

}  // namespace plimsoll
