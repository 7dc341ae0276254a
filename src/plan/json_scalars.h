#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "census/redis.h"

namespace plimsoll::plan_json {

/// JSON holds UTF-8 only, and the name of a Redis key may be any bytes: what is not UTF-8 is
/// written "hex:ff00…", and so is a text that begins with "hex:" itself, so that reading gives back
/// exactly what was written.
std::string encode_bytes(const std::string& raw);
/// Empty where "hex:" is followed by anything but whole bytes in hexadecimal.
std::optional<std::string> decode_bytes(const std::string& written);

/// "1700000000000-5".
std::string encode_stream_id(StreamId id);
std::optional<StreamId> decode_stream_id(std::string_view written);

}  // namespace plimsoll::plan_json
