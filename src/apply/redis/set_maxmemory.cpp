#include "apply/redis/kinds.h"
#include "base/text.h"

namespace plimsoll {
namespace {

class MaxmemorySetting {
 public:
  MaxmemorySetting(RedisWork& work, const SetMaxmemory& change) : work_{work}, change_{change} {}
  Outcome run();

 private:
  std::optional<Outcome> refusal() const;
  bool is_set() const;
  Result<void> set();
  Outcome cannot_set(const Error& error) const;
  Outcome end(StepState state);
  Text now_words() const;
  Text compose_words() const;

  RedisWork& work_;
  const SetMaxmemory& change_;
};

std::string bytes_word(SizeBound bound) {
  if (const auto* bytes = std::get_if<Bytes>(&bound)) return std::to_string(bytes->count());
  return std::holds_alternative<Unbounded>(bound) ? "0" : "";
}

bool evicts(const std::string& policy) { return !policy.empty() && policy != "noeviction"; }

std::optional<Outcome> MaxmemorySetting::refusal() const {
  const auto used = work_.server.used_memory;
  if (!used) {
    return outcome_of(StepState::refused,
                      say("INFO does not say how much memory is used: a line below it would be an "
                          "outage",
                          "INFO no dice cuánta memoria se usa: un límite por debajo sería una "
                          "caída del servicio"));
  }
  if (change_.maxmemory) {
    const double margin = 1.1 * static_cast<double>(used->count());
    if (change_.maxmemory->count() > 0 && static_cast<double>(change_.maxmemory->count()) >= margin)
      return std::nullopt;
    const std::string& policy =
        change_.eviction.empty() ? work_.server.maxmemory_policy : change_.eviction;
    return outcome_of(StepState::refused,
                      say("maxmemory {} is not 10 % above the {} used now: {}",
                          "maxmemory {} no está un 10 % por encima de los {} usados ahora: {}",
                          {*change_.maxmemory, *used,
                           evicts(policy) ? say("the server would evict keys at once",
                                                "el servidor expulsaría claves enseguida")
                                          : say("the server would refuse writes",
                                                "el servidor rechazaría escrituras")}),
                      say("bound the streams and keys first, or choose a higher line",
                          "acota antes los streams y las claves, o elige un límite mayor"));
  }
  const auto* line = std::get_if<Bytes>(&work_.server.maxmemory);
  if (evicts(change_.eviction) && line != nullptr && *used > *line) {
    return outcome_of(StepState::refused,
                      say("{} are used, above maxmemory {}: with {} the server would evict keys at "
                          "once",
                          "se usan {}, más que maxmemory {}: con {} el servidor expulsaría claves "
                          "enseguida",
                          {*used, *line, change_.eviction}));
  }
  return std::nullopt;
}

bool MaxmemorySetting::is_set() const {
  const bool line = !change_.maxmemory || work_.server.maxmemory == SizeBound{*change_.maxmemory};
  const bool policy = change_.eviction.empty() || work_.server.maxmemory_policy == change_.eviction;
  return line && policy;
}

Result<void> MaxmemorySetting::set() {
  const std::string wanted =
      change_.maxmemory ? std::to_string(change_.maxmemory->count()) : std::string{};
  if (auto begun = work_.watch.begin_phase("set", "maxmemory " + wanted + " " + change_.eviction);
      !begun)
    return begun;
  if (auto primary = still_primary(work_.acting); !primary) return primary;
  if (change_.maxmemory) {
    if (auto set = work_.acting.config_set("maxmemory", wanted); !set) return set;
  }
  if (!change_.eviction.empty())
    return work_.acting.config_set("maxmemory-policy", change_.eviction);
  return {};
}

Text MaxmemorySetting::compose_words() const {
  const std::string size =
      change_.maxmemory ? " --maxmemory " + std::to_string(change_.maxmemory->count()) : "";
  const std::string policy =
      change_.eviction.empty() ? "" : " --maxmemory-policy " + change_.eviction;
  return say("put it into the Compose file: command: redis-server{}{}",
             "ponlo en el archivo de Compose: command: redis-server{}{}", {size, policy});
}

Outcome MaxmemorySetting::cannot_set(const Error& error) const {
  if (error.code == ErrorCode::denied || error.code == ErrorCode::unsupported) {
    return outcome_of(
        StepState::refused,
        say("nothing was changed: CONFIG is renamed or refused here ({})",
            "no se cambió nada: CONFIG está renombrado o se rechaza aquí ({})", {error.what}),
        compose_words());
  }
  return broken_off(error);
}

Text MaxmemorySetting::now_words() const {
  return say("maxmemory is {}, its policy {}.", "maxmemory es {}, su política {}.",
             {bytes_word(work_.server.maxmemory), work_.server.maxmemory_policy});
}

/// Reads back, and writes the configuration file where there is one: a server that was killed
/// between the two must still get it.
Outcome MaxmemorySetting::end(StepState state) {
  auto server = read_server(work_.acting);
  if (!server)
    return broken_off(server.error(), say("CONFIG SET was sent.", "Se envió CONFIG SET."));
  work_.server.maxmemory = server->maxmemory;
  work_.server.maxmemory_policy = server->maxmemory_policy;
  if (!is_set()) {
    return outcome_of(StepState::failed,
                      say("the server took it and says otherwise: {}",
                          "el servidor lo aceptó y dice otra cosa: {}", {now_words()}));
  }
  Outcome outcome = outcome_of(state, now_words());
  outcome.after = {{"maxmemory", bytes_word(work_.server.maxmemory)},
                   {"maxmemory_policy", work_.server.maxmemory_policy}};
  if (auto begun = work_.watch.begin_phase("rewrite", "CONFIG REWRITE"); !begun)
    return broken_off(begun.error(), now_words());
  const auto rewritten = work_.acting.config_rewrite();
  const bool unknown = !rewritten && (rewritten.error().code == ErrorCode::unreachable ||
                                      rewritten.error().code == ErrorCode::timed_out);
  if (unknown) return broken_off(rewritten.error(), now_words());
  outcome.after["persistent"] = rewritten ? "yes" : "no";
  if (rewritten) return outcome;
  outcome.what =
      say("{} It is lost at the next restart: {}.", "{} Se pierde en el próximo reinicio: {}.",
          {outcome.what, rewritten.error().what});
  outcome.hint = compose_words();
  return outcome;
}

Outcome MaxmemorySetting::run() {
  if (!change_.maxmemory && change_.eviction.empty()) {
    return outcome_of(StepState::nothing_to_do, say("nothing is asked for", "no se pide nada"));
  }
  if (is_set()) return end(StepState::nothing_to_do);
  if (auto reason = refusal()) return *reason;
  if (work_.watch.stop_wanted())
    return outcome_of(StepState::stopped, say("not begun", "sin empezar"));
  if (auto done = set(); !done) return cannot_set(done.error());
  return end(StepState::done);
}

}  // namespace

Outcome set_maxmemory(RedisWork& work, const SetMaxmemory& change) {
  return MaxmemorySetting{work, change}.run();
}

}  // namespace plimsoll
