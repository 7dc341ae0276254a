#include "feed/universe.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>

#include "feed/noise.h"

namespace plimsoll::market {
namespace {

struct KnownName {
  std::string_view symbol;
  double price;
  double volume;  ///< millions of shares a day
  double shares;  ///< millions
  std::uint8_t sector;
};

constexpr std::array kKnownNames{
    KnownName{"AAPL", 270, 48, 14'800, 0},  KnownName{"MSFT", 500, 22, 7'430, 0},
    KnownName{"NVDA", 190, 180, 24'300, 0}, KnownName{"AMZN", 245, 42, 10'690, 1},
    KnownName{"GOOGL", 285, 36, 5'820, 2},  KnownName{"GOOG", 286, 24, 5'410, 2},
    KnownName{"META", 625, 15, 2'520, 2},   KnownName{"TSLA", 440, 85, 3'320, 1},
    KnownName{"AVGO", 350, 24, 4'720, 0},   KnownName{"BRK.A", 745'000, 0.0006, 0.52, 3},
    KnownName{"BRK.B", 497, 4.6, 1'370, 3}, KnownName{"JPM", 312, 9, 2'720, 3},
    KnownName{"LLY", 980, 4, 945, 4},       KnownName{"V", 336, 6, 1'930, 3},
    KnownName{"UNH", 325, 11, 905, 4},      KnownName{"XOM", 118, 15, 4'260, 5},
    KnownName{"MA", 550, 3, 904, 3},        KnownName{"COST", 915, 2.2, 443, 6},
    KnownName{"WMT", 103, 17, 7'970, 6},    KnownName{"HD", 375, 4, 995, 1},
    KnownName{"PG", 147, 9, 2'340, 6},      KnownName{"NFLX", 1'110, 4, 424, 2},
    KnownName{"JNJ", 190, 8, 2'410, 4},     KnownName{"ABBV", 220, 6, 1'770, 4},
    KnownName{"BAC", 53, 36, 7'300, 3},     KnownName{"CRM", 245, 7, 952, 0},
    KnownName{"ORCL", 240, 18, 2'850, 0},   KnownName{"CVX", 155, 8, 2'010, 5},
    KnownName{"KO", 71, 16, 4'300, 6},      KnownName{"AMD", 240, 55, 1'628, 0},
    KnownName{"CSCO", 72, 21, 3'950, 0},    KnownName{"PEP", 145, 7, 1'370, 6},
    KnownName{"WFC", 86, 14, 3'140, 3},     KnownName{"DIS", 112, 9, 1'790, 2},
    KnownName{"PLTR", 190, 75, 2'380, 0},   KnownName{"INTC", 38, 95, 4'770, 0},
    KnownName{"F", 13, 62, 3'910, 1},       KnownName{"T", 25, 38, 7'090, 2},
    KnownName{"PFE", 25, 55, 5'690, 4},     KnownName{"NIO", 7, 48, 2'100, 1},
    KnownName{"SOFI", 30, 65, 1'200, 3},    KnownName{"MARA", 15, 55, 378, 3},
    KnownName{"GME", 22, 9, 448, 1},        KnownName{"AMC", 2.5, 18, 513, 2},
    KnownName{"COIN", 310, 9, 257, 3},      KnownName{"HOOD", 130, 28, 899, 3},
    KnownName{"RIVN", 16, 40, 1'225, 1},    KnownName{"LCID", 17, 10, 324, 1},
    KnownName{"SMCI", 38, 35, 597, 0},      KnownName{"MSTR", 230, 14, 287, 0},
    KnownName{"SPY", 680, 75, 1'040, 10},   KnownName{"QQQ", 620, 58, 640, 10},
    KnownName{"IWM", 242, 36, 280, 10},     KnownName{"DIA", 478, 5, 85, 10},
    KnownName{"TQQQ", 112, 90, 270, 10},    KnownName{"SQQQ", 14, 120, 160, 10},
    KnownName{"SOXL", 44, 110, 300, 10},    KnownName{"GLD", 380, 14, 390, 10},
    KnownName{"SLV", 46, 32, 540, 10},      KnownName{"UVXY", 10, 28, 60, 10},
};

constexpr std::array<std::string_view, 11> kSectors{"Technology",
                                                    "Consumer Cyclical",
                                                    "Communication Services",
                                                    "Financial Services",
                                                    "Healthcare",
                                                    "Energy",
                                                    "Consumer Defensive",
                                                    "Industrials",
                                                    "Utilities",
                                                    "Basic Materials",
                                                    "ETF"};
constexpr std::array<std::array<std::string_view, 4>, kSectors.size()> kIndustries{{
    {"Software", "Semiconductors", "Hardware", "IT Services"},
    {"Auto Manufacturers", "Internet Retail", "Restaurants", "Apparel Retail"},
    {"Internet Content", "Entertainment", "Telecom Services", "Publishing"},
    {"Banks", "Insurance", "Asset Management", "Shell Companies"},
    {"Biotechnology", "Drug Manufacturers", "Medical Devices", "Diagnostics"},
    {"Oil & Gas E&P", "Oil & Gas Midstream", "Oil & Gas Equipment", "Uranium"},
    {"Beverages", "Discount Stores", "Household Products", "Packaged Foods"},
    {"Aerospace & Defense", "Railroads", "Trucking", "Machinery"},
    {"Regulated Electric", "Renewable", "Regulated Gas", "Water"},
    {"Gold", "Chemicals", "Steel", "Copper"},
    {"Equity Fund", "Bond Fund", "Leveraged Fund", "Commodity Fund"},
}};
constexpr std::array<std::string_view, 5> kExchanges{"XNAS", "XNYS", "ARCX", "XASE", "OTC"};

/// Three letters for a fifth, five for a seventh (with suffixes of warrants and units), else four.
std::string drawn_symbol(std::uint64_t bits) {
  const auto kind = bits % 100;
  bits /= 100;
  const int letters = kind < 20 ? 3 : 4;
  std::string symbol;
  for (int i = 0; i < letters; ++i) {
    symbol += static_cast<char>('A' + bits % 26);
    bits /= 26;
  }
  if (kind >= 94) symbol += ".WS";
  if (kind >= 88 && kind < 94) symbol += ".U";
  if (kind >= 84 && kind < 88) symbol += "pA";
  return symbol;
}

std::uint8_t exchange_for(std::uint64_t bits, double price) {
  const auto of_hundred = bits % 100;
  if (price < 0.6 && of_hundred < 50) return 4;
  if (of_hundred < 52) return 0;
  if (of_hundred < 78) return 1;
  return of_hundred < 95 ? 2 : 3;
}

Company drawn_company(std::uint64_t key) {
  using namespace noise;
  Company company;
  company.key = key;
  company.price = std::max(0.02, 15.0 * factor(1.25 * bell(word(key, 1))));
  company.volume = std::max(40.0, 60'000.0 * factor(2.2 * bell(word(key, 2))));
  company.sector = static_cast<std::uint8_t>(word(key, 3) % kSectors.size());
  company.industry = static_cast<std::uint8_t>(word(key, 4) % 4);
  company.exchange = exchange_for(word(key, 5), company.price);
  const double turnover_days = 110.0 * factor(0.7 * bell(word(key, 6)));
  company.shares_outstanding =
      static_cast<std::int64_t>(std::max(1e6, company.volume * turnover_days));
  company.float_shares = static_cast<std::int64_t>(static_cast<double>(company.shares_outstanding) *
                                                   (0.35 + 0.63 * share(word(key, 7))));
  const double usual = company.price < 5 ? 0.035 : 0.016;
  company.volatility = usual * factor(0.35 * bell(word(key, 8)));
  return company;
}

void become(Company& company, const KnownName& name) {
  company.symbol = Symbol::of(name.symbol);
  company.price = name.price;
  company.volume = name.volume * 1e6;
  company.shares_outstanding = static_cast<std::int64_t>(name.shares * 1e6);
  company.float_shares = company.shares_outstanding / 100 * 97;
  company.sector = name.sector;
  company.exchange = name.sector == 10 ? 2 : static_cast<std::uint8_t>(company.key % 2);
  company.volatility = name.price > 100'000 ? 0.008 : 0.014;
}

}  // namespace

std::vector<Company> companies_of(std::uint64_t seed, std::size_t count) {
  std::vector<Company> companies;
  companies.reserve(count);
  std::unordered_set<std::string> taken;
  for (const auto& name : kKnownNames) taken.emplace(name.symbol);
  const auto root = noise::mixed(seed ^ 0x706c696d736f6c6cU);
  std::uint64_t draw = 0;
  for (std::size_t i = 0; i < count; ++i) {
    auto company = drawn_company(noise::word(root, i));
    if (i < kKnownNames.size()) {
      become(company, kKnownNames[i]);
    } else {
      auto symbol = drawn_symbol(noise::word(root ^ 0x53U, draw++));
      while (!taken.insert(symbol).second) symbol = drawn_symbol(noise::word(root ^ 0x53U, draw++));
      company.symbol = Symbol::of(symbol);
    }
    companies.push_back(company);
  }
  return companies;
}

std::string_view sector_of(const Company& company) { return kSectors[company.sector]; }
std::string_view industry_of(const Company& company) {
  return kIndustries[company.sector][company.industry];
}
std::string_view exchange_of(const Company& company) { return kExchanges[company.exchange]; }

}  // namespace plimsoll::market
