#include "collect/docker/log_files.h"

#include <string>
#include <system_error>

#include "base/text.h"

namespace plimsoll {
namespace {

namespace fs = std::filesystem;

auto not_measured(const fs::path& path, const std::error_code& error) {
  const bool denied = error == std::errc::permission_denied;
  const Text hint =
      denied ? say("run Plimsoll as root, or let its user read {}",
                   "ejecute Plimsoll como root o permita a su usuario leer {}",
                   {printable(path.parent_path().parent_path().string())})
             : say("run Plimsoll on the engine's own host; inside a container mount {} read-only",
                   "ejecute Plimsoll en el propio host del motor; dentro de un contenedor monte {} "
                   "en solo lectura",
                   {printable(path.parent_path().parent_path().string())});
  return failure(denied ? ErrorCode::denied : ErrorCode::unreachable,
                 denied ? say("permission denied", "permiso denegado")
                        : say("the log file is not visible from here",
                              "el fichero de registro no se ve desde aquí"),
                 hint);
}

}  // namespace

Result<LogFiles> measure_log(const fs::path& current) {
  std::error_code error;
  const auto size = fs::file_size(current, error);
  if (error) return not_measured(current, error);
  LogFiles files{Bytes{static_cast<std::int64_t>(size)}, 0};
  const std::string prefix = current.filename().string() + ".";
  fs::directory_iterator entry{current.parent_path(), error};
  if (error) return not_measured(current, error);
  for (; entry != fs::directory_iterator{}; entry.increment(error)) {
    if (error) return not_measured(current, error);
    if (!entry->path().filename().string().starts_with(prefix)) continue;
    const auto rotated = entry->file_size(error);
    if (error) continue;  // rotated away while we looked
    files.bytes += Bytes{static_cast<std::int64_t>(rotated)};
    ++files.rotated;
  }
  return files;
}

fs::path log_file_of(const std::string& driver, const std::string& log_path,
                     const std::string& root_directory, const std::string& id) {
  if (driver == "json-file" || driver == "k8s-file") return log_path;
  if (driver == "local" && !root_directory.empty()) {
    return fs::path{root_directory} / "containers" / id / "local-logs" / "container.log";
  }
  return {};
}

}  // namespace plimsoll
