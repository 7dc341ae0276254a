#include "link/postgres/address.h"

#include <gtest/gtest.h>

namespace plimsoll::postgres {
namespace {

TEST(ParseAddress, takes_the_password_out_of_a_url) {
  const auto address =
      parse_address("postgresql://ana:s3cr%40t@db.example:5433/tradeul?sslmode=require");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->url, "postgresql://ana@db.example:5433/tradeul?sslmode=require");
  EXPECT_EQ(address->password.reveal(), "s3cr@t");
}

TEST(ParseAddress, takes_it_out_of_the_query_and_of_a_conninfo) {
  const auto query = parse_address("postgres://db/x?user=ana&password=s3cret&sslpassword=k3y");
  ASSERT_TRUE(query);
  EXPECT_EQ(query->url, "postgresql://ana@db/x");
  EXPECT_EQ(query->password.reveal(), "s3cret");
  EXPECT_EQ(query->ssl_password.reveal(), "k3y");

  const auto conninfo = parse_address("host=/tmp/a\\ b password='s3 cr\\'et' user=ana");
  ASSERT_TRUE(conninfo);
  EXPECT_EQ(conninfo->url, "user=ana host='/tmp/a b'");
  EXPECT_EQ(conninfo->password.reveal(), "s3 cr'et");
}

TEST(ParseAddress, keeps_what_a_url_says_when_it_is_read_again) {
  for (const std::string text :
       {"postgresql://", "postgresql://db", "postgresql://ana@[::1]:5432/d",
        "postgresql:///d?host=/run/postgresql", "postgresql://ana@/d?host=a,b&port=1,2",
        "postgresql://ana%40corp@h/a%20b%2Fc", "postgresql://db/?connect_timeout=3"}) {
    const auto once = parse_address(text);
    ASSERT_TRUE(once) << text;
    const auto twice = parse_address(once->url);
    ASSERT_TRUE(twice) << once->url;
    EXPECT_EQ(once->url, twice->url);
  }
  EXPECT_EQ(parse_address("postgresql:///d?host=/run/postgresql")->url,
            "postgresql:///d?host=/run/postgresql");
}

TEST(ParseAddress, refuses_what_it_cannot_read_and_never_quotes_it) {
  for (const std::string text :
       {"postgresql://ana:hunter2@pass@db/x", "postgresql://ana:hunter2/pass@db/x",
        "postgresql://ana:12/hunter2@db/x", "postgresql://ana:hunter2%zz@db/x",
        "host=db password=one hunter2", "mysql://ana:hunter2@db/x", "postgresql://a?hunter2=1",
        "user=ana password='hunter2"}) {
    const auto address = parse_address(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().code, ErrorCode::malformed);
    for (const auto& said : {address.error().what, address.error().hint}) {
      EXPECT_EQ(said.en.find("hunter2"), std::string::npos);
      EXPECT_EQ(said.es.find("hunter2"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace plimsoll::postgres
