#include "link/redis/socket.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <future>
#include <memory>
#include <string>
#include <thread>

namespace plimsoll::redis {
namespace {

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

tl::unexpected<Error> unreachable(const Address& address, const std::string& why) {
  return failure(ErrorCode::unreachable,
                 say("no connection to {}: {}", "sin conexión con {}: {}", {address.shown(), why}),
                 say("is the server running, and listening on that address?",
                     "¿está el servidor en marcha y escuchando en esa dirección?"));
}

tl::unexpected<Error> too_slow(const Address& address) {
  return failure(
      ErrorCode::timed_out,
      say("no connection to {} in time", "{} no aceptó la conexión a tiempo", {address.shown()}),
      say("a firewall that drops packets, a name server that does not answer, or a "
          "host that is down",
          "un cortafuegos que descarta paquetes, un DNS que no responde o una máquina "
          "apagada"));
}

struct Resolved {
  int error = 0;
  Addresses list;
};

Resolved resolve(const std::string& host, const std::string& port, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* list = nullptr;
  const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &list);
  return {error, Addresses{list}};
}

/// getaddrinfo knows no deadline, so a name (not a number) is resolved on a thread of its own that
/// is left behind when it is too slow; it holds nothing of ours.
Result<Addresses> resolve_in_time(const Address& address, Deadline deadline) {
  const std::string port = std::to_string(address.port);
  Resolved numeric = resolve(address.host, port, AI_NUMERICHOST | AI_NUMERICSERV);
  if (numeric.error == 0) return std::move(numeric.list);
  auto promise = std::make_shared<std::promise<Resolved>>();
  auto answer = promise->get_future();
  std::thread{[promise, host = address.host, port] {
    promise->set_value(resolve(host, port, AI_NUMERICSERV));
  }}.detach();
  if (answer.wait_until(deadline) != std::future_status::ready) return too_slow(address);
  Resolved resolved = answer.get();
  if (resolved.error != 0) return unreachable(address, gai_strerror(resolved.error));
  return std::move(resolved.list);
}

class OwnedSocket {
 public:
  explicit OwnedSocket(int fd) : fd_{fd} {}
  OwnedSocket(const OwnedSocket&) = delete;
  OwnedSocket& operator=(const OwnedSocket&) = delete;
  ~OwnedSocket() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

/// errno-style: 0 when connected.
int connect_in_time(int fd, const sockaddr* to, socklen_t length, Deadline deadline) {
  if (connect(fd, to, length) == 0) return 0;
  // EAGAIN: a Unix socket whose backlog is full. It does not become writable; it is just refused.
  if (errno != EINPROGRESS) return errno;
  if (!wait_for(fd, POLLOUT, deadline)) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

Result<int> open_one(const Address& address, int family, const sockaddr* to, socklen_t length,
                     Deadline deadline) {
  OwnedSocket fd{socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (fd.get() < 0) return unreachable(address, std::strerror(errno));
  if (const int error = connect_in_time(fd.get(), to, length, deadline); error != 0) {
    if (error == ETIMEDOUT) return too_slow(address);
    return unreachable(address, std::strerror(error));
  }
  if (family != AF_UNIX) {
    const int on = 1;
    setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  return fd.release();
}

Result<int> open_unix(const Address& address, Deadline deadline) {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  if (address.unix_path.size() >= sizeof to.sun_path)
    return unreachable(address, "the path is longer than a socket's may be");
  std::memcpy(to.sun_path, address.unix_path.data(), address.unix_path.size());
  // The socket interface takes every family through this one pointer type.
  return open_one(address, AF_UNIX, reinterpret_cast<const sockaddr*>(&to), sizeof to, deadline);
}

}  // namespace

bool wait_for(int fd, short events, Deadline deadline) {
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd entry{fd, events, 0};
    const int ready =
        poll(&entry, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 60'000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

Result<int> open_socket(const Address& address, Deadline deadline) {
  if (!address.unix_path.empty()) return open_unix(address, deadline);
  auto list = resolve_in_time(address, deadline);
  if (!list) return failure(std::move(list.error()));
  Result<int> last = unreachable(address, "the name has no address");
  for (const addrinfo* one = list->get(); one != nullptr; one = one->ai_next) {
    last = open_one(address, one->ai_family, one->ai_addr, one->ai_addrlen, deadline);
    if (last) return last;
  }
  return last;
}

}  // namespace plimsoll::redis
