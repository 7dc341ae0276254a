#include "link/postgres/handles.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <future>
#include <thread>

#include "base/text.h"

namespace plimsoll::postgres {

void PgFinish::operator()(pg_conn* connection) const { PQfinish(connection); }
void PgClear::operator()(pg_result* result) const { PQclear(result); }

Readiness wait_for_socket(const pg_conn* connection, bool readable, bool writable,
                          Deadline deadline) {
  pollfd socket{};
  socket.fd = PQsocket(connection);
  if (socket.fd < 0) return Readiness::failed;
  socket.events = static_cast<short>((readable ? POLLIN : 0) | (writable ? POLLOUT : 0));
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    const auto milliseconds = std::clamp<std::int64_t>(left.count(), 0, 3'600'000);
    const int found = poll(&socket, 1, static_cast<int>(milliseconds));
    if (found > 0) return Readiness::ready;
    if (found == 0) return Readiness::timed_out;
    if (errno != EINTR) return Readiness::failed;
  }
}

Complaint complaint_of(const pg_conn* connection, const std::vector<Secret>& secrets) {
  std::string message = PQerrorMessage(connection);
  for (const auto& secret : secrets) message = redact(message, secret);
  if (const char* found = PQpass(connection); found != nullptr) {
    message = redact(message, Secret{found});
  }
  return parse_complaint(message);
}

namespace {

struct CancelFree {
  void operator()(PGcancel* cancel) const { PQfreeCancel(cancel); }
};

}  // namespace

// PQcancel connects and waits for the server to hang up, and takes no deadline (libpq has had an
// asynchronous form only since 17). It works on a copy of its own, so a thread that a mute server
// keeps busy may be left behind: it ends when the server's side does.
void cancel_within(pg_conn* connection, std::chrono::milliseconds patience) {
  std::unique_ptr<PGcancel, CancelFree> request{PQgetCancel(connection)};
  if (!request) return;
  std::packaged_task<void()> task{[request = std::move(request)] {
    std::array<char, 256> complaint{};
    PQcancel(request.get(), complaint.data(), static_cast<int>(complaint.size()));
  }};
  auto done = task.get_future();
  std::thread{std::move(task)}.detach();
  done.wait_for(patience);
}

}  // namespace plimsoll::postgres
