#pragma once

// For tests only: an HTTP server on a loopback port that says what it is told to, one connection at
// a time, or fails to in the ways a vendor's servers do.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace plimsoll::market {

struct ScriptedAnswer {
  std::string status = "200 OK";
  std::string body = {};
  std::string headers = {};  ///< lines that end in \r\n
  bool cut_short = false;    ///< announces twice the bytes it sends, then closes
  bool silent = false;       ///< reads the question and says nothing
};

class TestServer {
 public:
  /// Answers in this order; without one left, 500.
  explicit TestServer(std::deque<ScriptedAnswer> answers) : answers_{std::move(answers)} {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    // The socket interface of C takes every address as a sockaddr.
    EXPECT_EQ(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size), 0);
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    EXPECT_EQ(::listen(listener_, 16), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this] { serve(); }};
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;
  ~TestServer() {
    ending_ = true;
    thread_.join();
    ::close(listener_);
  }

  std::string origin() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::vector<std::string> questions() {
    const std::scoped_lock lock{mutex_};
    return questions_;
  }

 private:
  bool readable(int fd) const {
    while (!ending_) {
      pollfd wait{fd, POLLIN, 0};
      if (::poll(&wait, 1, 20) > 0) return true;
    }
    return false;
  }

  void serve() {
    while (readable(listener_)) {
      const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      while (connection >= 0 && answer(connection)) {
      }
      ::close(connection);
    }
  }

  bool answer(int connection) {
    std::string question;
    while (question.find("\r\n\r\n") == std::string::npos) {
      std::array<char, 4096> bytes{};
      if (!readable(connection)) return false;
      const auto count = ::recv(connection, bytes.data(), bytes.size(), 0);
      if (count <= 0) return false;
      question.append(bytes.data(), static_cast<std::size_t>(count));
    }
    ScriptedAnswer said{.status = "500 Nothing Scripted"};
    {
      const std::scoped_lock lock{mutex_};
      questions_.push_back(question);
      if (!answers_.empty()) {
        said = std::move(answers_.front());
        answers_.pop_front();
      }
    }
    if (said.silent) {
      readable(connection);  // until the client gives up, or the test ends
      return false;
    }
    const auto size = said.body.size() * (said.cut_short ? 2 : 1);
    const auto text = "HTTP/1.1 " + said.status + "\r\nContent-Length: " + std::to_string(size) +
                      "\r\n" + said.headers + "\r\n" + said.body;
    for (std::size_t sent = 0; sent < text.size();) {
      const auto count = ::send(connection, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) return false;
      sent += static_cast<std::size_t>(count);
    }
    return !said.cut_short;
  }

  std::mutex mutex_;
  std::deque<ScriptedAnswer> answers_;
  std::vector<std::string> questions_;
  std::atomic<bool> ending_ = false;
  int listener_ = -1;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace plimsoll::market
