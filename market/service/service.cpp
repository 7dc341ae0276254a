#include "service/service.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>

#include "session/session.h"

namespace plimsoll::market {
namespace {

constexpr std::chrono::milliseconds kPublishEvery{250};
constexpr std::chrono::seconds kFinishWithin{20};
constexpr int kUsage = 64;

std::atomic<bool> stop_asked{false};
int stop_event = -1;  // written before the handlers are there

void on_signal(int /*number*/) {
  stop_asked.store(true, std::memory_order_relaxed);  // read by the loop, which needs nothing else
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(stop_event, &one, sizeof one);
}

Status with_memory(const Service& service) {
  auto status = service.status();
  status.gauge("memory_bound_bytes", static_cast<double>(service.memory_bound()));
  status.gauge("memory_resident_bytes", static_cast<double>(resident_bytes()));
  return status;
}

int serve(Service& service, StatusBoard& board, const Log& log, const StopSignal& stop) {
  auto publish_at = std::chrono::steady_clock::now();
  int ended = 0;
  while (!stop.asked()) {
    const auto more = service.turn(stop);
    if (!more) {
      log.error("failed", more.error());
      ended = 1;
      break;
    }
    const auto now = std::chrono::steady_clock::now();
    if (now >= publish_at) {
      board.publish(with_memory(service));
      publish_at = now + kPublishEvery;
    }
    if (!*more) break;
  }
  log.info("stopping");
  service.finish(deadline_in(kFinishWithin));
  board.publish(with_memory(service));
  log.info("stopped", {{"exit", std::int64_t{ended}}});
  return ended;
}

int start(std::string_view name, const std::string& file, const MakeService& make) {
  const auto settings = load_settings(file, name);
  if (!settings) {
    Log{std::string{name}, LogLevel::info}.error("settings", settings.error());
    return 1;
  }
  const Log log{std::string{name}, settings->log_level};
  if (!new_york_is_known()) {
    log.error("calendar", {ErrorCode::unsupported,
                           say("this system knows no America/New_York: install tzdata",
                               "este sistema no conoce America/New_York: instale tzdata"),
                           {}});
    return 1;
  }
  const StopSignal stop;
  StatusBoard board{std::string{name}};
  http::ServerOptions listen;
  listen.host = settings->listen_host;
  listen.port = settings->listen_port;
  const auto server =
      http::Server::start(listen, [&board](std::string_view path) { return board.answer(path); });
  if (!server) {
    log.error("listen", server.error());
    return 1;
  }
  log.info("started", {{"port", std::int64_t{(*server)->port()}}, {"config", file}});
  auto service = make(*settings, log);
  if (!service) {
    log.error("start", service.error());
    return 1;
  }
  return serve(**service, board, log, stop);
}

}  // namespace

StopSignal::StopSignal() {
  stop_event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct sigaction action {};
  action.sa_handler = on_signal;
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

StopSignal::~StopSignal() {
  std::signal(SIGTERM, SIG_DFL);
  std::signal(SIGINT, SIG_DFL);
  ::close(stop_event);
}

bool StopSignal::asked() const { return stop_asked.load(std::memory_order_relaxed); }

void StopSignal::wait(int socket, Deadline deadline) const {
  const auto left = deadline - std::chrono::steady_clock::now();
  if (left <= left.zero() || asked()) return;
  std::array<pollfd, 2> on{{{stop_event, POLLIN, 0}, {socket, POLLIN, 0}}};
  const timespec patience{
      static_cast<time_t>(std::chrono::duration_cast<std::chrono::seconds>(left).count()),
      static_cast<long>(
          (std::chrono::duration_cast<std::chrono::nanoseconds>(left) % std::chrono::seconds{1})
              .count())};
  ::ppoll(on.data(), on.size(), &patience, nullptr);
}

int run_service(std::string_view name, int argc, char** argv, const MakeService& make) {
  const std::string_view option = argc > 1 ? argv[1] : "";
  if (argc != 3 || option != "--config") {
    std::fprintf(stderr, "usage: %.*s --config FILE\n", static_cast<int>(name.size()), name.data());
    return kUsage;
  }
  try {
    return start(name, argv[2], make);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(name.size()), name.data(), error.what());
    return 1;
  }
}

}  // namespace plimsoll::market
