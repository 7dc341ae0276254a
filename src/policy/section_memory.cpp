#include <algorithm>

#include "base/text.h"
#include "policy/sections.h"

namespace plimsoll {
namespace {

/// What Docker itself refuses to go below.
constexpr Bytes kLeastLimit = 6_MiB;
/// Redis forks to save; what is written meanwhile is copied, beside buffers that maxmemory does not
/// count.
constexpr double kLargestShare = 0.75;

std::optional<Bytes> read_limit(const Section& container, const char* key) {
  const auto size =
      container.size(key, say("Docker reads 0 as no limit", "Docker entiende 0 como sin límite"));
  if (size && *size < kLeastLimit) {
    container.refuse(key,
                     say("'{}' is under 6 MB, the least Docker takes",
                         "'{}' no llega a 6 MB, lo mínimo para Docker", {key}),
                     say("is the unit missing? write 512M", "¿falta la unidad? escriba 512M"));
  }
  return size;
}

void read_log(const YAML::Node& node, ContainerRule& rule) {
  const Section log{node, "containers.*.log", "log"};
  rule.log_max_size = log.size(
      "max_size", say("a log of no bytes keeps nothing", "un log sin bytes no guarda nada"));
  const auto files = log.count(
      "max_file", say("a log of no file keeps nothing", "un log sin ficheros no guarda nada"));
  if (files && *files > 1000) {
    log.refuse("max_file", say("'max_file' is over 1000", "'max_file' pasa de 1000"));
  }
  if (files && !rule.log_max_size) {
    log.refuse("max_file",
               say("'max_file' without 'max_size' bounds nothing",
                   "'max_file' sin 'max_size' no limita nada"),
               say("write log: {{ max_size: 10MB, max_file: 3 }}",
                   "escriba log: {{ max_size: 10MB, max_file: 3 }}"));
  }
  if (files) rule.log_max_file = static_cast<int>(*files);
}

/// The rule that sets the limit of the container Redis is in, as far as a name tells it.
const ContainerRule* limit_of_redis(const Policy& policy) {
  for (const std::string_view service : {"redis", "valkey"}) {
    const ContainerRule* rule = rule_for_container(policy, service, service);
    if (rule != nullptr && rule->limit) return rule;
  }
  return nullptr;
}

}  // namespace

RedisRule read_redis(const YAML::Node& node, const std::string& file) {
  const Section redis{node, "redis", "redis"};
  RedisRule rule;
  rule.origin = origin_of(file, node.Mark());
  rule.maxmemory =
      redis.size("maxmemory", say("Redis reads 0 as no limit", "Redis entiende 0 como sin límite"));
  if (rule.maxmemory && *rule.maxmemory < 1_MiB) {
    redis.refuse("maxmemory",
                 say("'maxmemory' is under 1 MB, what an empty Redis uses",
                     "'maxmemory' no llega a 1 MB, lo que usa un Redis vacío"),
                 say("is the unit missing? write 1536MB", "¿falta la unidad? escriba 1536MB"));
  }
  rule.eviction =
      redis.word("eviction", {"noeviction", "allkeys-lru", "allkeys-lfu", "allkeys-random",
                              "volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl"});
  return rule;
}

std::vector<ContainerRule> read_containers(const YAML::Node& node, const std::string& file) {
  std::vector<ContainerRule> rules;
  for (const auto& named : rules_of(node, "containers", "{ limit: 1G }")) {
    const Section section{named.node, "containers.*", printable(named.pattern)};
    ContainerRule rule;
    rule.pattern = named.pattern;
    rule.origin = origin_of(file, named.mark);
    rule.limit = read_limit(section, "limit");
    rule.reservation = read_limit(section, "reservation");
    if (rule.limit && rule.reservation && *rule.reservation > *rule.limit) {
      section.refuse("reservation",
                     say("'reservation' is above 'limit'", "'reservation' es mayor que 'limit'"));
    }
    if (section.has("log")) read_log(section.at("log"), rule);
    rules.push_back(std::move(rule));
  }
  return rules;
}

void warn_of_maxmemory(const Policy& policy, const YAML::Node& redis, const std::string& file,
                       std::vector<Text>& warnings) {
  if (!policy.redis || !policy.redis->maxmemory) return;
  const ContainerRule* container = limit_of_redis(policy);
  if (container == nullptr) return;
  const Bytes maxmemory = *policy.redis->maxmemory;
  const double share =
      static_cast<double>(maxmemory.count()) / static_cast<double>(container->limit->count());
  if (share <= kLargestShare) return;
  const std::string place = place_of(file, redis["maxmemory"].Mark());
  const std::string pattern = printable(container->pattern);
  warnings.push_back(
      maxmemory >= *container->limit
          ? say("{}: maxmemory {} is not below the limit {} of container rule '{}' ({}): the "
                "kernel "
                "kills Redis before it evicts",
                "{}: maxmemory {} no está por debajo del límite {} de la regla de contenedor '{}' "
                "({}): el kernel mata a Redis antes de que expulse claves",
                {place, maxmemory, *container->limit, pattern, printable(container->origin.text())})
          : say("{}: maxmemory {} is above 75 % of the limit {} of container rule '{}' ({}): "
                "saving "
                "forks, and the copy needs the rest",
                "{}: maxmemory {} pasa del 75 % del límite {} de la regla de contenedor '{}' ({}): "
                "al guardar hace un fork, y la copia necesita el resto",
                {place, maxmemory, *container->limit, pattern,
                 printable(container->origin.text())}));
}

}  // namespace plimsoll
