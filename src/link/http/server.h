#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace plimsoll::http {

struct ServerOptions {
  std::string host = "127.0.0.1";  ///< a numeric address
  int port = 0;                    ///< 0: any that is free
  std::size_t most_connections = 16;
  std::size_t largest_request = 8192;        ///< header and body
  std::chrono::milliseconds patience{5000};  ///< for a request to come, and for its answer to go
};

struct Response {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

/// Answers GET and HEAD, on a thread of its own. Everything is bounded: one connection too many is
/// closed at once, and so is one whose request is too large or too slow.
class Server {
 public:
  /// `answer` gets the path without its query, on the server's thread; it must not block.
  using Handler = std::function<Response(std::string_view path)>;
  /// Errors: malformed (no numeric address), denied, conflict (the port is taken).
  static Result<std::unique_ptr<Server>> start(const ServerOptions& options, Handler answer);
  ~Server();  ///< ends its thread
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const;

 private:
  class Loop;
  explicit Server(std::unique_ptr<Loop> loop);
  std::unique_ptr<Loop> loop_;
};

}  // namespace plimsoll::http
