#include "link/docker/api_version.h"

#include <gtest/gtest.h>

namespace plimsoll::docker {
namespace {

TEST(DockerApiVersion, is_a_pair_of_numbers) {
  EXPECT_EQ(parse_api_version("1.41"), (ApiVersion{1, 41}));
  EXPECT_LT(*parse_api_version("1.9"), *parse_api_version("1.24"));
  for (const char* text : {"", "1", "1.", ".41", "1.4.1", "v1.41", "1.-4", "1.99999999999"}) {
    EXPECT_FALSE(parse_api_version(text)) << text;
  }
}

TEST(DockerApiVersion, the_newest_both_know_is_spoken) {
  EXPECT_EQ(*negotiate({1, 41}, ApiVersion{1, 12}), (ApiVersion{1, 41}));
  EXPECT_EQ(*negotiate({1, 53}, ApiVersion{1, 44}), kNewestKnown);
  EXPECT_EQ(*negotiate({1, 24}, std::nullopt), (ApiVersion{1, 24}));
}

TEST(DockerApiVersion, an_engine_that_wants_a_newer_one_is_still_spoken_to) {
  EXPECT_EQ(*negotiate({1, 60}, ApiVersion{1, 52}), (ApiVersion{1, 52}));
}

TEST(DockerApiVersion, an_engine_that_is_too_old_is_refused) {
  const auto spoken = negotiate({1, 22}, std::nullopt);
  ASSERT_FALSE(spoken);
  EXPECT_EQ(spoken.error().code, ErrorCode::unsupported);
}

}  // namespace
}  // namespace plimsoll::docker
