#include "pinger.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>
#include <string_view>

namespace plimsoll::bench {

Pinger::Pinger(int port) : connection_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // The socket interface of C takes every address as a sockaddr.
  if (connect(connection_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error{"the pinger cannot connect"};
  const int on = 1;
  setsockopt(connection_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  thread_ = std::thread{[this] { run(); }};
}

Pinger::~Pinger() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
  close(connection_);
}

void Pinger::run() {
  constexpr std::string_view kPing = "PING\r\n";
  constexpr std::string_view kPong = "+PONG\r\n";
  while (!stopping_) {
    const auto begin = std::chrono::steady_clock::now();
    std::array<char, 64> reply{};
    if (send(connection_, kPing.data(), kPing.size(), MSG_NOSIGNAL) < 0 ||
        recv(connection_, reply.data(), kPong.size(), MSG_WAITALL) !=
            static_cast<ssize_t>(kPong.size())) {
      broken_ = true;
      return;
    }
    const std::chrono::duration<float, std::milli> took = std::chrono::steady_clock::now() - begin;
    milliseconds_.push_back(took.count());
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}

Pinger::Latency Pinger::stop() {
  stopping_ = true;
  thread_.join();
  if (broken_ || milliseconds_.empty()) throw std::runtime_error{"the pinger lost its connection"};
  std::sort(milliseconds_.begin(), milliseconds_.end());
  return {milliseconds_[milliseconds_.size() * 99 / 100], milliseconds_.back(),
          milliseconds_.size()};
}

}  // namespace plimsoll::bench
