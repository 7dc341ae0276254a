#include "link/http/server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <thread>

namespace plimsoll::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using BodyResponse = beast::http::response<beast::http::string_body>;

/// What all connections of a server share.
struct Shared {
  ServerOptions options;
  Server::Handler answer;
  std::size_t open = 0;
};

/// One connection: a request, its answer, and the next one. It lives as long as a call of it waits.
class Visit : public std::enable_shared_from_this<Visit> {
 public:
  Visit(tcp::socket socket, Shared& shared) : stream_{std::move(socket)}, shared_{shared} {
    ++shared_.open;
  }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;
  ~Visit() { --shared_.open; }

  void read() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(shared_.options.largest_request));
    parser_->body_limit(shared_.options.largest_request);
    stream_.expires_after(shared_.options.patience);
    beast::http::async_read(stream_, buffer_, *parser_,
                            [self = shared_from_this()](beast::error_code error, std::size_t) {
                              if (!error) self->reply();
                            });
  }

 private:
  void reply() {
    const auto& request = parser_->get();
    const auto target = request.target();
    const std::string_view path{target.data(), target.size()};
    const bool head = request.method() == beast::http::verb::head;
    Response said{.status = 405, .body = "only GET\n"};
    if (head || request.method() == beast::http::verb::get)
      said = shared_.answer(path.substr(0, path.find('?')));
    response_ = {};
    response_.result(said.status);
    response_.version(request.version());
    response_.keep_alive(request.keep_alive());
    response_.set(beast::http::field::content_type, said.content_type);
    response_.set(beast::http::field::cache_control, "no-store");
    response_.content_length(said.body.size());
    if (!head) response_.body() = std::move(said.body);
    stream_.expires_after(shared_.options.patience);
    beast::http::async_write(stream_, response_,
                             [self = shared_from_this()](beast::error_code error, std::size_t) {
                               if (!error && self->response_.keep_alive()) self->read();
                             });
  }

  beast::tcp_stream stream_;
  Shared& shared_;
  beast::flat_buffer buffer_{16'384};
  std::optional<beast::http::request_parser<beast::http::string_body>> parser_;
  BodyResponse response_;
};

}  // namespace

class Server::Loop {
 public:
  Loop(const ServerOptions& options, Handler answer)
      : shared_{options, std::move(answer)}, acceptor_{context_} {}
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }

  beast::error_code open(const tcp::endpoint& endpoint) {
    beast::error_code error;
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address{true}, error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(16, error);
    return error;
  }
  void run() {
    accept();
    thread_ = std::thread{[this] { context_.run(); }};
  }
  int port() const { return acceptor_.local_endpoint().port(); }

 private:
  void accept() {
    acceptor_.async_accept([this](beast::error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (!error && shared_.open < shared_.options.most_connections)
        std::make_shared<Visit>(std::move(socket), shared_)->read();
      accept();
    });
  }

  Shared shared_;  // before the context: what is left in it at the end is connections
  asio::io_context context_{1};
  tcp::acceptor acceptor_;
  std::thread thread_;
};

Server::Server(std::unique_ptr<Loop> loop) : loop_{std::move(loop)} {}
Server::~Server() = default;
int Server::port() const { return loop_->port(); }

Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, Handler answer) {
  beast::error_code error;
  const auto address = asio::ip::make_address(options.host, error);
  if (error)
    return failure(ErrorCode::malformed, say("'{}' is no numeric address",
                                             "«{}» no es una dirección numérica", {options.host}));
  auto loop = std::make_unique<Loop>(options, std::move(answer));
  error = loop->open({address, static_cast<unsigned short>(options.port)});
  if (error) {
    const bool denied = error == asio::error::access_denied;
    return failure(denied ? ErrorCode::denied : ErrorCode::conflict,
                   say("cannot listen on {}:{}: {}", "no se puede escuchar en {}:{}: {}",
                       {options.host, std::to_string(options.port), error.message()}));
  }
  loop->run();
  return std::unique_ptr<Server>{new Server{std::move(loop)}};
}

}  // namespace plimsoll::http
