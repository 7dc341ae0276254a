#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "link/redis/link.h"
#include "link/redis/script.h"
#include "tests/testing/private_servers.h"

namespace plimsoll::redis {
namespace {

using namespace std::chrono_literals;
using testing::TestRedis;

/// A loopback listener that does to its one client what the test says.
class Impostor {
 public:
  template <typename Behaviour>
  explicit Impostor(Behaviour behave) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(listener_, generic, size), 0);
    EXPECT_EQ(listen(listener_, 4), 0);
    getsockname(listener_, generic, &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this, behave] {
      const int client = accept(listener_, nullptr, nullptr);
      if (client < 0) return;
      behave(client);
      char byte = 0;
      while (read(client, &byte, 1) > 0) {
      }
      close(client);
    }};
  }
  Impostor(const Impostor&) = delete;
  Impostor& operator=(const Impostor&) = delete;
  ~Impostor() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  Address address() const {
    Address to;
    to.port = port_;
    return to;
  }

 private:
  int listener_ = -1;
  int port_ = 0;
  std::thread thread_;
};

void tell(int client, std::string_view bytes) {
  static_cast<void>(::send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL));
}

Error error_within(const Address& address, std::chrono::milliseconds budget) {
  const auto begun = std::chrono::steady_clock::now();
  auto link = Link::connect(address, budget);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, budget + 2s);
  EXPECT_FALSE(link);
  return link ? Error{} : link.error();
}

TEST(RedisLinkContract, a_server_that_says_nothing_costs_the_budget) {
  const Impostor silent{[](int) {}};
  EXPECT_EQ(error_within(silent.address(), 100ms).code, ErrorCode::timed_out);
}

TEST(RedisLinkContract, a_server_that_drips_costs_the_budget) {
  const Impostor dripping{[](int client) {
    tell(client, "$1000\r\n");
    char byte =
        0;  // one more byte whenever nothing came for a moment; ends when the client is gone
    timeval pause{0, 5000};
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &pause, sizeof pause);
    for (int i = 0; i < 900 && recv(client, &byte, 1, 0) != 0; ++i) tell(client, "x");
  }};
  EXPECT_EQ(error_within(dripping.address(), 150ms).code, ErrorCode::timed_out);
}

TEST(RedisLinkContract, a_reply_cut_in_the_middle_is_a_lost_connection) {
  const Impostor cut{[](int client) {
    tell(client, "$100\r\nhalf of");
    shutdown(client, SHUT_WR);
  }};
  EXPECT_EQ(error_within(cut.address(), 2s).code, ErrorCode::unreachable);
}

TEST(RedisLinkContract, another_service_does_not_speak_redis) {
  const Impostor web{[](int client) { tell(client, "HTTP/1.1 400 Bad Request\r\n\r\n"); }};
  const Error error = error_within(web.address(), 2s);
  EXPECT_EQ(error.code, ErrorCode::malformed);
  EXPECT_FALSE(error.hint.es.empty());
}

TEST(RedisLinkContract, a_reply_beyond_the_bound_is_refused) {
  const Impostor flood{[](int client) {
    tell(client, "$400000000\r\n");
    const std::string chunk(1 << 20, 'x');
    for (int i = 0; i < 32; ++i) tell(client, chunk);
  }};
  EXPECT_EQ(error_within(flood.address(), 10s).code, ErrorCode::malformed);
}

TEST(RedisLinkContract, nobody_listening_is_unreachable) {
  int port = 0;
  {
    const Impostor gone{[](int) {}};
    port = gone.address().port;
  }
  Address address;
  address.port = port;
  EXPECT_EQ(error_within(address, 2s).code, ErrorCode::unreachable);
  address.unix_path = "/nonexistent/redis.sock";
  EXPECT_EQ(error_within(address, 2s).code, ErrorCode::unreachable);
  address.unix_path = std::string(200, 'x');
  EXPECT_EQ(error_within(address, 2s).code, ErrorCode::unreachable);
}

#ifndef PLIMSOLL_REDIS_TLS
TEST(RedisLinkContract, tls_without_a_library_for_it_says_so) {
  const TestRedis server;
  auto address = *parse_address(server.url());
  address.tls = true;
  const Error error = error_within(address, 2s);
  EXPECT_EQ(error.code, ErrorCode::unsupported);
  EXPECT_NE(error.hint.en.find("hiredis_ssl"), std::string::npos);
}
#endif

TEST(RedisLinkContract, passwords_wrong_missing_and_right) {
  const TestRedis server{"requirepass hunter2"};
  auto address = *parse_address(server.url());
  address.password = Secret{};
  EXPECT_EQ(error_within(address, 5s).code, ErrorCode::denied);
  address.password = Secret{"hunter3"};
  const Error wrong = error_within(address, 5s);
  EXPECT_EQ(wrong.code, ErrorCode::denied);
  EXPECT_EQ(wrong.what.en.find("hunter"), std::string::npos);
  address.password = Secret{"hunter2"};
  const auto link = Link::connect(address, 5s);
  ASSERT_TRUE(link) << link.error().what.en;
  EXPECT_EQ(link->password_required(), true);
}

TEST(RedisLinkContract, bytes_of_any_kind_survive_and_the_connection_is_named) {
  const TestRedis server;
  auto link = Link::connect(*parse_address(server.url()), 5s);
  ASSERT_TRUE(link) << link.error().what.en;
  const std::string odd{"a\0b\r\n\"ñ\xff", 9};
  const auto replies = pipeline(*link, {{"SET", odd, odd}, {"GET", odd}, {"CLIENT", "GETNAME"}});
  ASSERT_TRUE(replies);
  EXPECT_EQ((*replies)[1].text, odd);
  EXPECT_EQ((*replies)[2].text, "plimsoll");
}

TEST(RedisLinkContract, a_server_that_ends_is_an_error_at_the_next_call_and_after) {
  TestRedis server;
  auto link = Link::connect(*parse_address(server.url()), 5s);
  ASSERT_TRUE(link);
  server.stop();
  EXPECT_EQ(link->info().error().code, ErrorCode::unreachable);
  EXPECT_EQ(link->time().error().code, ErrorCode::unreachable);
}

TEST(RedisLinkContract, more_commands_than_fit_the_sockets_do_not_deadlock) {
  const TestRedis server;
  auto link = Link::connect(*parse_address(server.url()), 30s);
  ASSERT_TRUE(link);
  const std::string large(20'000, 'v');
  const std::vector<Command> echoes(2'000, Command{"ECHO", large});
  const auto replies = pipeline(*link, echoes);
  ASSERT_TRUE(replies);
  EXPECT_EQ(replies->size(), echoes.size());
  EXPECT_EQ(replies->back().text, large);
}

}  // namespace
}  // namespace plimsoll::redis
