#pragma once

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "link/redis/link.h"
#include "link/redis/script.h"
#include "tests/testing/private_servers.h"
#include "writer/bounded_stream.h"

// For the tests of BoundedStream: a policy of one rule, and a look at the server past the writer.
namespace plimsoll::testing {

inline Policy policy_of(StreamRule rule) {
  rule.origin = {"plimsoll.yaml", 7};
  Policy policy;
  policy.streams = {std::move(rule)};
  return policy;
}

inline Policy policy_of_length(std::int64_t maxlen, bool exact = false) {
  StreamRule rule;
  rule.pattern = "ticks*";
  rule.maxlen = maxlen;
  rule.exact = exact;
  return policy_of(rule);
}

inline StreamOptions options_for(const std::string& url) {
  StreamOptions options;
  options.address = *redis::parse_address(url);
  return options;
}

inline std::unique_ptr<BoundedStream> opened(const Policy& policy, StreamOptions options,
                                             const std::string& key = "ticks") {
  auto stream = BoundedStream::open(policy, key, std::move(options));
  if (!stream) throw std::runtime_error{stream.error().what.en};
  return std::move(*stream);
}

/// A client of the test's own.
class RedisEye {
 public:
  explicit RedisEye(const std::string& url)
      : link_{redis::Link::connect(*redis::parse_address(url), std::chrono::seconds{20}).value()} {}
  redis::Reply run(const redis::Command& command) {
    return redis::pipeline(link_, {command}).value().front();
  }
  std::int64_t length(const std::string& key = "ticks") { return run({"XLEN", key}).integer; }
  /// The value of field `n` of every entry, oldest first.
  std::vector<std::string> values(const std::string& key = "ticks") {
    std::vector<std::string> values;
    std::string from = "-";
    for (;;) {
      const auto page = run({"XRANGE", key, from, "+", "COUNT", "5000"});
      for (const auto& entry : page.elements) values.push_back(entry.elements[1].elements[1].text);
      if (page.elements.size() < 5000) return values;
      from = "(" + page.elements.back().elements[0].text;
    }
  }

 private:
  redis::Link link_;
};

inline Deadline soon() { return deadline_in(std::chrono::seconds{20}); }

}  // namespace plimsoll::testing
