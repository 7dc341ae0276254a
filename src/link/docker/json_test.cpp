#include "link/docker/json.h"

#include <gtest/gtest.h>

#include <limits>

namespace plimsoll::docker {
namespace {

TEST(DockerJson, a_body_cut_at_any_byte_is_malformed_and_never_throws) {
  const std::string body = R"({"Id":"ab","n":[1,-2,3.5e2],"t":"\u00f1","o":{"x":null,"y":true}})";
  ASSERT_TRUE(parse_object(body, "container 'x'"));
  for (std::size_t length = 0; length < body.size(); ++length) {
    const auto document = parse_object(body.substr(0, length), "container 'x'");
    ASSERT_FALSE(document) << length;
    EXPECT_EQ(document.error().code, ErrorCode::malformed);
    EXPECT_NE(document.error().what.en.find("container 'x'"), std::string::npos);
  }
}

TEST(DockerJson, deep_nesting_is_no_stack_overflow) {
  EXPECT_FALSE(parse_json(std::string(200'000, '['), "x"));
}

TEST(DockerJson, an_empty_list_of_go_is_null) {
  EXPECT_TRUE(parse_list("null", "images")->empty());
  EXPECT_FALSE(parse_list("{}", "images"));
  EXPECT_FALSE(parse_object("[]", "info"));
}

TEST(DockerJson, members_of_another_type_are_not_there) {
  const Json node =
      *parse_object(R"({"a":{"b":"text","n":7,"f":1.5,"z":null,"l":["x",3,"y"],"t":true}})", "x");
  EXPECT_EQ(text_at(node, {"a", "b"}), "text");
  EXPECT_EQ(text_at(node, {"a", "n"}), "");
  EXPECT_EQ(text_at(node, {"a", "b", "c"}), "");
  EXPECT_EQ(int_at(node, {"a", "n"}), 7);
  EXPECT_FALSE(int_at(node, {"a", "b"}));
  EXPECT_FALSE(int_at(node, {"a", "f"}));
  EXPECT_FALSE(int_at(node, {"a", "z"}));
  EXPECT_EQ(bool_at(node, {"a", "t"}), true);
  EXPECT_FALSE(bool_at(node, {"a", "n"}));
  EXPECT_EQ(texts_at(node, {"a", "l"}), (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(member(node, {"a", "z"}), nullptr);
}

TEST(DockerJson, the_limit_of_podman_is_large_and_not_negative) {
  const Json node = *parse_object(R"({"limit":18446744073709551615})", "stats");
  EXPECT_EQ(int_at(node, {"limit"}), std::numeric_limits<std::int64_t>::max());
}

TEST(DockerJson, instants_have_up_to_nine_decimals_and_a_zero) {
  const Json node =
      *parse_object(R"({"a":"2025-11-11T17:03:09.123456789Z","b":"0001-01-01T00:00:00Z",
    "c":"2025-11-11T17:03:09.5+02:00","d":"yesterday"})",
                    "x");
  EXPECT_EQ(iso8601(*instant_at(node, {"a"})), "2025-11-11T17:03:09.123456Z");
  EXPECT_FALSE(instant_at(node, {"b"}));
  EXPECT_EQ(iso8601(*instant_at(node, {"c"})), "2025-11-11T15:03:09.500000Z");
  EXPECT_FALSE(instant_at(node, {"d"}));
}

}  // namespace
}  // namespace plimsoll::docker
