#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

#include "base/text.h"
#include "policy/config.h"

namespace plimsoll {
namespace {

namespace fs = std::filesystem;

/// A configuration or a password is small; a path to something else is a mistake.
constexpr std::uintmax_t kLargest = 1U << 20U;

auto not_read(const fs::path& path, const Text& what, const Text& why, ErrorCode code) {
  return failure(code, say("{} {}: {}", "{} {}: {}", {what, printable(path.string()), why}));
}

Result<std::string> read_small_file(const fs::path& path, const Text& what) {
  std::error_code error;
  const auto status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    return not_read(path, what, say("there is no such file", "ese fichero no existe"),
                    ErrorCode::unreachable);
  }
  if (!error && fs::is_directory(status)) {
    return not_read(path, what, say("that is a folder", "eso es una carpeta"),
                    ErrorCode::unreachable);
  }
  std::ifstream file{path};
  if (!file) {
    const bool denied = errno == EACCES || errno == EPERM;
    return not_read(path, what,
                    denied ? say("permission denied", "permiso denegado")
                           : say("it cannot be read", "no se puede leer"),
                    denied ? ErrorCode::denied : ErrorCode::unreachable);
  }
  std::string text(kLargest + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kLargest) {
    return not_read(path, what, say("it is larger than 1 MB", "pasa de 1 MB"),
                    ErrorCode::malformed);
  }
  return text;
}

Result<void> read_password(ServerTarget& server, std::vector<Text>& warnings) {
  if (server.password_file.empty()) return {};
  const fs::path path = server.password_file;
  auto text = read_small_file(path, say("password file", "fichero de contraseña"));
  if (!text) {
    Error error = text.error();
    error.what = say("{}: {}", "{}: {}", {server.origin, error.what});
    return failure(std::move(error));
  }
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  if (text->empty()) {
    return failure(ErrorCode::malformed, say("{}: password file {} is empty",
                                             "{}: el fichero de contraseña {} está vacío",
                                             {server.origin, printable(path.string())}));
  }
  server.password = Secret{std::move(*text)};
  std::error_code error;
  const auto permissions = fs::status(path, error).permissions();
  const auto others = fs::perms::others_read | fs::perms::others_write;
  if (!error && (permissions & others) != fs::perms::none) {
    warnings.push_back(say("{}: every user of this host can read {}; chmod 600 closes it",
                           "{}: cualquier usuario de este host puede leer {}; chmod 600 lo cierra",
                           {server.origin, printable(path.string())}));
  }
  return {};
}

}  // namespace

Result<Config> load_config(const fs::path& path) {
  const auto text = read_small_file(path, say("configuration", "configuración"));
  if (!text) return failure(text.error());
  auto config = parse_config(*text, path.string());
  if (!config) return config;
  for (auto* servers : {&config->targets.postgres, &config->targets.redis}) {
    for (ServerTarget& server : *servers) {
      if (auto read = read_password(server, config->warnings); !read) return failure(read.error());
    }
  }
  return config;
}

}  // namespace plimsoll
