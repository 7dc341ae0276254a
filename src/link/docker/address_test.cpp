#include "link/docker/address.h"

#include <gtest/gtest.h>

namespace plimsoll::docker {
namespace {

TEST(DockerAddress, takes_sockets_paths_and_tcp) {
  EXPECT_EQ(parse_address("unix:///var/run/docker.sock")->socket, "/var/run/docker.sock");
  EXPECT_EQ(parse_address("/run/podman/podman.sock")->text(), "unix:///run/podman/podman.sock");
  EXPECT_EQ(parse_address("tcp://10.0.0.5:2376/")->text(), "tcp://10.0.0.5:2376");
  EXPECT_EQ(parse_address("http://docker-proxy")->text(), "tcp://docker-proxy:2375");
  EXPECT_EQ(parse_address("tcp://[::1]:2375")->host, "::1");
  EXPECT_EQ(parse_address("tcp://[::1]:2375")->text(), "tcp://[::1]:2375");
}

TEST(DockerAddress, tells_what_can_be_this_host) {
  EXPECT_TRUE(parse_address("/var/run/docker.sock")->may_be_local());
  EXPECT_TRUE(parse_address("tcp://127.0.0.1:2375")->may_be_local());
  EXPECT_FALSE(parse_address("tcp://10.0.0.5:2375")->may_be_local());
}

TEST(DockerAddress, refuses_what_it_does_not_understand_and_says_what_it_does) {
  for (const char* text :
       {"", "ssh://root@host", "npipe:////./pipe/docker", "unix://relative", "tcp://",
        "tcp://:2375", "tcp://host:0", "tcp://host:65536", "tcp://host:2375x", "tcp://host/path",
        "tcp://a b:1", "tcp://user@host:1", "tcp://[::1", "docker.sock"}) {
    const auto address = parse_address(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().code, ErrorCode::unsupported) << text;
    EXPECT_NE(address.error().hint.en.find("unix:///"), std::string::npos);
  }
}

TEST(DockerAddress, never_repeats_a_password) {
  const auto address = parse_address("ssh://root:hunter2@host");
  ASSERT_FALSE(address);
  EXPECT_EQ(address.error().what.en.find("hunter2"), std::string::npos);
}

TEST(DockerAddress, refuses_a_path_no_socket_can_have) {
  const auto address = parse_address("/" + std::string(200, 'a'));
  ASSERT_FALSE(address);
  EXPECT_NE(address.error().what.es.find("201"), std::string::npos);
}

}  // namespace
}  // namespace plimsoll::docker
