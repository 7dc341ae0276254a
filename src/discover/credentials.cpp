#include "discover/credentials.h"

#include <filesystem>
#include <fstream>
#include <initializer_list>

#include "base/text.h"
#include "discover/command.h"

namespace plimsoll {
namespace {

namespace fs = std::filesystem;

std::string first_set(const ContainerFacts& facts, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (std::string value = facts.variable(name); !value.empty()) return value;
  }
  return {};
}

Error not_readable(const ContainerFacts& facts, const char* variable) {
  return Error{ErrorCode::denied,
               say("{} of container {} names a file that cannot be read from here",
                   "{} del contenedor {} nombra un fichero que no se puede leer desde aquí",
                   {std::string{variable}, printable(facts.name)}),
               say("run Plimsoll as root on that host, or give the password in plimsoll.yaml or "
                   "PLIMSOLL_POSTGRES_PASSWORD / PLIMSOLL_REDIS_PASSWORD",
                   "ejecute Plimsoll como root en ese host, o dé la contraseña en plimsoll.yaml o "
                   "en PLIMSOLL_POSTGRES_PASSWORD / PLIMSOLL_REDIS_PASSWORD")};
}

std::optional<std::string> read_secret(const std::string& path) {
  if (path.empty()) return std::nullopt;
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return std::nullopt;  // never a pipe or a device
  std::ifstream file{path};
  constexpr std::streamsize kMost = 4096;
  std::string text(kMost, '\0');
  file.read(text.data(), kMost);
  text.resize(static_cast<std::size_t>(file.gcount()));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text.empty() ? std::nullopt : std::optional{text};
}

/// The first of the variables that is set, or else the first of their _FILE forms.
void find_password(const ContainerFacts& facts, bool local,
                   std::initializer_list<const char*> names,
                   std::initializer_list<const char*> file_names, Credentials& credentials) {
  credentials.password = Secret{first_set(facts, names)};
  if (!credentials.password.empty()) return;
  for (const char* name : file_names) {
    const std::string path = facts.variable(name);
    if (path.empty()) continue;
    auto text = local ? read_secret(path_on_host(facts, path)) : std::nullopt;
    if (text) {
      credentials.password = Secret{std::move(*text)};
    } else {
      credentials.missing = not_readable(facts, name);
    }
    return;
  }
}

}  // namespace

std::string path_on_host(const ContainerFacts& facts, const std::string& path) {
  const std::string wanted = fs::path{path}.lexically_normal().string();
  const MountedPath* best = nullptr;
  for (const MountedPath& mount : facts.mounts) {
    const std::string& at = mount.destination;
    const bool inside = wanted.starts_with(at) &&
                        (wanted.size() == at.size() || at == "/" || wanted[at.size()] == '/');
    if (inside && (best == nullptr || at.size() > best->destination.size())) best = &mount;
  }
  return best == nullptr ? std::string{} : best->source + wanted.substr(best->destination.size());
}

Credentials postgres_credentials(const ContainerFacts& facts, bool local) {
  Credentials credentials;
  credentials.user =
      first_set(facts, {"POSTGRES_USER", "POSTGRESQL_USERNAME", "POSTGRESQL_USER", "PGUSER"});
  if (credentials.user.empty()) credentials.user = "postgres";
  credentials.database = first_set(facts, {"POSTGRES_DB", "POSTGRESQL_DATABASE", "PGDATABASE"});
  if (credentials.database.empty()) credentials.database = credentials.user;
  find_password(facts, local, {"POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD", "PGPASSWORD"},
                {"POSTGRES_PASSWORD_FILE", "POSTGRESQL_PASSWORD_FILE"}, credentials);
  return credentials;
}

Credentials redis_credentials(const ContainerFacts& facts, bool local) {
  Credentials credentials;
  const auto variable = [&](const std::string& name) { return facts.variable(name); };
  auto given = value_of(words_of(facts.command), "--requirepass");
  if (!given) given = value_of(words_of({"", facts.variable("REDIS_ARGS") + " "}), "--requirepass");
  if (given) credentials.password = Secret{expand(*given, variable)};
  if (!credentials.password.empty()) return credentials;
  find_password(facts, local, {"REDIS_PASSWORD", "VALKEY_PASSWORD", "REDISCLI_AUTH"},
                {"REDIS_PASSWORD_FILE", "VALKEY_PASSWORD_FILE"}, credentials);
  return credentials;
}

}  // namespace plimsoll
