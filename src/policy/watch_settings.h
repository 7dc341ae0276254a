#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "base/secret.h"

// How a watch is kept: the sections `alerts` and `guard` of plimsoll.yaml.
namespace plimsoll {

/// Fires above, clears below, and only after it has been so for `hold`.
struct UsageAlert {
  double fire_above = 0.80;  ///< of one
  double clear_below = 0.75;
  Seconds hold = std::chrono::minutes{5};
};

/// By how long the forecast leaves until a line is reached.
struct TimeToFullAlert {
  Seconds warn = Days{7};
  Seconds critical = std::chrono::hours{24};
};

enum class NotifyKind { webhook, slack, discord, telegram, ntfy, email, alertmanager };

struct NotifyTarget {
  NotifyKind kind;
  Secret address;      ///< an URL with a token in it, as a rule
  std::string origin;  ///< "plimsoll.yaml:31"
};

struct AlertSettings {
  UsageAlert usage;
  TimeToFullAlert time_to_full;
  std::vector<NotifyTarget> notify;
};

struct GuardSettings {
  Seconds sample_every{10};
  Bytes history_budget = 64_MiB;
  std::string listen = "127.0.0.1:8420";
};

}  // namespace plimsoll
