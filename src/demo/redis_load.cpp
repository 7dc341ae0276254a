#include "demo/redis_load.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace plimsoll {
namespace {

constexpr std::size_t kBatch = 1000;

}  // namespace

void RedisLoad::add(redis::Command command) {
  if (!outcome_) return;
  waiting_.push_back(std::move(command));
  if (waiting_.size() >= kBatch) send();
}

Result<redis::Reply> RedisLoad::ask(redis::Command command) {
  if (!outcome_) return failure(outcome_.error());
  waiting_.push_back(std::move(command));
  auto replies = send();
  if (!outcome_) return failure(outcome_.error());
  return std::move(replies.back());
}

Result<void> RedisLoad::finish() {
  if (!waiting_.empty()) send();
  return outcome_;
}

std::vector<redis::Reply> RedisLoad::send() {
  auto replies = redis::pipeline(link_, waiting_);
  if (!replies) {
    outcome_ = failure(replies.error());
    return {};
  }
  for (std::size_t i = 0; i < replies->size(); ++i) {
    if (!(*replies)[i].is_error()) continue;
    const std::string command = waiting_[i].front() + " " + waiting_[i].at(1);
    outcome_ =
        failure(ErrorCode::unsupported, say("{}: the server says {}", "{}: el servidor dice {}",
                                            {printable(command), printable((*replies)[i].text)}));
    break;
  }
  waiting_.clear();
  return *std::move(replies);
}

std::string rows_as_json(std::size_t number, std::size_t bytes) {
  std::string json = "[";
  for (std::size_t row = 0; json.size() < bytes || row == 0; ++row) {
    const std::size_t n = number * 31 + row * 7;
    if (row > 0) json += ",";
    json += R"({"symbol":")" + ticker(n) + R"(","price":)" + std::to_string(n % 20000) +
            R"(.25,"rvol":)" + std::to_string(n % 90) + R"(.5,"volume_today":)" +
            std::to_string(n * 104729 % 90000000) + "}";
  }
  return json + "]";
}

std::size_t payload_bytes(std::size_t full, double scale, std::size_t least) {
  return std::max(least, static_cast<std::size_t>(static_cast<double>(full) * std::sqrt(scale)));
}

std::string ticker(std::size_t n) {
  const std::size_t mixed = n * 7919 % 17576;
  const auto letter = [](std::size_t i) { return static_cast<char>('A' + i % 26); };
  return {letter(mixed / 676), letter(mixed / 26), letter(mixed)};
}

}  // namespace plimsoll
