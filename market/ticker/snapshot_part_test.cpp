#include "ticker/snapshot_part.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "ticker/record.h"

namespace plimsoll::market {
namespace {

constexpr Millis kTakenAt{std::chrono::milliseconds{1'762'870'500'123}};

Quote quote_of(std::string_view symbol, double last = 12.34) {
  Quote quote;
  quote.symbol = Symbol::of(symbol);
  quote.exchange_time = kTakenAt - std::chrono::seconds{1};
  quote.last = Price::dollars(last);
  return quote;
}

Quote random_quote(std::mt19937_64& random) {
  const auto up_to = [&](std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>{0, most}(random);
  };
  Quote quote = quote_of(
      std::string(static_cast<std::size_t>(up_to(9)) + 1, static_cast<char>('A' + up_to(25))));
  quote.otc = up_to(1) == 1;
  for (auto price : {&Quote::last, &Quote::bid, &Quote::ask, &Quote::day_open, &Quote::day_high,
                     &Quote::day_low, &Quote::day_close, &Quote::vwap, &Quote::prev_close}) {
    (quote.*price).units = up_to(std::numeric_limits<std::uint32_t>::max());
  }
  for (auto volume : {&Quote::day_volume, &Quote::volume_today, &Quote::prev_volume})
    quote.*volume = up_to(std::numeric_limits<std::int64_t>::max());
  quote.minute_volume = static_cast<std::int32_t>(up_to(std::numeric_limits<std::int32_t>::max()));
  quote.minute_trades = static_cast<std::int32_t>(up_to(1000));
  return quote;
}

SnapshotEntry entry_of(const SnapshotPartWriter::Fields& fields) {
  SnapshotEntry entry;
  for (std::size_t i = 0; i < fields.size(); i += 2)
    EXPECT_TRUE(entry.set(fields[i], fields[i + 1])) << fields[i];
  return entry;
}

TEST(SnapshotPart, golden_record_byte_by_byte) {
  Quote quote = quote_of("BRK.B", 1.0);
  quote.otc = true;
  quote.exchange_time = Millis{std::chrono::milliseconds{0x0102030405}};
  quote.prev_close.units = 0xfffefdfc;
  quote.day_volume = 0x1122334455;
  quote.minute_trades = 7;
  std::string record(kRecordBytes, 'x');
  put_record(quote, record.data());
  std::string expected{"BRK.B\0\0\0\0\0\x01\0\x05\x04\x03\x02\x01\0\0\0\x10\x27\0\0", 24};
  expected += std::string(7 * 4, '\0') + "\xfc\xfd\xfe\xff";
  expected += std::string{"\x55\x44\x33\x22\x11\0\0\0", 8} + std::string(16, '\0');
  expected += std::string{"\0\0\0\0\x07\0\0\0", 8};
  EXPECT_EQ(record, expected);
}

TEST(SnapshotPart, every_quote_comes_back_as_it_was) {
  std::mt19937_64 random{7};
  std::vector<Quote> quotes;
  for (int i = 0; i < 1000; ++i) quotes.push_back(random_quote(random));
  SnapshotPartWriter writer;
  const SnapshotPart part{42, 3, 24, kTakenAt};
  const auto& fields = writer.encode(part, quotes);
  EXPECT_EQ(fields[1], "1");
  EXPECT_EQ(fields[11], "1000");
  std::vector<Quote> read;
  const auto decoded = decode(entry_of(fields), read);
  ASSERT_TRUE(decoded) << decoded.error().what.en;
  EXPECT_EQ(*decoded, part);
  EXPECT_EQ(read, quotes);
  EXPECT_EQ(writer.left_out(), 0U);
}

TEST(SnapshotPart, a_price_too_large_for_a_record_makes_it_one_of_cents) {
  Quote quote = quote_of("BRK.A", 740'123.4567);
  quote.bid = Price::dollars(740'123.455);   // half a cent: up
  quote.ask = Price::dollars(740'123.4549);  // less: down
  quote.prev_close = Price::dollars(429'496.7295);
  SnapshotPartWriter writer;
  std::vector<Quote> read;
  ASSERT_TRUE(decode(entry_of(writer.encode({}, std::array{quote})), read));
  EXPECT_EQ(read[0].last, Price::dollars(740'123.46));
  EXPECT_EQ(read[0].bid, Price::dollars(740'123.46));
  EXPECT_EQ(read[0].ask, Price::dollars(740'123.45));
  EXPECT_EQ(read[0].prev_close, Price::dollars(429'496.73));

  Quote largest = quote_of("X", 429'496.7295);  // the last that needs no cents
  ASSERT_TRUE(decode(entry_of(writer.encode({}, std::array{largest})), read));
  EXPECT_EQ(read[0], largest);
}

TEST(SnapshotPart, what_does_not_fit_a_record_is_left_out_and_counted) {
  std::vector<Quote> quotes{quote_of("GOOD"), quote_of("DEAR", 42'949'672.96), quote_of("NEG"),
                            quote_of("VOL"),  quote_of("BAD SYMBOL"),          quote_of("LAST")};
  quotes[2].bid.units = -1;
  quotes[3].day_volume = -1;
  SnapshotPartWriter writer;
  std::vector<Quote> read;
  ASSERT_TRUE(decode(entry_of(writer.encode({}, quotes)), read));
  EXPECT_EQ(read, (std::vector{quotes[0], quotes[5]}));
  EXPECT_EQ(writer.left_out(), 4U);
}

TEST(SnapshotPart, what_is_not_one_is_refused_and_leaves_nothing) {
  SnapshotPartWriter writer;
  const auto good = entry_of(writer.encode({9, 1, 2, kTakenAt}, std::array{quote_of("A")}));
  std::vector<Quote> read;
  ASSERT_TRUE(decode(good, read));
  const auto refused = [&](auto change) {
    SnapshotEntry entry = good;
    change(entry);
    read.assign(1, quote_of("OLD"));
    const auto part = decode(entry, read);
    EXPECT_FALSE(part);
    EXPECT_TRUE(read.empty());
    return part ? ErrorCode::conflict : part.error().code;
  };
  using E = SnapshotEntry;
  EXPECT_EQ(refused([](E& e) { e.version = "2"; }), ErrorCode::unsupported);
  EXPECT_EQ(refused([](E& e) { e.version = {}; }), ErrorCode::unsupported);
  const std::string_view all = good.records;
  for (const auto& change : std::vector<std::function<void(E&)>>{
           [](E& e) { e.cycle = "-1"; }, [](E& e) { e.cycle = "18446744073709551616"; },
           [](E& e) { e.part = "2"; }, [](E& e) { e.part = ""; }, [](E& e) { e.parts = "0"; },
           [](E& e) { e.parts = "4097"; }, [](E& e) { e.taken_at = "12x"; },
           [](E& e) { e.taken_at = "253402300800000"; }, [](E& e) { e.count = "2"; },
           [](E& e) { e.count = "4294967296"; }, [](E& e) { e.count = "209622091746699451"; },
           [&](E& e) { e.records = all.substr(0, all.size() - 1); },
           [](E& e) { e.records = {}; }}) {
    EXPECT_EQ(refused(change), ErrorCode::malformed);
  }
  for (const auto& [at, byte] : std::vector<std::pair<std::size_t, char>>{{0, '\0'},
                                                                          {0, ' '},
                                                                          {5, 'X'},
                                                                          {10, 4},
                                                                          {11, 1},
                                                                          {19, '\x80'},
                                                                          {63, '\x80'},
                                                                          {83, '\x80'},
                                                                          {87, '\x80'}}) {
    std::string records{all};
    records[at] = byte;
    EXPECT_EQ(refused([&](E& e) { e.records = records; }), ErrorCode::malformed) << "byte " << at;
  }
}

TEST(SnapshotPart, parts_of_a_cycle) {
  EXPECT_EQ(parts_of(0), 1U);
  EXPECT_EQ(parts_of(500), 1U);
  EXPECT_EQ(parts_of(501), 2U);
  EXPECT_EQ(parts_of(11'900), 24U);
}

TEST(SnapshotPart, a_field_of_someone_else_is_left_alone) {
  SnapshotEntry entry;
  EXPECT_FALSE(entry.set("trace", "abc"));
  EXPECT_TRUE(entry.set("cycle", "1"));
  EXPECT_EQ(entry.cycle, "1");
}

}  // namespace
}  // namespace plimsoll::market
