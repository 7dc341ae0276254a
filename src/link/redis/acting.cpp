#include "link/redis/acting.h"

#include "link/redis/server_error.h"

namespace plimsoll::redis {
namespace {

/// KEYS: stream. ARGV: maxlen, most, floor, form.
/// Ids have 64 bits and Lua's numbers 53, so ids are never compared here: an exact trim asks for
/// the entries below the floor, one more than may go, and trims up to that one, or up to the floor.
constexpr const char* kTrimBelowFloor = R"lua(
local most = math.min(redis.call('XLEN', KEYS[1]) - tonumber(ARGV[1]), tonumber(ARGV[2]))
if most <= 0 then return 0 end
local count = string.format('%.0f', most)
if ARGV[4] == '~' then
  return redis.call('XTRIM', KEYS[1], 'MINID', '~', ARGV[3], 'LIMIT', count)
end
local oldest = redis.call('XRANGE', KEYS[1], '-', '(' .. ARGV[3], 'COUNT', string.format('%.0f', most + 1))
if #oldest == 0 then return 0 end
local threshold = ARGV[3]
if #oldest > most then threshold = oldest[#oldest][1] end
return redis.call('XTRIM', KEYS[1], 'MINID', '=', threshold)
)lua";

/// KEYS: stream. ARGV: group, least idle in ms or "", consumers…
constexpr const char* kDeleteConsumers = R"lua(
local listed = {}
if ARGV[2] ~= '' then
  for _, line in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
    local of = {}
    for i = 1, #line, 2 do of[line[i]] = line[i + 1] end
    listed[of['name']] = of
  end
end
local fates = {}
for i = 3, #ARGV do
  local name, fate = ARGV[i], 'gone'
  local of = listed[name]
  if of or ARGV[2] == '' then
    if #redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, name) > 0 then
      fate = 'owes'
    elseif of and of['idle'] < tonumber(ARGV[2]) then
      fate = 'active'
    else
      redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], name)
      fate = 'deleted'
    end
  end
  fates[#fates + 1] = fate
end
return fates
)lua";

/// KEYS: stream. ARGV: last-generated-id, time to live in ms or "" to unlink.
constexpr const char* kRemoveStream = R"lua(
local type = redis.call('TYPE', KEYS[1])['ok']
if type == 'none' then return 'gone' end
if type ~= 'stream' then return 'not_stream' end
local stream = redis.call('XINFO', 'STREAM', KEYS[1])
for i = 1, #stream, 2 do
  if stream[i] == 'last-generated-id' and stream[i + 1] ~= ARGV[1] then return 'written_to' end
end
if ARGV[2] == '' then
  redis.call('UNLINK', KEYS[1])
  return 'done'
end
local left = redis.call('PTTL', KEYS[1])
if left >= 0 and left <= tonumber(ARGV[2]) then return 'done_before' end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 'done'
)lua";

constexpr const char* kExpireKey = R"lua(
if redis.call('PTTL', KEYS[1]) ~= -1 then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[1])
)lua";

/// kDeleteConsumers' words.
std::optional<ConsumerFate> consumer_fate(const std::string& word) {
  if (word == "deleted") return ConsumerFate::deleted;
  if (word == "gone") return ConsumerFate::gone;
  if (word == "owes") return ConsumerFate::owes;
  if (word == "active") return ConsumerFate::active;
  return std::nullopt;
}

std::optional<StreamFate> stream_fate(const std::string& word) {
  if (word == "done") return StreamFate::done;
  if (word == "gone") return StreamFate::gone;
  if (word == "not_stream") return StreamFate::not_stream;
  if (word == "written_to") return StreamFate::written_to;
  if (word == "done_before") return StreamFate::done_before;
  return std::nullopt;
}

tl::unexpected<Error> not_expected(std::string_view name) {
  return failure(ErrorCode::malformed, say("{}: an answer of another kind",
                                           "{}: una respuesta de otro tipo", {std::string{name}}));
}

}  // namespace

Result<std::int64_t> Acting::count(const Command& command, std::string_view name) {
  auto reply = link_.one(command, name);
  if (!reply) return failure(std::move(reply.error()));
  if (!reply->is_integer()) return not_expected(name);
  return reply->integer;
}

Result<StreamFate> Acting::fate(const Command& command) {
  auto reply = link_.one(command, "EVAL");
  if (!reply) return failure(std::move(reply.error()));
  const auto known = stream_fate(reply->text);
  if (!known) return not_expected("EVAL");
  return *known;
}

Result<std::string> Acting::info(const std::string& section) {
  auto reply = link_.one({"INFO", section}, "INFO");
  if (!reply) return failure(std::move(reply.error()));
  return std::move(reply->text);
}

Result<std::vector<Reply>> Acting::types(const std::vector<std::string>& keys) {
  std::vector<Command> commands;
  commands.reserve(keys.size());
  for (const auto& key : keys) commands.push_back({"TYPE", key});
  return link_.run(commands);
}

Result<std::int64_t> Acting::xtrim(const Trim& trim) {
  Command command{"XTRIM", trim.key, trim.maxlen ? "MAXLEN" : "MINID", trim.exact ? "=" : "~",
                  trim.maxlen ? std::to_string(*trim.maxlen) : trim.minid};
  if (!trim.exact && trim.most > 0)
    command.insert(command.end(), {"LIMIT", std::to_string(trim.most)});
  return count(command, "XTRIM");
}

Result<std::int64_t> Acting::xtrim(const TrimBelowFloor& trim) {
  return count({"EVAL", kTrimBelowFloor, "1", trim.key, std::to_string(trim.maxlen),
                std::to_string(trim.most), trim.floor, trim.exact ? "=" : "~"},
               "EVAL");
}

Result<std::int64_t> Acting::xack(const GroupName& group, const std::vector<std::string>& ids) {
  Command command{"XACK", group.key, group.group};
  command.insert(command.end(), ids.begin(), ids.end());
  return count(command, "XACK");
}

Result<std::vector<ConsumerFate>> Acting::delete_consumers(
    const GroupName& group, const std::vector<std::string>& consumers,
    std::optional<std::chrono::milliseconds> idle) {
  Command command{"EVAL",    kDeleteConsumers, "1",
                  group.key, group.group,      idle ? std::to_string(idle->count()) : ""};
  command.insert(command.end(), consumers.begin(), consumers.end());
  auto reply = link_.one(command, "EVAL");
  if (!reply) return failure(std::move(reply.error()));
  std::vector<ConsumerFate> fates;
  for (const auto& word : reply->elements) {
    const auto fate = consumer_fate(word.text);
    if (!fate) return not_expected("EVAL");
    fates.push_back(*fate);
  }
  if (fates.size() != consumers.size()) return not_expected("EVAL");
  return fates;
}

Result<StreamFate> Acting::unlink_stream(const std::string& key,
                                         const std::string& last_generated) {
  return fate({"EVAL", kRemoveStream, "1", key, last_generated, ""});
}

Result<StreamFate> Acting::expire_stream(const std::string& key, const std::string& last_generated,
                                         std::chrono::milliseconds after) {
  return fate({"EVAL", kRemoveStream, "1", key, last_generated, std::to_string(after.count())});
}

Result<std::vector<Reply>> Acting::expire_keys(const std::vector<std::string>& keys,
                                               std::chrono::milliseconds after, bool by_script) {
  const std::string ttl = std::to_string(after.count());
  std::vector<Command> commands;
  commands.reserve(keys.size());
  for (const auto& key : keys) {
    commands.push_back(by_script ? Command{"EVAL", kExpireKey, "1", key, ttl}
                                 : Command{"PEXPIRE", key, ttl, "NX"});
  }
  return link_.run(commands, by_script ? 8 : 1);
}

Result<void> Acting::config_set(const std::string& name, const std::string& value) {
  auto reply = link_.one({"CONFIG", "SET", name, value}, "CONFIG SET");
  if (!reply) return failure(std::move(reply.error()));
  return {};
}

Result<void> Acting::config_rewrite() {
  auto reply = link_.one({"CONFIG", "REWRITE"}, "CONFIG REWRITE");
  if (!reply) return failure(std::move(reply.error()));
  return {};
}

}  // namespace plimsoll::redis
