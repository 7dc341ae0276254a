#include "link/redis/script.h"

#include <algorithm>
#include <iterator>

namespace plimsoll::redis {

Result<std::vector<Reply>> pipeline(Link& link, const std::vector<Command>& commands) {
  constexpr std::size_t kPart = 1024;
  std::vector<Reply> all;
  all.reserve(commands.size());
  while (all.size() < commands.size()) {
    const auto begin = commands.begin() + static_cast<std::ptrdiff_t>(all.size());
    const auto count = std::min(kPart, commands.size() - all.size());
    auto replies = link.run({begin, begin + static_cast<std::ptrdiff_t>(count)});
    if (!replies) return failure(std::move(replies.error()));
    std::move(replies->begin(), replies->end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace plimsoll::redis
