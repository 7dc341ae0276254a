#include "policy/known_keys.h"

namespace plimsoll {

const std::map<std::string, std::vector<std::string_view>>& known_keys() {
  static const std::map<std::string, std::vector<std::string_view>> kKeys{
      {"",
       {"version", "language", "targets", "tables", "streams", "keys", "redis", "containers",
        "accept", "maintenance", "alerts", "guard"}},
      {"targets", {"postgres", "redis", "docker", "disks"}},
      {"targets.postgres", {"name", "url", "password_file"}},
      {"targets.redis", {"name", "url", "password_file"}},
      {"targets.docker", {"socket", "project", "compose_file"}},
      {"tables.*", {"time", "keep", "chunk", "compress_after", "plain", "unbounded"}},
      {"streams.*",
       {"maxlen", "max_bytes", "keep", "exact", "force_past_groups", "orphan", "dead_consumers",
        "dangling"}},
      {"streams.*.orphan", {"expire"}},
      {"keys.*", {"ttl", "keep"}},
      {"redis", {"maxmemory", "eviction"}},
      {"containers.*", {"limit", "reservation", "log"}},
      {"containers.*.log", {"max_size", "max_file"}},
      {"accept", {"rule", "store", "why"}},
      {"maintenance", {"calendar", "windows"}},
      {"alerts", {"usage", "time_to_full", "notify"}},
      {"alerts.usage", {"fire_above", "clear_below", "hold"}},
      {"alerts.time_to_full", {"warn", "critical"}},
      {"alerts.notify",
       {"webhook", "slack", "discord", "telegram", "ntfy", "email", "alertmanager"}},
      {"guard", {"sample_every", "history_budget", "listen"}},
  };
  return kKeys;
}

}  // namespace plimsoll
