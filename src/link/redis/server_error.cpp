#include "link/redis/server_error.h"

#include <array>
#include <cctype>
#include <string>

#include "base/text.h"

namespace plimsoll::redis {
namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

struct Meaning {
  ErrorCode code;
  Text hint;
};

/// "CONFIG GET" → "+config|get": how an ACL names it.
std::string acl_word(std::string_view command) {
  std::string word = "+";
  for (const char c : command) {
    word += c == ' ' ? '|' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return word;
}

Meaning access_meaning(std::string_view message, std::string_view command) {
  if (message.starts_with("NOAUTH"))
    return {ErrorCode::denied,
            say("the server wants a password: give it in the URL, a password file or "
                "REDISCLI_AUTH",
                "el servidor exige una contraseña: indícala en la URL, en un archivo o en "
                "REDISCLI_AUTH")};
  if (message.starts_with("DENIED"))
    return {ErrorCode::denied,
            say("protected mode: connect from the server's own machine, or set a password for "
                "the default user",
                "modo protegido: conéctate desde la propia máquina del servidor o ponle una "
                "contraseña al usuario por defecto")};
  if (message.starts_with("NOPERM") && contains(message, "key"))
    return {ErrorCode::denied, say("ACL SETUSER <user> %R~* lets it read every key",
                                   "ACL SETUSER <usuario> %R~* le permite leer todas las claves")};
  if (message.starts_with("NOPERM"))
    return {ErrorCode::denied,
            say("ACL SETUSER <user> {}", "ACL SETUSER <usuario> {}", {acl_word(command)})};
  return {ErrorCode::denied, say("check the user and the password, and that both belong to this "
                                 "server",
                                 "comprueba el usuario y la contraseña, y que sean de este "
                                 "servidor")};
}

Meaning state_meaning(std::string_view message) {
  if (message.starts_with("LOADING"))
    return {ErrorCode::unreachable,
            say("it is loading its data from disk; try again when it has finished",
                "está cargando los datos del disco; inténtalo de nuevo cuando termine")};
  if (message.starts_with("MASTERDOWN"))
    return {ErrorCode::unreachable,
            say("a replica without its primary that may not serve old data; ask the primary",
                "es una réplica sin su primario y no puede servir datos antiguos; pregunta al "
                "primario")};
  if (message.starts_with("BUSY"))
    return {ErrorCode::unreachable,
            say("a script or module command is running; look at SLOWLOG, end it with SCRIPT KILL",
                "se está ejecutando un script o una orden de módulo; mira SLOWLOG y termínalo con "
                "SCRIPT KILL")};
  return {ErrorCode::unreachable,
          say("the server takes no more connections: look at CLIENT LIST and maxclients",
              "el servidor no acepta más conexiones: mira CLIENT LIST y maxclients")};
}

bool starts_with_any(std::string_view message, std::initializer_list<std::string_view> prefixes) {
  for (const auto prefix : prefixes) {
    if (message.starts_with(prefix)) return true;
  }
  return false;
}

Meaning meaning_of(std::string_view message, std::string_view command) {
  if (starts_with_any(message, {"NOAUTH", "WRONGPASS", "NOPERM", "DENIED", "ERR invalid password",
                                "ERR operation not permitted", "ERR AUTH"}))
    return access_meaning(message, command);
  if (starts_with_any(message, {"LOADING", "MASTERDOWN", "BUSY ", "ERR max number of clients"}))
    return state_meaning(message);
  if (starts_with_any(message,
                      {"ERR unknown command", "ERR unknown subcommand", "ERR Unknown subcommand",
                       "ERR syntax error", "ERR wrong number of arguments"}))
    return {ErrorCode::unsupported,
            say("{} is renamed, disabled or not known to this version",
                "{} está renombrado, deshabilitado o no existe en esta versión",
                {std::string{command}})};
  if (starts_with_any(message, {"MOVED", "ASK ", "CLUSTERDOWN", "CROSSSLOT"}))
    return {ErrorCode::unsupported, say("a cluster: each node is looked at through its own address",
                                        "es un clúster: cada nodo se mira por su dirección")};
  if (starts_with_any(message, {"WRONGTYPE", "NOGROUP", "ERR no such key"}))
    return {ErrorCode::conflict, say("the key changed or went away while it was being looked at",
                                     "la clave cambió o desapareció mientras se miraba")};
  if (message.starts_with("OOM"))
    return {ErrorCode::conflict,
            say("used_memory is above maxmemory and nothing may be evicted: free memory first",
                "used_memory supera maxmemory y no se puede expulsar nada: libera memoria antes")};
  return {ErrorCode::unsupported, {}};
}

}  // namespace

Error server_error(std::string_view message, std::string_view command, const Secret& secret) {
  Meaning meaning = meaning_of(message, command);
  constexpr std::size_t kQuoted = 300;  // servers echo arguments of any length
  // The secret goes before the text is cut: half a password is one too.
  const std::string safe = redact(redact(message, secret)).substr(0, kQuoted);
  const std::string said = printable(safe);
  return Error{meaning.code,
               say("{}: the server answered \"{}\"", "{}: el servidor respondió «{}»",
                   {std::string{command}, said}),
               std::move(meaning.hint)};
}

}  // namespace plimsoll::redis
