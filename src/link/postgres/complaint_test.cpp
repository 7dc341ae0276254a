#include "link/postgres/complaint.h"

#include <gtest/gtest.h>

namespace plimsoll::postgres {
namespace {

ConnectionFacts ana_at_tradeul() {
  ConnectionFacts facts;
  facts.server = "127.0.0.1:5432";
  facts.role = "ana";
  facts.database = "tradeul";
  return facts;
}

TEST(ParseComplaint, reads_the_state_of_a_translated_message) {
  const auto complaint = parse_complaint(
      "connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  28P01: la autentificación "
      "password falló para el usuario «ana»\nUBICACIÓN:  auth_failed, auth.c:338\n");
  EXPECT_EQ(complaint.sqlstate, "28P01");
  EXPECT_NE(complaint.message.find("FATAL: la autentificación"), std::string::npos)
      << complaint.message;
}

TEST(ParseComplaint, takes_the_last_of_several_addresses) {
  const auto complaint = parse_complaint(
      "a: FATAL:  57P03: the database system is starting up\nLOCATION:  x\nb: FATAL:  3D000: "
      "database \"x\" does not exist\n");
  EXPECT_EQ(complaint.sqlstate, "3D000");
  EXPECT_EQ(complaint.message.find("LOCATION"), std::string::npos);
}

TEST(ParseComplaint, leaves_a_message_without_a_state_as_it_is) {
  const auto complaint = parse_complaint("Connection refused\n\tIs the server running?\n");
  EXPECT_EQ(complaint.sqlstate, "");
  EXPECT_EQ(complaint.message, "Connection refused Is the server running?");
}

TEST(ConnectionError, says_what_to_do_about_each_refusal) {
  struct Case {
    Complaint complaint;
    ErrorCode code;
    std::string hint;
  };
  for (const auto& [complaint, code, hint] : std::vector<Case>{
           {{"28P01", "password authentication failed"}, ErrorCode::denied, "wrong password"},
           {{"28000", "no pg_hba.conf entry for host"}, ErrorCode::denied, "pg_reload_conf"},
           {{"28000", "role \"ana\" does not exist"}, ErrorCode::denied, "does not exist"},
           {{"", "fe_sendauth: no password supplied"}, ErrorCode::denied, "needs a password"},
           {{"3D000", "database"}, ErrorCode::unsupported, "no database tradeul"},
           {{"57P03", "starting up"}, ErrorCode::unreachable, "try again"},
           {{"53300", "too many clients"}, ErrorCode::unreachable, "max_connections"},
           {{"42501", "permission denied"},
            ErrorCode::denied,
            "GRANT CONNECT ON DATABASE tradeul TO ana"},
           {{"", "Connection refused"}, ErrorCode::unreachable, "running"},
       }) {
    const auto error = connection_error(complaint, ana_at_tradeul());
    EXPECT_EQ(error.code, code) << complaint.message;
    EXPECT_NE(error.hint.en.find(hint), std::string::npos) << error.hint.en;
    EXPECT_FALSE(error.hint.es.empty());
  }
}

TEST(StatementError, names_the_grant_for_an_odd_role_too) {
  auto facts = ana_at_tradeul();
  facts.role = "Ana \"B\"";
  const auto error = statement_error({"42501", "permission denied for function pg_ls_waldir"},
                                     say("WAL", "WAL"), Grant::monitor, facts);
  EXPECT_EQ(error.code, ErrorCode::denied);
  EXPECT_EQ(error.hint.en, "GRANT pg_monitor TO \"Ana \"\"B\"\"\"");
}

TEST(StatementError, knows_the_states_that_are_expected) {
  const auto code = [](const char* state) {
    return statement_error({state, "x"}, say("a", "a"), Grant::none, ana_at_tradeul()).code;
  };
  EXPECT_EQ(code("57014"), ErrorCode::timed_out);
  EXPECT_EQ(code("55P03"), ErrorCode::conflict);
  EXPECT_EQ(code("42P01"), ErrorCode::unsupported);
  EXPECT_EQ(code("57P01"), ErrorCode::unreachable);
  EXPECT_EQ(code(""), ErrorCode::unreachable);
  EXPECT_EQ(code("22P02"), ErrorCode::malformed);
}

}  // namespace
}  // namespace plimsoll::postgres
