#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "base/result.h"

namespace plimsoll::docker {

using Json = nlohmann::json;

/// Parses a body. Never throws. `object` names what was asked for in the error: "container
/// 'redis'". Errors: malformed, with what was expected and how many bytes there were.
Result<Json> parse_json(std::string_view body, const std::string& object);

/// The same, and the document has to be a list or an object.
Result<Json> parse_list(std::string_view body, const std::string& object);
Result<Json> parse_object(std::string_view body, const std::string& object);

/// Members by path. A member that is absent, null or of another type is "not there" for all of
/// these; none of them throws. Keys are exact.
const Json* member(const Json& node, std::initializer_list<std::string_view> path);
std::string text_at(const Json& node, std::initializer_list<std::string_view> path);
/// Whole numbers; an unsigned one above the signed range (Podman's "no limit" is 2^64−1) is the
/// largest signed one, never negative.
std::optional<std::int64_t> int_at(const Json& node, std::initializer_list<std::string_view> path);
std::optional<bool> bool_at(const Json& node, std::initializer_list<std::string_view> path);
/// RFC 3339 with up to nine decimals, as engines write it; their zero ("0001-01-01T00:00:00Z") is
/// not there.
std::optional<Instant> instant_at(const Json& node, std::initializer_list<std::string_view> path);
/// Texts of a list; other elements are left out.
std::vector<std::string> texts_at(const Json& node, std::initializer_list<std::string_view> path);

}  // namespace plimsoll::docker
