#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <functional>
#include <thread>
#include <utility>  // Asio 1.74 uses std::exchange without it

#include "feed/aggregate_stream.h"

namespace plimsoll::market {
namespace {

using namespace std::chrono_literals;
namespace beast = boost::beast;
using Tcp = boost::asio::ip::tcp;
using Socket = beast::websocket::stream<Tcp::socket>;

/// Speaks to one client after the other as the scripts say; what a script throws ends its
/// connection.
class SocketServer {
 public:
  explicit SocketServer(std::vector<std::function<void(Socket&)>> scripts)
      : thread_{[this, scripts = std::move(scripts)] {
          for (const auto& script : scripts) {
            Socket socket{acceptor_.accept()};
            try {
              socket.accept();
              script(socket);
            } catch (const boost::system::system_error&) {
            }
          }
        }} {}
  SocketServer(const SocketServer&) = delete;
  SocketServer& operator=(const SocketServer&) = delete;
  ~SocketServer() { thread_.join(); }
  std::string url() const {
    return "ws://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/stocks";
  }

 private:
  boost::asio::io_context context_;
  Tcp::acceptor acceptor_{context_, {boost::asio::ip::address_v4::loopback(), 0}};
  std::thread thread_;
};

std::string heard(Socket& socket) {
  beast::flat_buffer buffer;
  socket.read(buffer);
  return beast::buffers_to_string(buffer.data());
}

void say_text(Socket& socket, const std::string& text) {
  socket.text(true);
  socket.write(boost::asio::buffer(text));
}

void let_in(Socket& socket) {
  say_text(socket, R"([{"ev":"status","status":"connected","message":"Connected Successfully"}])");
  EXPECT_EQ(heard(socket), R"({"action":"auth","params":"s3cr3t"})");
  say_text(socket, R"([{"ev":"status","status":"auth_success","message":"authenticated"}])");
  EXPECT_EQ(heard(socket), R"({"action":"subscribe","params":"A.*"})");
  say_text(socket, R"([{"ev":"status","status":"success","message":"subscribed to: A.*"}])");
}

std::string bar_of(std::string_view symbol) {
  return R"({"ev":"A","sym":")" + std::string{symbol} + R"(","v":100,"c":10.5,"s":1,"e":2})";
}

AggregateStreamOptions options_for(const SocketServer& server) {
  AggregateStreamOptions options;
  options.url = server.url();
  options.key = Secret{"s3cr3t"};
  options.least_backoff = 1ms;
  return options;
}

/// Calls until there are bars.
std::vector<VendorAggregate> bars_of(AggregateStream& stream) {
  std::vector<VendorAggregate> bars;
  const auto deadline = deadline_in(20s);
  while (bars.empty() && std::chrono::steady_clock::now() < deadline) {
    const auto received = stream.receive(bars, deadline_in(1s));
    if (!received) {
      EXPECT_EQ(received.error().what.en.find("s3cr3t"), std::string::npos);
    }
  }
  return bars;
}

TEST(AggregateStream, enters_and_comes_back_after_a_loss) {
  SocketServer server{{[](Socket& socket) {
                         let_in(socket);
                         say_text(socket, "[" + bar_of("A") + "," + bar_of("B") + "]");
                         say_text(socket, "[{\"ev\":");  // malformed: the client goes away
                         heard(socket);
                       },
                       [](Socket& socket) {
                         let_in(socket);
                         say_text(socket, "[" + bar_of("C") + "]");
                         heard(socket);
                       }}};
  AggregateStream stream{options_for(server)};
  EXPECT_EQ(bars_of(stream).size(), 2U);
  const auto again = bars_of(stream);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].symbol.text(), "C");
  EXPECT_EQ(stream.connections(), 2U);
}

TEST(AggregateStream, a_refused_key_is_denied_and_not_told) {
  SocketServer server{{[](Socket& socket) {
    say_text(socket, R"([{"ev":"status","status":"connected"}])");
    heard(socket);
    say_text(socket, R"([{"ev":"status","status":"auth_failed","message":"bad key s3cr3t"}])");
    heard(socket);
  }}};
  AggregateStream stream{options_for(server)};
  std::vector<VendorAggregate> bars;
  const auto denied = stream.receive(bars, deadline_in(5s));
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().code, ErrorCode::denied);
  EXPECT_EQ(denied.error().what.en, "the feed's stream refused the key: bad key ***");
}

TEST(AggregateStream, has_bounds) {
  SocketServer server{{[](Socket& socket) {
    let_in(socket);
    say_text(socket, "[" + bar_of("A") + "," + bar_of("B") + "," + bar_of("C") + "]");
    say_text(socket, std::string(8192, ' '));
    heard(socket);
  }}};
  auto options = options_for(server);
  options.most_bars = 2;
  options.socket.largest_message = 4096;
  AggregateStream stream{options};
  EXPECT_EQ(bars_of(stream).size(), 2U);
  EXPECT_EQ(stream.dropped(), 1U);
  std::vector<VendorAggregate> bars;
  const auto too_large = stream.receive(bars, deadline_in(5s));
  ASSERT_FALSE(too_large);
  EXPECT_EQ(too_large.error().code, ErrorCode::malformed);
}

}  // namespace
}  // namespace plimsoll::market
