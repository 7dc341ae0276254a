#include "history/journal_lock.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/text.h"

namespace plimsoll {
namespace {

/// What the holder wrote: "pid 4711 of ana on server1".
std::string holder_in(int fd) {
  std::array<char, 256> buffer{};
  const auto length = ::pread(fd, buffer.data(), buffer.size(), 0);
  if (length <= 0) return {};
  return printable(trim({buffer.data(), static_cast<std::size_t>(length)}));
}

bool write_holder(int fd, const Actor& actor) {
  const std::string line =
      "pid " + std::to_string(actor.pid) + " of " + actor.user + " on " + actor.host + "\n";
  return ::ftruncate(fd, 0) == 0 &&
         ::pwrite(fd, line.data(), line.size(), 0) == static_cast<ssize_t>(line.size());
}

}  // namespace

Actor current_actor() {
  Actor actor;
  actor.pid = static_cast<int>(::getpid());
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) == 0) actor.host = host.data();
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  const uid_t uid = ::geteuid();
  ::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
  actor.user = found != nullptr ? found->pw_name : "uid " + std::to_string(uid);
  return actor;
}

Result<JournalLock> JournalLock::take(const std::string& path, const Actor& actor) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    return failure(ErrorCode::denied,
                   say("the lock {}: {}", "el cerrojo {}: {}",
                       {printable(path), std::string{std::strerror(errno)}}),
                   say("may this user write there?", "¿puede este usuario escribir ahí?"));
  }
  JournalLock lock{fd};
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const std::string holder = holder_in(fd);
    return failure(ErrorCode::conflict,
                   say("another plimsoll is acting: {}", "otro plimsoll está actuando: {}",
                       {holder.empty() ? Text{say("somebody", "alguien")} : verbatim(holder)}),
                   say("wait until it has ended", "espere a que termine"));
  }
  if (!write_holder(fd, actor)) {
    return failure(
        ErrorCode::unreachable,
        say("the lock {} cannot be written: {}", "no se puede escribir el cerrojo {}: {}",
            {printable(path), std::string{std::strerror(errno)}}));
  }
  return lock;
}

JournalLock::JournalLock(JournalLock&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
JournalLock& JournalLock::operator=(JournalLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}
JournalLock::~JournalLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace plimsoll
