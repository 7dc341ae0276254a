#include <algorithm>

#include "base/text.h"
#include "diagnose/evidence.h"
#include "diagnose/rule_context.h"
#include "diagnose/severity.h"

namespace plimsoll {
namespace {

enum class Reach { unknown, this_machine, other_machines };

bool loopback(std::string_view address) {
  return address.rfind("127.", 0) == 0 || address == "::1" || address == "localhost" ||
         address == "-::1" || address == "-127.0.0.1";
}

/// What CONFIG says it listens on; "" is not visible.
Reach reach_of_bind(const std::string& bind) {
  if (trim(bind).empty()) return Reach::unknown;
  for (const std::string_view address : split(bind, ' ')) {
    if (!address.empty() && !loopback(address)) return Reach::other_machines;
  }
  return Reach::this_machine;
}

/// Docker publishes on every address unless told otherwise; then bind inside says nothing.
Reach reach_of_container(const Container& container) {
  Reach reach = Reach::this_machine;
  for (const std::string& published : container.published_addresses) {
    if (published.find("->") == std::string::npos) continue;
    const bool local = published.rfind("127.", 0) == 0 || published.rfind("[::1]", 0) == 0;
    if (!local) reach = Reach::other_machines;
  }
  return reach;
}

Reach reach_of(const Census& census, const RedisCensus& server) {
  const Container* container = container_of(census, server);
  if (container != nullptr && !container->published_addresses.empty()) {
    return reach_of_container(*container);
  }
  // Protected mode refuses strangers while there is no password, wherever it listens.
  if (server.protected_mode.value_or(false)) return Reach::this_machine;
  return reach_of_bind(server.bind);
}

bool over_socket(const Census& census, TargetKind kind, const std::string& name) {
  return std::any_of(census.targets.begin(), census.targets.end(), [&](const Target& target) {
    return target.kind == kind && target.name == name &&
           (target.address.find("host=/") != std::string::npos ||
            target.address.find("%2F") != std::string::npos ||
            target.address.find("%2f") != std::string::npos ||
            target.address.rfind("unix:", 0) == 0);
  });
}

Severity severity_of_reach(Reach reach) {
  switch (reach) {
    case Reach::other_machines:
      return Severity::high;  // all of it can be gone within the hour
    case Reach::unknown:
      return Severity::medium;
    case Reach::this_machine:
      break;
  }
  return Severity::info;
}

Text words_of(Reach reach) {
  switch (reach) {
    case Reach::other_machines:
      return say("it listens to other machines", "escucha a otras máquinas");
    case Reach::unknown:
      return say("whether other machines reach it is not visible",
                 "no se ve si otras máquinas llegan a él");
    case Reach::this_machine:
      break;
  }
  return say("only this machine reaches it", "solo se llega desde esta máquina");
}

void judge_redis(RuleContext& context, const RedisCensus& server) {
  constexpr Rule kRule = Rule::server_without_password;
  if (!server.password_required) {
    context.gap(
        kRule, "redis/" + server.target, server.target,
        say("whether it asks for a password was not seen", "no se ha visto si pide contraseña"),
        say("connect without one to see", "conéctate sin ella para verlo"));
    return;
  }
  if (*server.password_required) return;
  const Reach reach = reach_of(context.census(), server);
  Finding finding;
  finding.rule = kRule;
  finding.store = "redis/" + server.target + "/memory/used_memory";
  finding.severity = severity_of_reach(reach);
  finding.title = say("Redis {}: no password, and {}", "Redis {}: sin contraseña, y {}",
                      {printable(server.target), words_of(reach)});
  Evidence evidence{server.taken_at};
  evidence.add("password_required", false, "", "answered without AUTH")
      .add_known("protected_mode", server.protected_mode, "", "CONFIG GET protected-mode")
      .add_known("flush_calls", server.flush_calls, "calls", "INFO commandstats flushdb, flushall");
  if (!server.bind.empty()) evidence.add("bind", printable(server.bind), "", "CONFIG GET bind");
  const Container* container = container_of(context.census(), server);
  if (container != nullptr) {
    for (const std::string& published : container->published_addresses) {
      evidence.add("published", printable(published), "", "docker inspect NetworkSettings.Ports");
    }
  }
  finding.evidence = evidence;
  finding.cause = say("Whoever reaches the port can read, change and flush everything.",
                      "Quien llegue al puerto puede leerlo, cambiarlo y vaciarlo todo.");
  finding.remedy =
      say("Publish the port on 127.0.0.1 only, set requirepass (or ACL users) in the server's own "
          "configuration and in its clients, and restart them together.",
          "Publica el puerto solo en 127.0.0.1, pon requirepass (o usuarios ACL) en la "
          "configuración del servidor y en sus clientes, y reinícialos a la vez.");
  context.add(std::move(finding), server.used_memory);
}

void judge_postgres(RuleContext& context, const PostgresCensus& server) {
  // Over a Unix socket the operating system says who we are: no password is no hole there.
  if (server.password_required.value_or(true)) return;
  if (over_socket(context.census(), TargetKind::postgres, server.target)) return;
  const Container* container = container_of(context.census(), server);
  const Reach reach = container == nullptr || container->published_addresses.empty()
                          ? Reach::unknown
                          : reach_of_container(*container);
  Finding finding;
  finding.rule = Rule::server_without_password;
  finding.store = "postgres/" + server.target + "/database/" + server.database;
  // Trust is given by address: that ours was let in does not say another machine's is.
  finding.severity = reach == Reach::other_machines ? Severity::medium : Severity::info;
  finding.title = say("PostgreSQL {}: lets us in without a password",
                      "PostgreSQL {}: nos deja entrar sin contraseña", {printable(server.target)});
  finding.evidence = Evidence{server.taken_at}.add("password_required", false, "",
                                                   "the connection used no password");
  finding.cause = say("pg_hba.conf trusts connections like ours.",
                      "pg_hba.conf se fía de conexiones como la nuestra.");
  finding.remedy = say(
      "Replace trust by scram-sha-256 in pg_hba.conf, for every address but the local socket, and "
      "reload.",
      "Sustituye trust por scram-sha-256 en pg_hba.conf, salvo para el socket local, y recarga.");
  finding.commands = {"SELECT pg_reload_conf();"};
  context.add(std::move(finding), server.database_bytes);
}

}  // namespace

void judge_access(RuleContext& context) {
  for (const RedisCensus& server : context.census().redis) judge_redis(context, server);
  for (const PostgresCensus& server : context.census().postgres) judge_postgres(context, server);
}

}  // namespace plimsoll
