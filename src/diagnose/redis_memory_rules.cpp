#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "diagnose/evidence.h"
#include "diagnose/rule_context.h"
#include "diagnose/server_words.h"
#include "diagnose/severity.h"
#include "diagnose/wording.h"

namespace plimsoll {
namespace {

constexpr Bytes kFamilyWorth{10'000'000};
constexpr std::int64_t kKeysWorth = 1000;
constexpr double kForkHeadroom = 0.75;  ///< of the line: the rest is for fork copies and buffers

std::string memory_id(const RedisCensus& server) {
  return "redis/" + server.target + "/memory/used_memory";
}

std::string target_of(const RedisCensus& server) { return "redis/" + server.target; }

/// The limit of its container, else the machine's memory, and which of them it is.
struct Outer {
  SizeBound bytes = Unknown{};
  bool container = false;
  std::string source;
};

Outer outer_bound(const RuleContext& context, const RedisCensus& server) {
  const Container* container = container_of(context.census(), server);
  if (container != nullptr && std::holds_alternative<Bytes>(container->memory_limit)) {
    return {container->memory_limit, true, "HostConfig.Memory of " + printable(container->name)};
  }
  if (server.total_system_memory) {
    return {*server.total_system_memory, false, "INFO memory total_system_memory"};
  }
  return {};
}

Bytes scaled(Bytes bytes, double factor) {
  return Bytes{std::llround(static_cast<double>(bytes.count()) * factor)};
}

// --- keys that never expire --------------------------------------------------------------------

void judge_family(RuleContext& context, const RedisCensus& server, const KeyFamily& family) {
  if (family.type == "stream" || family.keys <= 0 || family.without_ttl < kKeysWorth) return;
  const double share =
      std::min(1.0, static_cast<double>(family.without_ttl) / static_cast<double>(family.keys));
  const Bytes bytes = scaled(family.bytes, share);
  if (bytes < kFamilyWorth) return;
  Finding finding;
  finding.rule = Rule::keys_without_ttl;
  finding.store = redis_store_id(server, "key_family", family.database, family.pattern);
  const Store* store = context.store(finding.store);
  const auto rate = store != nullptr && store->growth ? store->growth->bytes_per_day : std::nullopt;
  finding.severity =
      severity_of({rate ? Harm::grows : Harm::tidies, context.to_line(finding.store), bytes, rate});
  finding.title = say("{}: {} keys without an expiry, {}", "{}: {} claves sin caducidad, {}",
                      {printable(family.pattern), family.without_ttl, bytes});
  finding.evidence = Evidence{server.taken_at}
                         .add("keys", family.keys, "keys", "SCAN")
                         .add("without_ttl", family.without_ttl, "keys", "TTL")
                         .add("bytes", family.bytes, "bytes", "MEMORY USAGE")
                         .add("sampled", family.sampled, "keys", "keys really looked at");
  finding.cause =
      say("A family like this grows with whatever is in its name, and nothing removes a key whose "
          "owner is gone. One look cannot tell whether it grows.",
          "Una familia así crece con lo que lleve en el nombre, y nada quita una clave cuyo dueño "
          "ya no está. Con una sola mirada no se sabe si crece.");
  finding.remedy = say(
      "Ask its writer: a cache takes an expiry longer than its refresh, given with every SET. Keys "
      "that are meant to stay are no cache: adding an expiry from outside makes data disappear.",
      "Pregunta a quien la escribe: una caché lleva una caducidad mayor que su refresco, puesta en "
      "cada SET. Las claves que deben quedarse no son caché: ponerles caducidad desde fuera hace "
      "desaparecer datos.");
  context.add(std::move(finding), bytes);
}

// --- maxmemory ---------------------------------------------------------------------------------

Finding about_maxmemory(const RedisCensus& server, Rule rule, const Outer& outer) {
  Finding finding;
  finding.rule = rule;
  finding.store = memory_id(server);
  Evidence evidence{server.taken_at};
  evidence.add_bound("maxmemory", server.maxmemory, "INFO memory maxmemory")
      .add_known("used_memory", server.used_memory, "bytes", "INFO memory used_memory")
      .add_known("used_memory_peak", server.used_memory_peak, "bytes",
                 "INFO memory used_memory_peak");
  if (!outer.source.empty()) evidence.add_bound("line", outer.bytes, outer.source);
  finding.evidence = evidence;
  return finding;
}

/// Three quarters of the line, unless what is used leaves no margin below that.
void propose_maxmemory(Finding& finding, const RedisCensus& server, const Outer& outer) {
  const auto* line = std::get_if<Bytes>(&outer.bytes);
  if (line == nullptr || !server.used_memory) return;
  const Bytes value = scaled(*line, outer.container ? kForkHeadroom : 0.5);
  if (scaled(*server.used_memory, 1.2) > value) {
    finding.remedy =
        sentences({finding.remedy,
                   say("What is used now is too near for that: raise the container's limit, or "
                       "free memory first. A maxmemory below what is used is an outage.",
                       "Lo que se usa ahora está demasiado cerca: sube el límite del contenedor o "
                       "libera memoria antes. Un maxmemory por debajo de lo usado es una caída.")});
    return;
  }
  finding.commands = {"CONFIG SET maxmemory " + std::to_string(value.count())};
  finding.steady_state = value;
}

void judge_missing(RuleContext& context, const RedisCensus& server) {
  if (std::holds_alternative<Unknown>(server.maxmemory)) {
    context.gap(Rule::maxmemory_missing, target_of(server), "maxmemory",
                say("the server does not say its maxmemory", "el servidor no dice su maxmemory"),
                say("allow INFO to the user: ACL SETUSER … +info",
                    "permite INFO al usuario: ACL SETUSER … +info"));
    return;
  }
  if (!std::holds_alternative<Unbounded>(server.maxmemory)) return;
  const Outer outer = outer_bound(context, server);
  Finding finding = about_maxmemory(server, Rule::maxmemory_missing, outer);
  finding.severity =
      severity_of({Harm::grows, context.to_line(finding.store), server.used_memory, {}});
  finding.title =
      server.used_memory
          ? say("Redis {}: no maxmemory, {} used", "Redis {}: sin maxmemory, {} en uso",
                {printable(server.target), *server.used_memory})
          : say("Redis {}: no maxmemory", "Redis {}: sin maxmemory", {printable(server.target)});
  finding.cause =
      say("Without it the server takes memory until the kernel kills it or its neighbour.",
          "Sin él, el servidor toma memoria hasta que el núcleo lo mata, a él o a su vecino.");
  finding.remedy = say(
      "Set it below the container's limit, with a quarter to spare for fork copies; and write it "
      "where the server starts (the Compose command), or a restart forgets it.",
      "Ponlo por debajo del límite del contenedor, dejando un cuarto para las copias del fork; y "
      "escríbelo donde arranca el servidor (el command de Compose), o un reinicio lo olvidará.");
  propose_maxmemory(finding, server, outer);
  context.add(std::move(finding), server.used_memory);
}

void judge_near(RuleContext& context, const RedisCensus& server) {
  const auto* maxmemory = std::get_if<Bytes>(&server.maxmemory);
  const Outer outer = outer_bound(context, server);
  const auto* line = std::get_if<Bytes>(&outer.bytes);
  if (maxmemory == nullptr || line == nullptr || line->count() <= 0) return;
  const double share = static_cast<double>(maxmemory->count()) / static_cast<double>(line->count());
  // Above the line it is a contradiction, and that rule's finding.
  if (share < context.options().near_limit || *maxmemory > *line) return;
  Finding finding = about_maxmemory(server, Rule::maxmemory_too_near_limit, outer);
  finding.severity =
      at_most(severity_of({Harm::grows, {}, server.used_memory, {}}), Severity::medium);
  if (server.used_memory && *server.used_memory >= scaled(*line, context.options().near_limit)) {
    finding.severity = Severity::high;
  }
  finding.title = outer.container ? say("Redis {}: maxmemory is {} of its container's limit",
                                        "Redis {}: maxmemory es el {} del límite de su contenedor",
                                        {printable(server.target), Share{share}})
                                  : say("Redis {}: maxmemory is {} of the machine's memory",
                                        "Redis {}: maxmemory es el {} de la memoria de la máquina",
                                        {printable(server.target), Share{share}});
  finding.cause =
      say("maxmemory counts neither fork copies nor all buffers: while it saves, the process "
          "passes the limit and the kernel kills it before Redis evicts or refuses.",
          "maxmemory no cuenta las copias del fork ni todos los búferes: al guardar, el proceso "
          "supera el límite y el núcleo lo mata antes de que Redis desaloje o rechace.");
  finding.remedy =
      say("Leave a quarter: raise the limit, or lower maxmemory while what is used allows it.",
          "Deja un cuarto: sube el límite, o baja maxmemory mientras lo que se usa lo permita.");
  propose_maxmemory(finding, server, outer);
  context.add(std::move(finding), server.used_memory);
}

// --- eviction ----------------------------------------------------------------------------------

void judge_eviction(RuleContext& context, const RedisCensus& server) {
  constexpr Rule kRule = Rule::eviction_drops_streams;
  if (server.streams.empty()) return;
  if (server.maxmemory_policy.empty()) {
    context.gap(kRule, target_of(server), "maxmemory-policy",
                say("the server does not say its maxmemory-policy",
                    "el servidor no dice su maxmemory-policy"),
                say("allow INFO to the user: ACL SETUSER … +info",
                    "permite INFO al usuario: ACL SETUSER … +info"));
    return;
  }
  const auto* maxmemory = std::get_if<Bytes>(&server.maxmemory);
  if (server.maxmemory_policy.rfind("allkeys-", 0) != 0 || maxmemory == nullptr) return;
  const bool evicting = server.evicted_keys.value_or(0) > 0;
  const bool near =
      server.used_memory && *server.used_memory >= scaled(*maxmemory, context.options().near_limit);
  Finding finding;
  finding.rule = kRule;
  finding.store = memory_id(server);
  finding.severity = evicting ? Severity::high : near ? Severity::medium : Severity::low;
  finding.title =
      say("Redis {}: {} may throw away whole streams", "Redis {}: {} puede tirar streams enteros",
          {printable(server.target), printable(server.maxmemory_policy)});
  finding.evidence =
      Evidence{server.taken_at}
          .add("maxmemory_policy", printable(server.maxmemory_policy), "",
               "INFO memory maxmemory_policy")
          .add("streams", static_cast<std::int64_t>(server.streams.size()), "streams",
               "SCAN TYPE stream")
          .add_known("evicted_keys", server.evicted_keys, "keys", "INFO stats evicted_keys")
          .add_known("used_memory", server.used_memory, "bytes", "INFO memory used_memory")
          .add("maxmemory", *maxmemory, "bytes", "INFO memory maxmemory");
  finding.cause =
      say("At maxmemory it removes whole keys, and a stream is one key: its entries and its groups "
          "go together, and readers get NOGROUP.",
          "Al llegar a maxmemory quita claves enteras, y un stream es una clave: se van sus "
          "entradas y sus grupos, y los lectores reciben NOGROUP.");
  finding.remedy =
      say("Bound the streams and give caches an expiry; then noeviction (writes are refused, "
          "nothing is lost) or volatile-lru (only keys with an expiry go). Streams and caches in "
          "separate instances is safest.",
          "Acota los streams y pon caducidad a las cachés; después, noeviction (se rechazan "
          "escrituras, no se pierde nada) o volatile-lru (solo se van claves con caducidad). Lo "
          "más seguro: streams y cachés en instancias distintas.");
  finding.commands = {"CONFIG SET maxmemory-policy volatile-lru"};
  context.add(std::move(finding), server.used_memory);
}

}  // namespace

void judge_redis_memory(RuleContext& context, const RedisCensus& server) {
  for (const KeyFamily& family : server.families) judge_family(context, server, family);
  judge_missing(context, server);
  judge_near(context, server);
  judge_eviction(context, server);
}

}  // namespace plimsoll
