#include "service/redis_client.h"

#include <algorithm>

namespace plimsoll::market {
namespace {

constexpr std::chrono::milliseconds kConnectFor{500};
constexpr std::chrono::milliseconds kAnswerWithin{5000};
constexpr std::chrono::milliseconds kFirstBackoff{50};
constexpr std::chrono::milliseconds kLongestBackoff{2000};

}  // namespace

Result<std::vector<redis::Reply>> RedisClient::ask(const std::vector<redis::Command>& commands,
                                                   std::chrono::milliseconds longer) {
  const auto fail = [this](const Error& error) {
    pipe_.reset();
    trouble_ = error;
    backoff_ = std::clamp(backoff_ * 2, kFirstBackoff, kLongestBackoff);
    retry_at_ = std::chrono::steady_clock::now() + backoff_;
    return failure(error);
  };
  if (commands.empty()) return std::vector<redis::Reply>{};
  if (!pipe_) {
    if (trouble_ && std::chrono::steady_clock::now() < retry_at_) return failure(*trouble_);
    auto opened = redis::BytePipe::open(address_, deadline_in(kConnectFor));
    if (!opened) return fail(opened.error());
    pipe_ = std::move(*opened);
    ++connections_;
  }
  auto replies = pipe_->ask(commands, deadline_in(kAnswerWithin + longer));
  if (!replies) return fail(replies.error());
  trouble_.reset();
  backoff_ = {};
  return replies;
}

}  // namespace plimsoll::market
