#pragma once

// For tests only: an HTTP server on a Unix socket that answers with given bodies, or fails to in
// the ways engines and proxies do.

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace plimsoll::docker {

struct ReplayReply {
  int status = 200;
  std::string body = {};
  std::string server = "Docker/20.10.24 (linux)";
  bool cut_short = false;  ///< announces twice the bytes it sends, then closes
  bool silent = false;     ///< reads the request and says nothing
  std::string raw = {};    ///< sent as it is, instead of everything above
};

/// Paths without their "/v1.41" prefix, query included, to replies. What is in none of them is 404.
using ReplayBodies = std::map<std::string, ReplayReply>;

/// A captured body: tests/captured/docker/<name>.
inline std::string captured(const std::string& name) {
  const auto root =
      std::filesystem::path{__FILE__}.parent_path() / "../../../tests/captured/docker";
  std::ifstream file{root / name};
  EXPECT_TRUE(file.is_open()) << "no captured body " << (root / name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class ReplayServer {
 public:
  /// Answers a POST: its path without the version, and its body. May set() what is said from then
  /// on. Without one every POST is 404.
  using OnPost =
      std::function<ReplayReply(ReplayServer&, const std::string& path, const std::string& body)>;

  explicit ReplayServer(ReplayBodies bodies, OnPost on_post = {})
      : bodies_{std::move(bodies)}, on_post_{std::move(on_post)} {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "plimsoll-replay-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    socket_path().copy(static_cast<char*>(name.sun_path), sizeof(name.sun_path) - 1);
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    // The socket interface of C takes every address as a sockaddr.
    EXPECT_EQ(::bind(listener_, reinterpret_cast<const sockaddr*>(&name), sizeof name), 0);
    EXPECT_EQ(::listen(listener_, 64), 0);
    acceptor_ = std::thread{[this] { accept_all(); }};
  }

  ~ReplayServer() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(listener_);
    for (auto& worker : workers_) worker.join();
    std::filesystem::remove_all(directory_);
  }

  ReplayServer(const ReplayServer&) = delete;
  ReplayServer& operator=(const ReplayServer&) = delete;

  std::string socket_path() const { return (directory_ / "docker.sock").string(); }
  int connections() const { return connections_; }
  void set(const std::string& path, ReplayReply reply) {
    const std::lock_guard lock{mutex_};
    bodies_[path] = std::move(reply);
  }
  /// Paths as they came, prefix and query included, in order.
  std::vector<std::string> requests() const {
    const std::lock_guard lock{mutex_};
    return requests_;
  }

 private:
  void accept_all() {
    while (!stopping_) {
      const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) return;
      ++connections_;
      workers_.emplace_back([this, connection] { serve(connection); });
    }
  }

  /// Waits in short steps, so that the destructor need not know the connections. False: over.
  bool wait_readable(int connection) const {
    while (!stopping_) {
      pollfd wanted{connection, POLLIN, 0};
      constexpr int kStepMs = 20;
      if (::poll(&wanted, 1, kStepMs) > 0) return true;
    }
    return false;
  }

  void serve(int connection) {
    std::string input;
    while (wait_readable(connection)) {
      std::array<char, 4096> chunk{};
      const auto got = ::read(connection, chunk.data(), chunk.size());
      if (got <= 0) break;
      input.append(chunk.data(), static_cast<std::size_t>(got));
      const auto end = input.find("\r\n\r\n");
      if (end == std::string::npos) continue;
      const std::size_t length = content_length(input.substr(0, end));
      if (input.size() < end + 4 + length) continue;
      const bool keep =
          answer(connection, input.substr(0, input.find("\r\n")), input.substr(end + 4, length));
      input.erase(0, end + 4 + length);
      if (!keep) break;
    }
    ::close(connection);
  }

  static std::size_t content_length(const std::string& head) {
    constexpr std::string_view kName = "\r\nContent-Length: ";
    const auto at = head.find(kName);
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + kName.size()));
  }

  ReplayReply reply_to(const std::string& method, const std::string& path,
                       const std::string& body) {
    const ReplayReply missing{404, R"({"message":"page not found"})"};
    if (method == "POST") return on_post_ ? on_post_(*this, path, body) : missing;
    const std::lock_guard lock{mutex_};
    const auto found = bodies_.find(path);
    return found == bodies_.end() ? missing : found->second;
  }

  bool answer(int connection, const std::string& request_line, const std::string& body) {
    const auto first = request_line.find(' ');
    const std::string path = request_line.substr(first + 1, request_line.rfind(' ') - first - 1);
    {
      const std::lock_guard lock{mutex_};
      requests_.push_back(path);
    }
    const auto prefix_end = path.starts_with("/v1.") ? path.find('/', 1) : 0;
    const ReplayReply reply =
        reply_to(request_line.substr(0, first), path.substr(prefix_end), body);
    if (reply.silent) return wait_readable(connection);
    if (!reply.raw.empty()) {
      send_all(connection, reply.raw);
      return false;
    }
    const std::size_t announced = reply.body.size() * (reply.cut_short ? 2 : 1);
    send_all(connection, "HTTP/1.1 " + std::to_string(reply.status) +
                             " X\r\nServer: " + reply.server +
                             "\r\nContent-Type: application/json\r\nContent-Length: " +
                             std::to_string(announced) + "\r\n\r\n" + reply.body);
    return !reply.cut_short;
  }

  static void send_all(int connection, std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  ReplayBodies bodies_;
  OnPost on_post_;
  std::filesystem::path directory_;
  int listener_ = -1;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> connections_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::vector<std::thread> workers_;  ///< touched by the acceptor alone until it is joined
  std::thread acceptor_;
};

/// _ping and version of an engine with this API version, on top of `bodies`.
inline ReplayBodies with_engine(ReplayBodies bodies, const std::string& api,
                                const std::string& minimum,
                                const std::string& server = "Docker/20.10.24 (linux)") {
  bodies.emplace("/_ping", ReplayReply{200, "OK", server});
  const std::string least = minimum.empty() ? "" : R"(,"MinAPIVersion":")" + minimum + "\"";
  bodies.emplace("/version", ReplayReply{200, R"({"Version":"20.10.24","ApiVersion":")" + api +
                                                  "\"" + least + "}"});
  return bodies;
}

}  // namespace plimsoll::docker
