// Heavy to compile, so nothing else of the tree includes Beast's WebSocket.
#include "link/http/web_socket.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <optional>
#include <utility>  // Asio 1.74 uses std::exchange without it

#include "base/text.h"
#include "link/http/url.h"

namespace plimsoll::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using Tcp = asio::ip::tcp;
using Failure = boost::system::error_code;

using Plain = websocket::stream<beast::tcp_stream>;
using Encrypted = websocket::stream<beast::ssl_stream<beast::tcp_stream>>;

Error socket_error(ErrorCode code, const Url& url, std::string_view says) {
  return Error{code, say("{}: {}", "{}: {}", {url.host, printable(says)}), {}};
}

ErrorCode code_of(const Failure& failed) {
  if (failed == beast::error::timeout) return ErrorCode::unreachable;
  if (failed == websocket::error::message_too_big) return ErrorCode::malformed;
  if (failed == websocket::error::closed) return ErrorCode::unreachable;
  if (failed.category() == Failure{websocket::error::bad_opcode}.category())
    return ErrorCode::malformed;
  return ErrorCode::unreachable;
}

}  // namespace

struct WebSocket::Stream {
  explicit Stream(Url where) : url{std::move(where)} {}
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  virtual ~Stream() = default;
  virtual Result<void> open(Deadline deadline, const WebSocketOptions& options) = 0;
  virtual Result<void> send(std::string_view text, Deadline deadline) = 0;
  virtual Result<bool> receive(std::string& into, Deadline deadline) = 0;

  Url url;
};

namespace {

/// What both kinds share; Ws is Plain or Encrypted.
template <typename Ws>
class StreamOf : public WebSocket::Stream {
 public:
  using WebSocket::Stream::Stream;

  Result<void> send(std::string_view text, Deadline deadline) override {
    if (broken_) return failure(socket_error(ErrorCode::unreachable, url, "closed before"));
    ws_->text(true);
    return finish(deadline, [&](auto done) {
      ws_->async_write(asio::buffer(text.data(), text.size()),
                       [done](Failure failed, std::size_t) { done(failed); });
    });
  }

  Result<bool> receive(std::string& into, Deadline deadline) override {
    into.clear();
    if (broken_) return failure(socket_error(ErrorCode::unreachable, url, "closed before"));
    if (!reading_) {
      reading_ = true;
      read_.reset();
      ws_->async_read(buffer_, [this](Failure failed, std::size_t) { read_ = failed; });
    }
    run_until(deadline, [this] { return read_.has_value(); });
    if (!read_) return false;
    reading_ = false;
    if (*read_) {
      broken_ = true;
      return failure(socket_error(code_of(*read_), url, read_->message()));
    }
    const auto bytes = buffer_.data();
    into.assign(static_cast<const char*>(bytes.data()), bytes.size());
    buffer_.consume(buffer_.size());
    return true;
  }

 protected:
  /// Runs one operation to its end; past the deadline the stream is of no more use.
  template <typename Begin>
  Result<void> finish(Deadline deadline, Begin begin) {
    // Shared with the handler, which may outlive this call.
    const auto outcome = std::make_shared<std::optional<Failure>>();
    begin([outcome](Failure failed) { *outcome = failed; });
    run_until(deadline, [&] { return outcome->has_value(); });
    if (!*outcome) {
      broken_ = true;
      return failure(socket_error(ErrorCode::timed_out, url, "no answer in time"));
    }
    if (!**outcome) return {};
    broken_ = true;
    return failure(socket_error(code_of(**outcome), url, (*outcome)->message()));
  }

  template <typename Done>
  void run_until(Deadline deadline, Done done) {
    if (context_.stopped()) context_.restart();
    // Once even when the deadline has passed, so that what has arrived is taken.
    context_.poll();
    while (!done()) {
      if (std::chrono::steady_clock::now() >= deadline) return;
      if (context_.stopped()) context_.restart();
      context_.run_one_until(deadline);
    }
  }

  Result<void> connect_tcp(Deadline deadline) {
    Tcp::resolver::results_type found;
    // getaddrinfo knows no deadline; it runs on a thread of the resolver, which its end waits for.
    if (auto resolved = finish(deadline,
                               [&](auto done) {
                                 resolver_.async_resolve(
                                     url.host, std::to_string(url.port),
                                     [done, &found](Failure failed, auto results) {
                                       found = std::move(results);
                                       done(failed);
                                     });
                               });
        !resolved) {
      resolver_.cancel();
      context_.poll();
      return resolved;
    }
    return finish(deadline, [&](auto done) {
      beast::get_lowest_layer(*ws_).async_connect(
          found, [done](Failure failed, const Tcp::endpoint&) { done(failed); });
    });
  }

  Result<void> upgrade(Deadline deadline, const WebSocketOptions& options) {
    beast::get_lowest_layer(*ws_).expires_never();
    websocket::stream_base::timeout timeouts{};
    timeouts.handshake_timeout = std::chrono::seconds{30};  // the deadline comes first
    timeouts.idle_timeout = options.silence;
    timeouts.keep_alive_pings = true;
    ws_->set_option(timeouts);
    ws_->read_message_max(options.largest_message);
    ws_->set_option(websocket::stream_base::decorator([](websocket::request_type& request) {
      request.set(beast::http::field::user_agent, "plimsoll");
    }));
    websocket::response_type answer;
    auto upgraded = finish(deadline, [&](auto done) {
      ws_->async_handshake(answer, host_and_port(), url.path,
                           [done](Failure failed) { done(failed); });
    });
    if (upgraded) return upgraded;
    if (upgraded.error().code == ErrorCode::timed_out) abandon();  // `answer` ends here
    const auto status = answer.result_int();
    if (status == 401 || status == 403) upgraded.error().code = ErrorCode::denied;
    return upgraded;
  }

  /// Ends what is under way, so that no handler runs into what is gone.
  void abandon() {
    beast::get_lowest_layer(*ws_).cancel();
    if (context_.stopped()) context_.restart();
    context_.poll();
  }

  std::string host_and_port() const {
    const bool v6 = url.host.find(':') != std::string::npos;
    return (v6 ? "[" + url.host + "]" : url.host) + ":" + std::to_string(url.port);
  }

  asio::io_context context_{1};
  Tcp::resolver resolver_{context_};
  std::optional<Ws> ws_;
  beast::flat_buffer buffer_;
  std::optional<Failure> read_;
  bool reading_ = false;
  bool broken_ = false;
};

class PlainStream final : public StreamOf<Plain> {
 public:
  using StreamOf::StreamOf;
  Result<void> open(Deadline deadline, const WebSocketOptions& options) override {
    ws_.emplace(context_);
    if (auto connected = connect_tcp(deadline); !connected) return connected;
    return upgrade(deadline, options);
  }
};

class EncryptedStream final : public StreamOf<Encrypted> {
 public:
  using StreamOf::StreamOf;
  Result<void> open(Deadline deadline, const WebSocketOptions& options) override {
    Failure failed;
    tls_.set_default_verify_paths(failed);
    tls_.set_verify_mode(asio::ssl::verify_peer, failed);
    ws_.emplace(context_, tls_);
    auto& layer = ws_->next_layer();
    layer.set_verify_callback(asio::ssl::host_name_verification(url.host), failed);
    if (failed || SSL_ctrl(layer.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME,
                           TLSEXT_NAMETYPE_host_name, url.host.data()) != 1)
      return failure(socket_error(ErrorCode::unreachable, url, "TLS could not be set up"));
    if (auto connected = connect_tcp(deadline); !connected) return connected;
    auto encrypted = finish(deadline, [&](auto done) {
      layer.async_handshake(asio::ssl::stream_base::client, [done](Failure error) { done(error); });
    });
    if (!encrypted) {
      if (encrypted.error().code != ErrorCode::timed_out)
        encrypted.error().code = ErrorCode::denied;
      return encrypted;
    }
    return upgrade(deadline, options);
  }

 private:
  asio::ssl::context tls_{asio::ssl::context::tls_client};
};

}  // namespace

WebSocket::WebSocket(std::unique_ptr<Stream> stream) : stream_{std::move(stream)} {}
WebSocket::~WebSocket() = default;
WebSocket::WebSocket(WebSocket&&) noexcept = default;
WebSocket& WebSocket::operator=(WebSocket&&) noexcept = default;

Result<WebSocket> WebSocket::connect(const std::string& url, Deadline deadline,
                                     WebSocketOptions options) {
  auto parsed = parse_url(url);
  if (!parsed) return failure(parsed.error());
  if (parsed->scheme != "ws" && parsed->scheme != "wss")
    return failure(socket_error(ErrorCode::malformed, *parsed, "not a ws:// or wss:// URL"));
  std::unique_ptr<Stream> stream;
  if (parsed->is_encrypted())
    stream = std::make_unique<EncryptedStream>(std::move(*parsed));
  else
    stream = std::make_unique<PlainStream>(std::move(*parsed));
  if (auto opened = stream->open(deadline, options); !opened) return failure(opened.error());
  return WebSocket{std::move(stream)};
}

Result<void> WebSocket::send(std::string_view text, Deadline deadline) {
  return stream_->send(text, deadline);
}

Result<bool> WebSocket::receive(std::string& into, Deadline deadline) {
  return stream_->receive(into, deadline);
}

}  // namespace plimsoll::http
