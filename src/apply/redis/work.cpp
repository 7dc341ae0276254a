#include "apply/redis/work.h"

#include <thread>

#include "base/text.h"
#include "collect/redis/parse.h"
#include "collect/redis/server_facts.h"

namespace plimsoll {
namespace {

std::int64_t number_of(const InfoFields& info, std::string_view name) {
  const auto field = info.find(name);
  return field == info.end() ? 0 : parse_int(field->second).value_or(0);
}

/// UNLINK and large trims are freed by a thread of the server's: at most this long is waited.
constexpr std::chrono::seconds kBackground{2};
constexpr std::chrono::milliseconds kBetweenLooks{10};

Result<InfoFields> memory_at_rest(redis::Acting& acting) {
  const Deadline end = deadline_in(kBackground);
  for (;;) {
    const auto text = acting.info("memory");
    if (!text) return failure(text.error());
    auto info = parse_info(*text);
    if (number_of(info, "lazyfree_pending_objects") == 0) return info;
    if (std::chrono::steady_clock::now() >= end) return info;
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

}  // namespace

Result<RedisCensus> read_server(redis::Acting& acting) {
  const auto text = acting.link().info();
  if (!text) return failure(text.error());
  const auto info = parse_info(*text);
  if (is_loading(info))
    return failure(ErrorCode::unreachable,
                   say("the server is loading its data from disk",
                       "el servidor está cargando sus datos del disco"),
                   say("apply again when it has finished", "vuelve a aplicar cuando termine"));
  RedisCensus server;
  read_server_facts(info, server);
  return server;
}

Result<void> still_primary(redis::Acting& acting) {
  const auto text = acting.info("replication");
  if (!text) return failure(text.error());
  const auto info = parse_info(*text);
  const auto role = info.find("role");
  if (role != info.end() && role->second == "master") return {};
  return failure(
      ErrorCode::conflict,
      role == info.end()
          ? say("INFO does not say whether this is a primary", "INFO no dice si es un primario")
          : say("it is a replica: what is changed on it is lost or breaks it",
                "es una réplica: lo que se cambie en ella se pierde o la rompe"),
      say("name the primary in plimsoll.yaml and plan again",
          "pon el primario en plimsoll.yaml y vuelve a planificar"));
}

Freed measure_freed(RedisWork& work) {
  const auto now = memory_at_rest(work.acting);
  const auto field = now ? now->find("used_memory") : InfoFields::const_iterator{};
  const auto used = now && field != now->end() ? parse_int(field->second) : std::nullopt;
  if (!used || !work.server.used_memory)
    return {std::nullopt, say("How much was freed could not be read from INFO.",
                              "No se pudo leer en INFO cuánto se liberó.")};
  const Bytes freed = *work.server.used_memory - Bytes{*used};
  if (freed.count() < 0)
    return {std::nullopt,
            say("used_memory rose by {} meanwhile: others wrote more than was freed.",
                "used_memory subió {} mientras tanto: otros escribieron más de lo que se liberó.",
                {Bytes{-freed.count()}})};
  const bool alone = work.server.connected_clients.value_or(2) <= 1;
  if (alone)
    return {freed, say("{} were freed (used_memory).", "Se liberaron {} (used_memory).", {freed})};
  return {freed, say("{} were freed (used_memory; approximate: other clients are connected).",
                     "Se liberaron {} (used_memory; aproximado: hay otros clientes conectados).",
                     {freed})};
}

Outcome outcome_of(StepState state, Text what, Text hint) {
  return {state, std::move(what), std::move(hint), std::nullopt, {}};
}

Outcome broken_off(const Error& error, const Text& so_far) {
  if (so_far.empty()) {
    const bool changed = error.code == ErrorCode::conflict;
    return outcome_of(changed ? StepState::stale : StepState::failed, error.what, error.hint);
  }
  return outcome_of(
      StepState::failed,
      say("{} Then it ended: {}. Applying it again goes on from there.",
          "{} Después terminó: {}. Al aplicarlo otra vez sigue desde ahí.", {so_far, error.what}),
      error.hint);
}

Outcome needs_script(const Error& error) {
  return outcome_of(
      StepState::refused,
      say("nothing was changed: the check and the act must be one script, and EVAL is refused "
          "({})",
          "no se cambió nada: la comprobación y el acto deben ser un solo script, y EVAL se "
          "rechaza ({})",
          {error.what}),
      say("ACL SETUSER <user> +eval, or undo its rename-command",
          "ACL SETUSER <usuario> +eval, o quita su rename-command"));
}

Text stream_words(const std::string& key) {
  return say("stream '{}'", "stream '{}'", {printable(key)});
}

}  // namespace plimsoll
