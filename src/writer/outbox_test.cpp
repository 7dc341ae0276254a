#include "writer/outbox.h"

#include <gtest/gtest.h>

#include <cstring>
#include <deque>
#include <random>
#include <string>

namespace plimsoll {
namespace {

std::string entry(std::mt19937& random) {
  return std::string(1 + random() % 90, static_cast<char>('a' + random() % 26));
}

TEST(Waiting, gives_back_what_was_put_in_and_never_holds_more) {
  Waiting waiting{512, 16};
  std::deque<std::string> model;
  std::mt19937 random{3};
  for (int turn = 0; turn < 20'000; ++turn) {
    const auto text = entry(random);
    if (char* at = random() % 2 == 0 ? waiting.room_for(text.size()) : nullptr) {
      std::memcpy(at, text.data(), text.size());
      waiting.push(text.size(), 0);
      model.push_back(text);
    } else if (!model.empty()) {
      ASSERT_EQ(waiting.front_bytes(), model.front());
      waiting.pop();
      model.pop_front();
    }
    ASSERT_EQ(waiting.entries(), model.size());
    ASSERT_LE(waiting.bytes(), 512U);
    ASSERT_LE(waiting.entries(), 16U);
  }
}

TEST(Flight, writes_all_in_order_whatever_is_answered_meanwhile) {
  Flight flight{512, 16};
  std::mt19937 random{4};
  std::string put;
  std::string written;
  for (int turn = 0; turn < 20'000; ++turn) {
    const auto text = entry(random);
    if (char* at = flight.room_for(text.size())) {
      std::memcpy(at, text.data(), text.size());
      flight.push(text.size(), 0, Sending::Kind::entry);
      put += text;
    }
    const auto some = flight.unwritten().substr(0, random() % 100);
    written += some;
    flight.wrote(some.size());
    while (flight.unwritten().empty() && flight.awaits_reply() && random() % 3 != 0)
      flight.answer(Sending::State::done);
    ASSERT_LE(flight.bytes(), 512U);
  }
  EXPECT_EQ(written, put.substr(0, written.size()));
  EXPECT_GT(written.size(), 50'000U);
}

TEST(Flight, what_was_refused_stands_at_the_front_again) {
  Flight flight{512, 16};
  for (const std::string text : {"aaa", "bb", "c", "dddd", "ee"}) {
    std::memcpy(flight.room_for(text.size()), text.data(), text.size());
    flight.push(text.size(), 0, text == "c" ? Sending::Kind::trim : Sending::Kind::entry);
  }
  flight.wrote(flight.unwritten().size() - 2);
  flight.answer(Sending::State::done);
  flight.answer(Sending::State::refused);
  flight.answer(Sending::State::done);
  flight.answer(Sending::State::done);
  EXPECT_EQ(flight.entries(), 2U);
  std::string sent;
  flight.keep_only([&](const Sending&, const char* bytes, bool was_sent) {
    sent += was_sent ? bytes[0] : '-';
    return true;
  });
  EXPECT_EQ(sent, "b-");
  EXPECT_EQ(flight.unwritten(), "bbee");
  EXPECT_EQ(flight.entries(), 2U);
}

}  // namespace
}  // namespace plimsoll
