#pragma once

#include <string_view>
#include <tl/expected.hpp>
#include <variant>

#include "base/bytes.h"
#include "base/language.h"

namespace plimsoll {

enum class ErrorCode { unreachable, denied, timed_out, unsupported, malformed, conflict };

/// "unreachable", … : the word used in JSON and logs.
std::string_view name_of(ErrorCode code);

/// What went wrong outside us.
struct Error {
  ErrorCode code;
  Text what;  ///< lower case, names the object: "stream 'ticks': lag is not a number"
  Text hint;  ///< what the operator can do next; may be empty
};

template <typename T>
using Result = tl::expected<T, Error>;

/// return failure(ErrorCode::denied, say("…", "…"), say("…", "…"));
inline tl::unexpected<Error> failure(ErrorCode code, Text what, Text hint = {}) {
  return tl::unexpected<Error>{Error{code, std::move(what), std::move(hint)}};
}
inline tl::unexpected<Error> failure(Error error) {
  return tl::unexpected<Error>{std::move(error)};
}

struct Unknown {  ///< could not be read: may be reported, never acted on
  friend bool operator==(Unknown, Unknown) = default;
};
struct Unbounded {  ///< the server says there is no limit
  friend bool operator==(Unbounded, Unbounded) = default;
};
using SizeBound = std::variant<Unknown, Unbounded, Bytes>;  ///< Unknown until read

}  // namespace plimsoll
