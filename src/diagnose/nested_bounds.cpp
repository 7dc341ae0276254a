#include <cmath>

#include "base/text.h"
#include "diagnose/evidence.h"
#include "diagnose/rule_context.h"
#include "diagnose/severity.h"

namespace plimsoll {
namespace {

/// Two bounds, one inside the other, the inner one the larger: it is never reached.
struct Contradiction {
  ResourceId store;
  Text inner_words, outer_words;
  Bytes inner, outer;
  std::string inner_source, outer_source;
  std::optional<Bytes> held;
  std::optional<Seconds> to_line;
  Instant read_at;
};

void report(RuleContext& context, const Contradiction& found) {
  Finding finding;
  finding.rule = Rule::bounds_contradict;
  finding.store = found.store;
  // A bound that is never reached is no bound, but what it holds grows only as far as the outer
  // one.
  finding.severity =
      at_least(at_most(severity_of({Harm::grows, found.to_line, found.held, {}}), Severity::high),
               Severity::medium);
  finding.title = say("{} ({}) is above {} ({})", "{} ({}) está por encima de {} ({})",
                      {found.inner_words, found.inner, found.outer_words, found.outer});
  finding.evidence = Evidence{found.read_at}
                         .add("inner_bound", found.inner, "bytes", found.inner_source)
                         .add("outer_bound", found.outer, "bytes", found.outer_source)
                         .add_known("held", found.held, "bytes", "now");
  finding.cause = say("The outer one gives way first, so the inner one never does its work.",
                      "El de fuera cede antes, así que el de dentro nunca llega a actuar.");
  finding.remedy =
      say("Make them nest: what a stream may hold < maxmemory < the container's limit < the "
          "machine's memory, with room between.",
          "Haz que encajen: lo que puede contener un stream < maxmemory < límite del contenedor < "
          "memoria de la máquina, con holgura entre ellos.");
  context.add(std::move(finding), found.held);
}

void judge_streams(RuleContext& context, const RedisCensus& server) {
  const auto* maxmemory = std::get_if<Bytes>(&server.maxmemory);
  if (maxmemory == nullptr) return;
  for (const Stream& stream : server.streams) {
    const auto cap = stream_cap(stream, server.node_max_entries);
    if (!cap || !stream.entry_bytes) continue;
    const double allowed =
        static_cast<double>(cap->entries) * static_cast<double>(stream.entry_bytes->count());
    if (allowed <= static_cast<double>(maxmemory->count()) || allowed >= 9e18) continue;
    const ResourceId id = id_of(server, stream);
    report(context, {id,
                     say("the cap of {} ({} entries)", "el límite de {} ({} entradas)",
                         {printable(stream.key), cap->entries}),
                     say("maxmemory", "maxmemory"), Bytes{std::llround(allowed)}, *maxmemory,
                     "cap × mean entry", "INFO memory maxmemory",
                     stream.memory ? std::optional{stream.memory->total()} : std::nullopt,
                     context.to_line(id), server.taken_at});
  }
}

void judge_maxmemory(RuleContext& context, const RedisCensus& server) {
  const auto* maxmemory = std::get_if<Bytes>(&server.maxmemory);
  if (maxmemory == nullptr) return;
  const Container* container = container_of(context.census(), server);
  const auto* limit = container == nullptr ? nullptr : std::get_if<Bytes>(&container->memory_limit);
  const ResourceId id = "redis/" + server.target + "/memory/used_memory";
  if (limit != nullptr && *maxmemory > *limit) {
    report(
        context,
        {id, say("maxmemory of Redis {}", "el maxmemory de Redis {}", {printable(server.target)}),
         say("its container's limit", "el límite de su contenedor"), *maxmemory, *limit,
         "INFO memory maxmemory", "HostConfig.Memory of " + printable(container->name),
         server.used_memory, context.to_line(id), server.taken_at});
  } else if (server.total_system_memory && *maxmemory > *server.total_system_memory) {
    report(
        context,
        {id, say("maxmemory of Redis {}", "el maxmemory de Redis {}", {printable(server.target)}),
         say("the machine's memory", "la memoria de la máquina"), *maxmemory,
         *server.total_system_memory, "INFO memory maxmemory", "INFO memory total_system_memory",
         server.used_memory, context.to_line(id), server.taken_at});
  }
}

void judge_limits(RuleContext& context, const DockerCensus& engine) {
  if (!engine.host_memory) return;
  for (const Container& container : engine.containers) {
    const auto* limit = std::get_if<Bytes>(&container.memory_limit);
    if (limit == nullptr || *limit <= *engine.host_memory) continue;
    const ResourceId id = id_of(engine, container);
    report(
        context,
        {id,
         say("the memory limit of {}", "el límite de memoria de {}", {printable(container.name)}),
         say("the machine's memory", "la memoria de la máquina"), *limit, *engine.host_memory,
         "docker inspect HostConfig.Memory", "docker info MemTotal", container.memory.working_set,
         context.to_line(id), engine.taken_at});
  }
}

void judge_slot_cap(RuleContext& context, const PostgresCensus& server) {
  const auto* cap = std::get_if<Bytes>(&server.wal.slot_cap);
  if (cap == nullptr || !server.free_disk || server.slots.empty()) return;
  const Bytes room = *server.free_disk + server.wal.bytes.value_or(Bytes{});
  if (*cap <= room) return;
  const ResourceId id = "postgres/" + server.target + "/wal/pg_wal";
  report(context, {id, say("max_slot_wal_keep_size", "max_slot_wal_keep_size"),
                   say("what its disk has room for", "lo que cabe en su disco"), *cap, room,
                   "pg_settings max_slot_wal_keep_size", "free_disk + pg_wal", server.wal.bytes,
                   context.to_line(id), server.taken_at});
}

}  // namespace

void judge_nested_bounds(RuleContext& context) {
  for (const RedisCensus& server : context.census().redis) {
    judge_streams(context, server);
    judge_maxmemory(context, server);
  }
  if (context.census().docker) judge_limits(context, *context.census().docker);
  for (const PostgresCensus& server : context.census().postgres) judge_slot_cap(context, server);
}

}  // namespace plimsoll
