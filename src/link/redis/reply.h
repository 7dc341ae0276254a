#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace plimsoll::redis {

/// One command and its arguments, binary safe.
using Command = std::vector<std::string>;

/// A server's answer as a value of ours (RESP2), so that parsers need no client library and tests
/// can write one down. An error reply is a value too: in a pipeline one refused command says
/// nothing about the others.
struct Reply {
  enum class Kind { nil, integer, string, error, array };

  Kind kind = Kind::nil;
  std::int64_t integer = 0;
  std::string text;  ///< of a string, status or error
  std::vector<Reply> elements;

  static Reply nil() { return {}; }
  static Reply of(std::int64_t value) { return {Kind::integer, value, {}, {}}; }
  static Reply of(std::string value) { return {Kind::string, 0, std::move(value), {}}; }
  static Reply error(std::string message) { return {Kind::error, 0, std::move(message), {}}; }
  static Reply array(std::vector<Reply> items) { return {Kind::array, 0, {}, std::move(items)}; }

  bool is_nil() const { return kind == Kind::nil; }
  bool is_integer() const { return kind == Kind::integer; }
  bool is_string() const { return kind == Kind::string; }
  bool is_error() const { return kind == Kind::error; }
  bool is_array() const { return kind == Kind::array; }
};

}  // namespace plimsoll::redis
