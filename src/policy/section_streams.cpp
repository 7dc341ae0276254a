#include "base/text.h"
#include "policy/sections.h"

namespace plimsoll {
namespace {

Text keeps_nothing() { return say("it would keep nothing", "no conservaría nada"); }

void check_one_bound(const Section& section) {
  const char* first = nullptr;
  for (const char* key : {"maxlen", "max_bytes", "keep"}) {
    if (!section.has(key)) continue;
    if (first != nullptr) {
      section.refuse(
          key,
          say("a stream has one bound, and '{}' is already there",
              "un stream tiene un solo límite, y ya está '{}'", {first}),
          say("keep one of maxlen, max_bytes and keep", "deje uno de maxlen, max_bytes y keep"));
    }
    first = key;
  }
  if (first == nullptr && section.has("exact")) {
    section.refuse("exact", say("'exact' says how a bound is kept, and there is none",
                                "'exact' dice cómo se cumple un límite, y no hay ninguno"));
  }
}

/// `orphan: delete`, `orphan: keep`, `orphan: { expire: 7d }`.
OrphanRule read_orphan(const Section& stream) {
  if (!stream.has("orphan")) return KeepOrphan{};
  const YAML::Node node = stream.at("orphan");
  if (node.IsMap()) {
    const Section orphan{node, "streams.*.orphan", "orphan"};
    const auto after = orphan.span("expire", say("to remove it at once, write orphan: delete",
                                                 "para quitarlo ya, escriba orphan: delete"));
    if (after) return ExpireOrphan{*after};
  } else if (node.IsScalar() && node.Scalar() == "delete") {
    return DeleteOrphan{};
  } else if (node.IsScalar() && node.Scalar() == "keep") {
    return KeepOrphan{};
  }
  stream.refuse("orphan", say("'orphan' is delete, keep or {{ expire: 7d }}",
                              "'orphan' es delete, keep o {{ expire: 7d }}"));
}

std::optional<Bytes> read_max_bytes(const Section& stream) {
  const auto bytes = stream.size("max_bytes", keeps_nothing());
  if (bytes && *bytes < 4_KiB) {
    stream.refuse("max_bytes",
                  say("'max_bytes' is under one node of a stream, 4 kB",
                      "'max_bytes' no llega a un nodo de un stream, 4 kB"),
                  say("is the unit missing? write 64MB", "¿falta la unidad? escriba 64MB"));
  }
  return bytes;
}

std::optional<Seconds> read_dead_consumers(const Section& stream) {
  const auto idle = stream.span("dead_consumers", say("every consumer would count as dead",
                                                      "todo consumidor contaría como muerto"));
  if (idle && *idle < std::chrono::minutes{1}) {
    stream.refuse("dead_consumers", say("'dead_consumers' is under a minute: a consumer that waits "
                                        "is not dead",
                                        "'dead_consumers' no llega a un minuto: un consumidor que "
                                        "espera no está muerto"));
  }
  return idle;
}

}  // namespace

std::vector<StreamRule> read_streams(const YAML::Node& node, const std::string& file) {
  std::vector<StreamRule> rules;
  for (const auto& named : rules_of(node, "streams", "{ maxlen: 10000 }")) {
    const Section section{named.node, "streams.*", printable(named.pattern)};
    check_one_bound(section);
    StreamRule rule;
    rule.pattern = named.pattern;
    rule.origin = origin_of(file, named.mark);
    rule.maxlen = section.count("maxlen", keeps_nothing());
    rule.max_bytes = read_max_bytes(section);
    rule.keep = keep_span(section);
    rule.exact = section.flag("exact", false);
    rule.force_past_groups = section.flag("force_past_groups", false);
    rule.orphan = read_orphan(section);
    rule.dead_consumers = read_dead_consumers(section);
    rule.acknowledge_dangling = section.word("dangling", {"acknowledge", "keep"}) != "keep";
    rules.push_back(std::move(rule));
  }
  return rules;
}

std::vector<KeyRule> read_keys(const YAML::Node& node, const std::string& file) {
  std::vector<KeyRule> rules;
  for (const auto& named : rules_of(node, "keys", "{ ttl: 24h }")) {
    const Section section{named.node, "keys.*", printable(named.pattern)};
    KeyRule rule{named.pattern, origin_of(file, named.mark), {}};
    section.word("keep", {"forever"});
    if (section.has("keep") && section.has("ttl")) {
      section.refuse("ttl",
                     say("'ttl' contradicts keep: forever", "'ttl' contradice keep: forever"));
    }
    if (section.has("keep")) rule.keep = Forever{};
    if (const auto ttl = section.span("ttl", keeps_nothing())) rule.keep = *ttl;
    rules.push_back(std::move(rule));
  }
  return rules;
}

}  // namespace plimsoll
