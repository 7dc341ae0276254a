#include "app/state_folder.h"

#include <unistd.h>

#include <cstdlib>

#include "base/text.h"

namespace plimsoll {
namespace fs = std::filesystem;
namespace {

std::string surrounding(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

fs::path state_folder(const std::string& named) {
  if (!named.empty()) return named;
  if (const auto own = surrounding("PLIMSOLL_STATE"); !own.empty()) return own;
  if (::geteuid() == 0) return "/var/lib/plimsoll";
  if (const auto states = surrounding("XDG_STATE_HOME"); !states.empty())
    return fs::path{states} / "plimsoll";
  return fs::path{surrounding("HOME")} / ".local/state/plimsoll";
}

Result<std::string> journal_path(const std::string& named) {
  const fs::path folder = state_folder(named);
  std::error_code error;
  if (fs::create_directories(folder, error)) fs::permissions(folder, fs::perms::owner_all, error);
  if (!fs::is_directory(folder, error))
    return failure(ErrorCode::denied,
                   say("the journal's folder {} cannot be made",
                       "no se puede crear la carpeta del diario {}", {printable(folder.string())}),
                   say("name another: --state DIR", "indique otra: --state CARPETA"));
  return (folder / "journal.db").string();
}

}  // namespace plimsoll
