#include "live_writer.h"

#include <algorithm>
#include <chrono>

#include "link/postgres/script.h"

namespace plimsoll::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kEvery{5};
constexpr std::chrono::minutes kPatience{30};

}  // namespace

LiveWriter::LiveWriter(const std::string& url, std::string insert)
    : insert_{std::move(insert)}, thread_{[this, url] { run(url); }} {}

LiveWriter::~LiveWriter() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void LiveWriter::run(const std::string& url) {
  const auto address = postgres::parse_address(url);
  auto link =
      postgres::Link::connect(*address, std::chrono::seconds{10}, postgres::Session::script);
  if (!link) {
    ++failures_;
    return;
  }
  auto next = Clock::now();
  while (!stopping_) {
    std::this_thread::sleep_until(next);
    next += kEvery;
    const auto begin = Clock::now();
    if (!postgres::execute(*link, insert_, kPatience)) ++failures_;
    const auto end = Clock::now();
    milliseconds_.push_back(std::chrono::duration<float, std::milli>(end - begin).count());
    next = std::max(next, end);  // what was missed while it waited is not made up for
  }
}

LiveWriter::Experience LiveWriter::stop() {
  stopping_ = true;
  thread_.join();
  Experience felt{0, 0, milliseconds_.size(), failures_};
  if (milliseconds_.empty()) return felt;
  std::sort(milliseconds_.begin(), milliseconds_.end());
  felt.p99_ms = milliseconds_[milliseconds_.size() * 99 / 100];
  felt.longest_ms = milliseconds_.back();
  return felt;
}

}  // namespace plimsoll::bench
