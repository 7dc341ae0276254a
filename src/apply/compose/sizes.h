#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

// Three readers of sizes, three readings: what is "2G" to Compose is "2gb" to Redis, whose "2g" is
// 2,000,000,000; and Docker's log drivers take "10m" for 10,000,000.
namespace plimsoll::compose {

/// "4G", "512M", "1536K"; "1048577b" where nothing larger divides it. Powers of 1024.
std::string memory_text(Bytes bytes);
/// "4G", "4gb", "512MiB", "1048576", "0.5g", in any case; empty for anything else, "-1" included.
std::optional<Bytes> parse_memory(std::string_view text);

/// Of max-size: 10 MiB is "10m", the driver's 10,000,000: never more than was wished.
std::string log_size_text(Bytes bytes);
std::optional<Bytes> parse_log_size(std::string_view text);

/// "2gb", "512mb", "1048577".
std::string redis_size_text(Bytes bytes);
std::optional<Bytes> parse_redis_size(std::string_view text);

}  // namespace plimsoll::compose
