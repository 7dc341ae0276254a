#include "output.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace plimsoll::bench {
namespace {

std::string number(double value) {
  return value >= 100 ? fmt::format("{:.0f}", value) : fmt::format("{:.3g}", value);
}

std::string asked(const Row& row) {
  std::string text;
  bool met = true;
  if (row.most) {
    text = "< " + number(*row.most);
    met = row.value < *row.most;
  }
  if (row.least_ratio) {
    text = ">= " + number(*row.least_ratio) + "x";
    met = row.ratio().value_or(0) >= *row.least_ratio;
  }
  return text.empty() ? "" : text + (met ? "  met" : "  NOT MET");
}

}  // namespace

std::string table_of(const Rows& rows) {
  auto text = fmt::format("{:<8} {:<48} {:>10} {:<8} {:<24} {:>10} {:>7}  {}\n", "bench", "subject",
                          "value", "unit", "peer", "its value", "ratio", "asked for");
  for (const auto& row : rows) {
    const auto ratio = row.ratio();
    text += fmt::format("{:<8} {:<48} {:>10} {:<8} {:<24} {:>10} {:>7}  {}\n", row.bench,
                        row.subject, number(row.value), row.unit, row.peer,
                        row.peer_value ? number(*row.peer_value) : "",
                        ratio ? number(*ratio) + "x" : "", asked(row));
  }
  return text;
}

std::string json_of(const Rows& rows) {
  auto list = nlohmann::json::array();
  for (const auto& row : rows) {
    nlohmann::json one{
        {"bench", row.bench}, {"subject", row.subject}, {"value", row.value}, {"unit", row.unit}};
    one["peer"] = row.peer.empty() ? nlohmann::json{} : nlohmann::json(row.peer);
    one["peer_value"] = row.peer_value ? nlohmann::json(*row.peer_value) : nlohmann::json{};
    one["ratio"] = row.ratio() ? nlohmann::json(*row.ratio()) : nlohmann::json{};
    list.push_back(std::move(one));
  }
  return list.dump(2) + "\n";
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const auto middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace plimsoll::bench
