#include "link/redis/link.h"

#include <algorithm>
#include <map>

#include "link/redis/hiredis_channel.h"
#include "link/redis/server_error.h"

namespace plimsoll::redis {
namespace {

/// A server reads up to 16 KiB of a connection at a time and serves all of it before anybody else:
/// 128 short commands stay well below 2 ms of that.
constexpr std::size_t kBatch = 128;
constexpr int kReconnections = 3;

std::vector<Command> for_each_key(const std::vector<std::string>& keys, const Command& words) {
  std::vector<Command> commands;
  commands.reserve(keys.size());
  for (const auto& key : keys) {
    commands.push_back(words);
    commands.back().push_back(key);
  }
  return commands;
}

}  // namespace

Link::Link(std::unique_ptr<Channel> channel, Address address, std::chrono::milliseconds budget)
    : channel_{std::move(channel)}, address_{std::move(address)}, budget_{budget} {}

Result<Link> Link::connect(const Address& address, std::chrono::milliseconds budget) {
  auto channel = open_channel(address, deadline_in(budget));
  if (!channel) return failure(std::move(channel.error()));
  return over(std::move(*channel), address, budget);
}

Result<Link> Link::over(std::unique_ptr<Channel> channel, const Address& address,
                        std::chrono::milliseconds budget) {
  Link link{std::move(channel), address, budget};
  if (auto entered = link.enter(); !entered) return failure(std::move(entered.error()));
  return link;
}

Result<void> Link::enter() {
  if (auto in = authenticate(); !in) return in;
  // Best effort, each by itself: an old server or a narrow ACL refuses some of them.
  std::vector<Command> polite{{"CLIENT", "SETNAME", "plimsoll"},
                              {"CLIENT", "NO-EVICT", "ON"},
                              {"CLIENT", "NO-TOUCH", "ON"}};
  if (auto answers = run(polite); !answers) return failure(std::move(answers.error()));
  return address_.database == 0 ? Result<void>{} : select(address_.database);
}

/// Says nothing at first: whether the server lets a stranger in is a finding of its own.
Result<void> Link::authenticate() {
  auto hello = run({{"PING"}});
  if (!hello) return failure(std::move(hello.error()));
  const Reply& answer = hello->front();
  const bool refused = answer.is_error() && answer.text.starts_with("NOAUTH");
  if (answer.is_error() && answer.text.starts_with("NOPERM")) {
    password_required_ = std::nullopt;
  } else {
    password_required_ = refused;
  }
  const bool hopeless = answer.is_error() && (answer.text.starts_with("DENIED") ||
                                              answer.text.starts_with("ERR max number"));
  if (hopeless || (refused && address_.password.empty()))
    return failure(server_error(answer.text, "PING"));
  if (address_.password.empty()) return {};

  Command auth{"AUTH"};
  if (!address_.user.empty()) auth.push_back(address_.user);
  auth.push_back(address_.password.reveal());
  auto answers = run({auth});
  if (!answers) return failure(std::move(answers.error()));
  const Reply& verdict = answers->front();
  const bool needless = !refused && address_.user.empty() && verdict.is_error() &&
                        verdict.text.find("without any password configured") != std::string::npos;
  if (verdict.is_error() && !needless)
    return failure(server_error(verdict.text, "AUTH", address_.password));
  return {};
}

Result<void> Link::ready() {
  if (!reply_was_too_large_ || reconnections_ >= kReconnections) return {};
  auto channel = open_channel(address_, deadline_in(budget_));
  if (!channel) return failure(std::move(channel.error()));
  ++reconnections_;
  channel_ = std::move(*channel);
  reply_was_too_large_ = false;
  return enter();
}

Result<void> Link::send(const std::vector<Command>& commands) {
  if (auto usable = ready(); !usable) return usable;
  return channel_->send(commands);
}

Result<std::vector<Reply>> Link::receive(std::size_t count, Deadline deadline) {
  auto replies = channel_->receive(count, deadline);
  if (!replies && replies.error().code == ErrorCode::malformed) reply_was_too_large_ = true;
  return replies;
}

Result<std::vector<Reply>> Link::run(const std::vector<Command>& commands, std::size_t weight) {
  const std::size_t batch = std::max<std::size_t>(1, kBatch / std::max<std::size_t>(1, weight));
  const Deadline deadline = deadline_in(budget_);
  std::vector<Reply> all;
  all.reserve(commands.size());
  std::size_t sent = 0;
  while (all.size() < commands.size()) {
    while (sent < commands.size() && sent - all.size() <= batch) {
      const auto count = std::min(batch, commands.size() - sent);
      const auto begin = commands.begin() + static_cast<std::ptrdiff_t>(sent);
      if (auto out = send({begin, begin + static_cast<std::ptrdiff_t>(count)}); !out)
        return failure(std::move(out.error()));
      sent += count;
    }
    auto replies = receive(std::min(batch, sent - all.size()), deadline);
    if (!replies) return failure(std::move(replies.error()));
    std::move(replies->begin(), replies->end(), std::back_inserter(all));
  }
  return all;
}

Result<Reply> Link::one(const Command& command, std::string_view name) {
  auto replies = run({command});
  if (!replies) return failure(std::move(replies.error()));
  if (replies->front().is_error())
    return failure(server_error(replies->front().text, name, address_.password));
  return std::move(replies->front());
}

Result<std::string> Link::info() {
  auto reply = one({"INFO", "all"}, "INFO");
  if (!reply) return failure(std::move(reply.error()));
  return std::move(reply->text);
}

Result<Reply> Link::time() { return one({"TIME"}, "TIME"); }

Result<void> Link::select(int database) {
  auto reply = one({"SELECT", std::to_string(database)}, "SELECT");
  if (!reply) return failure(std::move(reply.error()));
  address_.database = database;
  return {};
}

Result<std::vector<Reply>> Link::config_get(const std::vector<std::string>& parameters) {
  return run(for_each_key(parameters, {"CONFIG", "GET"}));
}

Result<Reply> Link::scan(const ScanStep& step) {
  Command command{"SCAN", step.cursor, "COUNT", std::to_string(step.count)};
  if (!step.type.empty()) command.insert(command.end(), {"TYPE", step.type});
  return one(command, "SCAN");
}

Result<std::vector<Reply>> Link::element_counts(const std::vector<TypedKey>& keys) {
  static const std::map<std::string, std::string, std::less<>> kCommands{
      {"list", "LLEN"}, {"set", "SCARD"}, {"zset", "ZCARD"}, {"hash", "HLEN"}, {"stream", "XLEN"}};
  std::vector<Command> commands;
  std::vector<bool> asked;
  for (const auto& [key, type] : keys) {
    const auto command = kCommands.find(type);
    asked.push_back(command != kCommands.end());
    if (asked.back()) commands.push_back({command->second, key});
  }
  auto answers = run(commands);
  if (!answers) return answers;
  std::vector<Reply> replies;
  auto next = answers->begin();
  for (const bool was_asked : asked) replies.push_back(was_asked ? std::move(*next++) : Reply{});
  return replies;
}

Result<std::vector<Reply>> Link::memory_usage(const std::vector<std::string>& keys) {
  return run(for_each_key(keys, {"MEMORY", "USAGE"}));
}
Result<std::vector<Reply>> Link::time_to_live(const std::vector<std::string>& keys) {
  return run(for_each_key(keys, {"PTTL"}));
}
Result<std::vector<Reply>> Link::xinfo_stream(const std::vector<std::string>& keys) {
  return run(for_each_key(keys, {"XINFO", "STREAM"}));
}
Result<std::vector<Reply>> Link::xinfo_groups(const std::vector<std::string>& keys) {
  return run(for_each_key(keys, {"XINFO", "GROUPS"}));
}

Result<std::vector<Reply>> Link::xinfo_consumers(const std::vector<GroupName>& groups) {
  std::vector<Command> commands;
  for (const auto& [key, group] : groups) commands.push_back({"XINFO", "CONSUMERS", key, group});
  return run(commands, kBatch);
}

Result<std::vector<Reply>> Link::xpending(const std::vector<PendingRange>& ranges) {
  std::vector<Command> commands;
  int longest = 0;
  for (const auto& range : ranges) {
    commands.push_back({"XPENDING", range.group.key, range.group.group, range.first, range.last,
                        std::to_string(range.count)});
    longest = std::max(longest, range.count);
  }
  return run(commands, static_cast<std::size_t>(longest) / 8 + 1);
}

Result<std::vector<Reply>> Link::xrange(const std::vector<EntryRange>& ranges) {
  std::vector<Command> commands;
  int longest = 0;
  for (const auto& range : ranges) {
    Command command{range.newest_first ? "XREVRANGE" : "XRANGE",
                    range.key,
                    range.first,
                    range.last,
                    "COUNT",
                    std::to_string(range.count)};
    if (range.newest_first) std::swap(command[2], command[3]);
    commands.push_back(std::move(command));
    longest = std::max(longest, range.count);
  }
  return run(commands, static_cast<std::size_t>(longest) / 2 + 1);
}

}  // namespace plimsoll::redis
