#include "report/grants.h"

#include <nlohmann/json.hpp>

#include "diagnose/server_words.h"
#include "report/canvas.h"

namespace plimsoll {
namespace {

// Every command a census sends (link/redis/link.cpp, key_scan.cpp). Subcommands one by one: +client
// alone would allow CLIENT KILL, and +config alone CONFIG SET.
constexpr const char* kRedisWatching =
    "+ping +select +client|setname +client|no-evict +info +time +config|get +scan +type +pttl"
    " +memory|usage +llen +scard +zcard +hlen +xlen +xinfo|stream +xinfo|groups +xinfo|consumers"
    " +xpending +xrange +xrevrange";
// What a step sends besides (link/redis/acting.cpp), its scripts included.
constexpr const char* kRedisActing =
    " +xtrim +xack +xgroup|delconsumer +eval +unlink +pexpire +config|set +config|rewrite";

std::string acl_line(const std::string& user, const std::string& commands) {
  return "ACL SETUSER " + user + " reset on >PASSWORD ~* " + commands;
}
std::string acl_line_7_2(const std::string& user) {
  return "ACL SETUSER " + user + " +client|no-touch";
}

std::vector<std::string> docker_watching() {
  return {"GET /_ping",
          "GET /version",
          "GET /info",
          "GET /containers/json",
          "GET /containers/{id}/json",
          "GET /containers/{id}/stats",
          "GET /images/json",
          "GET /volumes",
          "GET /system/df"};
}

std::vector<std::string> login(const std::string& role, const std::string& database) {
  return {"CREATE ROLE " + role + " LOGIN;",
          "GRANT CONNECT ON DATABASE " + database + " TO " + role + ";",
          "GRANT pg_monitor TO " + role + ";"};
}

void draw(Canvas& canvas, const Grants& grants) {
  const auto lines = [&](const std::string& title, const std::vector<std::string>& commands) {
    canvas.line();
    canvas.words(0, "-- " + title);
    for (const std::string& command : commands) canvas.line(command);
  };
  lines(canvas.word("PostgreSQL (then: \\password ROLE)", "PostgreSQL (después: \\password ROL)"),
        grants.sql);
  lines("Redis, Valkey", grants.redis);
  lines(canvas.word("Redis 7.2 and newer, Valkey: leaves the idle times of keys as they are",
                    "Redis 7.2 y posteriores, Valkey: no toca los tiempos de inactividad"),
        grants.redis_7_2);
  lines(canvas.word("Docker: what a proxy in front of the socket must let through",
                    "Docker: lo que debe dejar pasar un proxy delante del socket"),
        grants.docker);
}

nlohmann::ordered_json json_of(const Grants& grants) {
  return {{"sql", grants.sql},
          {"redis", grants.redis},
          {"redis_7_2", grants.redis_7_2},
          {"docker", grants.docker}};
}

Text of_compose() {
  return say(
      "Compose: read and write the file, and write its folder: the new file is written beside "
      "it and renamed, and the old one kept as a backup.",
      "Compose: leer y escribir el fichero, y escribir en su carpeta: el fichero nuevo se "
      "escribe al lado y se renombra, y el antiguo queda como copia.");
}

Text of_timescale() {
  return say(
      "TimescaleDB: the errors of its jobs are shown to their owner only; a role that watches "
      "sees that a job failed, not why.",
      "TimescaleDB: los errores de sus trabajos sólo los ve su dueño; un rol que observa ve que "
      "un trabajo falló, no por qué.");
}

}  // namespace

Grants watching_grants(const GrantNames& names) {
  const std::string role = sql_identifier(names.watching_role);
  const std::string schema = sql_identifier(names.schema);
  Grants grants;
  grants.sql = login(role, sql_identifier(names.database));
  grants.sql.push_back("ALTER ROLE " + role + " SET default_transaction_read_only = on;");
  grants.sql.push_back("GRANT USAGE ON SCHEMA " + schema + " TO " + role + ";");
  grants.sql.push_back("GRANT SELECT ON ALL TABLES IN SCHEMA " + schema + " TO " + role + ";");
  grants.sql.push_back("ALTER DEFAULT PRIVILEGES FOR ROLE " + sql_identifier(names.owner) +
                       " IN SCHEMA " + schema + " GRANT SELECT ON TABLES TO " + role + ";");
  const std::string user = redis_argument(names.watching_role);
  grants.redis = {acl_line(user, kRedisWatching)};
  grants.redis_7_2 = {acl_line_7_2(user)};
  grants.docker = docker_watching();
  return grants;
}

Grants acting_grants(const GrantNames& names) {
  const std::string role = sql_identifier(names.acting_role);
  Grants grants;
  grants.sql = login(role, sql_identifier(names.database));
  // Only an owner may alter, attach and drop; a member of the owner's role counts as one.
  grants.sql.push_back("GRANT " + sql_identifier(names.owner) + " TO " + role + ";");
  grants.sql.push_back("GRANT USAGE, CREATE ON SCHEMA " + sql_identifier(names.schema) + " TO " +
                       sql_identifier(names.owner) + ", " + role + ";");
  const std::string user = redis_argument(names.acting_role);
  std::string commands{kRedisWatching};
  commands.append(kRedisActing);
  grants.redis = {acl_line(user, commands)};
  grants.redis_7_2 = {acl_line_7_2(user)};
  grants.docker = docker_watching();
  grants.docker.emplace_back("POST /containers/{id}/update");
  return grants;
}

std::string grants_text(Language language, const GrantNames& names) {
  Canvas canvas{language, {}};
  canvas.section(canvas.word("TO WATCH", "PARA OBSERVAR"));
  canvas.words(0, canvas.word("Reads, and nothing else.", "Sólo lectura."));
  draw(canvas, watching_grants(names));
  canvas.line();
  canvas.words(0, of_timescale().in(language));
  canvas.section(canvas.word("TO ACT", "PARA ACTUAR"));
  canvas.words(0, canvas.word("What plimsoll apply needs; these roles watch too.",
                              "Lo que necesita plimsoll apply; estos roles también observan."));
  draw(canvas, acting_grants(names));
  canvas.line();
  canvas.words(0, of_compose().in(language));
  return canvas.take();
}

std::string grants_json(const GrantNames& names) {
  const nlohmann::ordered_json json = {{"schema", "plimsoll.grants/1"},
                                       {"watching", json_of(watching_grants(names))},
                                       {"acting", json_of(acting_grants(names))}};
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace plimsoll
