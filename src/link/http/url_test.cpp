#include "link/http/url.h"

#include <gtest/gtest.h>

#include "link/http/client.h"
#include "link/http/web_socket.h"

namespace plimsoll::http {
namespace {

TEST(Url, its_parts) {
  const auto url = parse_url("wss://socket.massive.com/stocks");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "socket.massive.com");
  EXPECT_EQ(url->port, 443);
  EXPECT_EQ(url->path, "/stocks");
  EXPECT_TRUE(url->is_encrypted());
  EXPECT_FALSE(url->is_loopback());
  const auto local = parse_url("http://[::1]:8003");
  ASSERT_TRUE(local);
  EXPECT_EQ(local->host, "::1");
  EXPECT_EQ(local->port, 8003);
  EXPECT_EQ(local->path, "/");
  EXPECT_TRUE(local->is_loopback());
}

TEST(Url, what_is_none) {
  for (const auto* text : {"", "host", "ftp://host/", "http://", "http://:80/", "http://h:0/",
                           "http://h:99999/", "http://h:x/", "http://user:pw@host/",
                           "http://host/a b", "http://host/\r\nX: y", "http://[::1/"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code, ErrorCode::malformed);
    EXPECT_EQ(url.error().what.en.find("pw"), std::string::npos);
  }
}

TEST(HttpClient, a_key_goes_nowhere_in_the_clear) {
  Client client;
  Answer answer;
  const auto sent =
      client.get("http://192.0.2.1/", Secret{"k3y"}, deadline_in(std::chrono::seconds{1}), answer);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::denied);
}

TEST(WebSocket, only_its_own_schemes) {
  const auto socket =
      WebSocket::connect("http://127.0.0.1:1/", deadline_in(std::chrono::seconds{1}));
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().code, ErrorCode::malformed);
  const auto nobody = WebSocket::connect("ws://127.0.0.1:1/", deadline_in(std::chrono::seconds{5}));
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code, ErrorCode::unreachable);
}

}  // namespace
}  // namespace plimsoll::http
