#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace plimsoll {

/// A password or token. It has no operator<<, no formatter and no conversion: the one way to its
/// text is reveal(), called only where a client library asks for it.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_{std::move(text)} {}
  const std::string& reveal() const { return text_; }
  bool empty() const { return text_.empty(); }

 private:
  std::string text_;
};

/// A URL or conninfo with what may be secret replaced by "***": the password before '@', and the
/// values of password=, pass=, token=, secret= and key= in a query or conninfo. Text that is no URL
/// is returned with the same care.
std::string redact(std::string_view text);

/// Every occurrence of the secret's text in a server's message becomes "***". Servers and libraries
/// quote what they were given.
std::string redact(std::string_view message, const Secret& secret);

}  // namespace plimsoll
