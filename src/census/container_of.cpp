#include <algorithm>
#include <cctype>
#include <initializer_list>

#include "census/census.h"

namespace plimsoll {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool says_one_of(const Container& container, std::initializer_list<const char*> words) {
  const std::string said =
      lower(container.image + " " + container.compose_service + " " + container.name);
  return std::any_of(words.begin(), words.end(),
                     [&](const char* word) { return said.find(word) != std::string::npos; });
}

const Target* target_of(const Census& census, TargetKind kind, const std::string& name) {
  const auto found = std::find_if(census.targets.begin(), census.targets.end(),
                                  [&](const auto& t) { return t.kind == kind && t.name == name; });
  return found == census.targets.end() ? nullptr : &*found;
}

/// The digits after the last colon of "redis://127.0.0.1:6379/0" that has any; empty otherwise.
std::string port_of(const std::string& address) {
  for (auto at = address.rfind(':'); at != std::string::npos && at > 0;
       at = address.rfind(':', at - 1)) {
    const auto end = address.find_first_not_of("0123456789", at + 1);
    const std::string digits =
        address.substr(at + 1, end == std::string::npos ? end : end - at - 1);
    if (!digits.empty()) return digits;
  }
  return {};
}

bool publishes(const Container& container, const std::string& port) {
  return !port.empty() &&
         std::any_of(container.published_addresses.begin(), container.published_addresses.end(),
                     [&](const std::string& published) {
                       return published.find(":" + port + "->") != std::string::npos;
                     });
}

const Container* the_one(const Census& census, TargetKind kind, const std::string& name,
                         bool only_server, std::initializer_list<const char*> words) {
  if (!census.docker) return nullptr;
  const Target* target = target_of(census, kind, name);
  const std::string port = target == nullptr ? std::string{} : port_of(target->address);
  std::vector<const Container*> named;
  std::vector<const Container*> published;
  for (const Container& container : census.docker->containers) {
    if (container.state != "running" || !says_one_of(container, words)) continue;
    named.push_back(&container);
    if (publishes(container, port)) published.push_back(&container);
  }
  if (published.size() == 1) return published.front();
  return named.size() == 1 && only_server ? named.front() : nullptr;
}

}  // namespace

const Container* container_of(const Census& census, const RedisCensus& server) {
  if (census.redis.size() == 1) {
    return the_one(census, TargetKind::redis, server.target, true, {"redis", "valkey"});
  }
  // Several servers: each by its own kind, where it is the only one of it.
  const auto alike = std::count_if(
      census.redis.begin(), census.redis.end(),
      [&](const RedisCensus& other) { return other.server_name == server.server_name; });
  const char* word = server.server_name == "valkey" ? "valkey" : "redis";
  return the_one(census, TargetKind::redis, server.target, alike == 1, {word});
}

const Container* container_of(const Census& census, const PostgresCensus& server) {
  return the_one(census, TargetKind::postgres, server.target, census.postgres.size() == 1,
                 {"postgres", "timescale"});
}

}  // namespace plimsoll
