#include "link/postgres/complaint.h"

#include <algorithm>

#include "base/secret.h"
#include "base/text.h"
#include "link/postgres/quote.h"

namespace plimsoll::postgres {
namespace {

bool is_sqlstate(std::string_view text) {
  return text.size() == 5 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
         });
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// A role's name as it must stand in a GRANT.
std::string role_in_sql(const std::string& role) {
  const bool plain =
      !role.empty() &&
      role.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
  return plain ? role : printable(quote_identifier(role));
}

Text at_server(const Complaint& complaint, const ConnectionFacts& facts) {
  return say("PostgreSQL at {}: {}", "PostgreSQL en {}: {}",
             {printable(facts.server), complaint.message});
}

Error denied_login(const Complaint& complaint, const ConnectionFacts& facts) {
  const auto role = printable(facts.role);
  const Text what = at_server(complaint, facts);
  if (complaint.sqlstate == "28P01") {
    return {ErrorCode::denied, what,
            say("wrong password for role {}: give it in the URL, PGPASSWORD, a password file or "
                "~/.pgpass",
                "contraseña incorrecta para el rol {}: indíquela en la URL, en PGPASSWORD, en un "
                "archivo de contraseña o en ~/.pgpass",
                {role})};
  }
  if (contains(complaint.message, "pg_hba.conf")) {
    return {ErrorCode::denied, what,
            say("add a line to pg_hba.conf that lets role {} into database {} from this address, "
                "then: SELECT pg_reload_conf()",
                "añada a pg_hba.conf una línea que deje entrar al rol {} en la base {} desde esta "
                "dirección, y después: SELECT pg_reload_conf()",
                {role, printable(facts.database)})};
  }
  return {ErrorCode::denied, what,
          say("role {} does not exist, may not log in, or may not come in this way: check the user "
              "of the URL",
              "el rol {} no existe, no puede iniciar sesión o no puede entrar por esta vía: "
              "compruebe el usuario de la URL",
              {role})};
}

/// libpq's own words: no SQLSTATE reached us.
Error without_sqlstate(const Complaint& complaint, const ConnectionFacts& facts) {
  const Text what = at_server(complaint, facts);
  const auto& message = complaint.message;
  if (contains(message, "no password supplied")) {
    return {ErrorCode::denied, what,
            say("role {} needs a password: give it in the URL, PGPASSWORD, a password file or "
                "~/.pgpass",
                "el rol {} necesita contraseña: indíquela en la URL, en PGPASSWORD, en un archivo "
                "de contraseña o en ~/.pgpass",
                {printable(facts.role)})};
  }
  if (contains(message, "expected authentication request") ||
      contains(message, "received invalid response to SSL")) {
    return {ErrorCode::malformed, what,
            say("is it PostgreSQL that listens there? check the port",
                "¿es PostgreSQL lo que escucha ahí? compruebe el puerto")};
  }
  if (contains(message, "SSL") || contains(message, "certificate")) {
    return {ErrorCode::denied, what,
            say("check sslmode and the certificates of the URL",
                "compruebe sslmode y los certificados de la URL")};
  }
  return {ErrorCode::unreachable, what,
          say("is the server running, and are host and port right?",
              "¿está en marcha el servidor y son correctos el host y el puerto?")};
}

}  // namespace

Complaint parse_complaint(std::string_view libpq_message) {
  Complaint complaint;
  std::string text;
  for (const auto line : split(libpq_message, '\n')) {
    const auto begin = trim(line);
    if (begin.empty() || begin.starts_with("LOCATION:")) continue;
    if (!text.empty()) text += ' ';
    text += begin;
  }
  // ":  28P01: " is what verbosity "verbose" puts between the (translated) severity and the
  // message.
  for (auto at = text.find(":  "); at != std::string::npos; at = text.find(":  ", at + 1)) {
    const auto state = std::string_view{text}.substr(at + 3, 5);
    if (!is_sqlstate(state) || text.compare(at + 8, 2, ": ") != 0) continue;
    complaint.sqlstate = state;
    text.erase(at + 1, 7);  // leaves "FATAL:  password …"
    text.erase(at + 1, 1);
  }
  complaint.message = redact(printable(text));
  return complaint;
}

Error connection_error(const Complaint& complaint, const ConnectionFacts& facts) {
  const auto& state = complaint.sqlstate;
  const Text what = at_server(complaint, facts);
  if (state.empty()) return without_sqlstate(complaint, facts);
  if (state.starts_with("28")) return denied_login(complaint, facts);
  if (state == "3D000") {
    return {ErrorCode::unsupported, what,
            say("there is no database {}: check the end of the URL",
                "no existe la base de datos {}: compruebe el final de la URL",
                {printable(facts.database)})};
  }
  if (state == "42501") {
    return {ErrorCode::denied, what,
            verbatim("GRANT CONNECT ON DATABASE " + role_in_sql(facts.database) + " TO " +
                     role_in_sql(facts.role))};
  }
  if (state == "57P03") {
    return {ErrorCode::unreachable, what,
            say("the server is starting, stopping or recovering: try again shortly (a standby "
                "answers only with hot_standby = on)",
                "el servidor está arrancando, parando o recuperándose: inténtelo de nuevo en breve "
                "(una réplica solo responde con hot_standby = on)")};
  }
  if (state == "53300") {
    return {
        ErrorCode::unreachable, what,
        say("all connections are taken: raise max_connections, or free some; pg_monitor members "
            "may use reserved_connections from PostgreSQL 16 on (GRANT "
            "pg_use_reserved_connections TO {})",
            "todas las conexiones están ocupadas: suba max_connections o libere alguna; desde "
            "PostgreSQL 16 hay reserved_connections (GRANT pg_use_reserved_connections TO {})",
            {role_in_sql(facts.role)})};
  }
  return {ErrorCode::unreachable, what, {}};
}

Text hint_of(Grant grant, const std::string& role) {
  switch (grant) {
    case Grant::monitor:
      return verbatim("GRANT pg_monitor TO " + role_in_sql(role));
    case Grant::read_data:
      return say(
          "GRANT SELECT ON the tables, or from PostgreSQL 14 on: GRANT pg_read_all_data TO {}",
          "GRANT SELECT sobre las tablas o, desde PostgreSQL 14: GRANT pg_read_all_data TO {}",
          {role_in_sql(role)});
    case Grant::none:
      break;
  }
  return {};
}

Error statement_error(const Complaint& complaint, const Text& what, Grant grant,
                      const ConnectionFacts& facts) {
  const auto& state = complaint.sqlstate;
  const Text text = say("{}: {}", "{}: {}", {what, complaint.message});
  if (state == "42501") return {ErrorCode::denied, text, hint_of(grant, facts.role)};
  if (state == "57014") {
    return {ErrorCode::timed_out, text,
            say("the server was too slow for the time this question is given",
                "el servidor fue demasiado lento para el tiempo que se da a esta pregunta")};
  }
  if (state == "55P03" || state.starts_with("40")) {
    return {ErrorCode::conflict, text,
            say("another session holds a lock: try again when it is done",
                "otra sesión mantiene un bloqueo: inténtelo de nuevo cuando termine")};
  }
  if (state.empty() || state.starts_with("08") || state.starts_with("57P")) {
    return {ErrorCode::unreachable, text, say("the connection was lost", "se perdió la conexión")};
  }
  if (state.starts_with("42") || state.starts_with("0A") || state == "55000" || state == "58P01") {
    return {ErrorCode::unsupported, text, {}};
  }
  return {ErrorCode::malformed, text, {}};
}

}  // namespace plimsoll::postgres
