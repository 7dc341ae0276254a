#include "service/log.h"

#include <array>
#include <chrono>
#include <nlohmann/json.hpp>

#include "base/instant.h"

namespace plimsoll::market {
namespace {

constexpr std::array<std::string_view, 4> kLevelNames{"debug", "info", "warning", "error"};

}  // namespace

std::string_view name_of(LogLevel level) { return kLevelNames[static_cast<std::size_t>(level)]; }

std::optional<LogLevel> log_level_named(std::string_view name) {
  for (std::size_t i = 0; i < kLevelNames.size(); ++i)
    if (kLevelNames[i] == name) return static_cast<LogLevel>(i);
  return std::nullopt;
}

void Log::error(std::string_view event, const Error& error) const {
  write(LogLevel::error, event,
        {{"code", std::string{name_of(error.code)}},
         {"what", error.what.en},
         {"hint", error.hint.en}});
}

void Log::warn(std::string_view event, const Error& error) const {
  write(LogLevel::warning, event,
        {{"code", std::string{name_of(error.code)}},
         {"what", error.what.en},
         {"hint", error.hint.en}});
}

void Log::write(LogLevel level, std::string_view event,
                std::initializer_list<LogField> fields) const {
  if (level < least_) return;
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  nlohmann::ordered_json line;
  line["at"] = iso8601(now);
  line["level"] = name_of(level);
  line["service"] = service_;
  line["event"] = event;
  for (const auto& field : fields)
    std::visit([&](const auto& value) { line[std::string{field.name}] = value; }, field.value);
  // What a server said may be no UTF-8: replaced, since a log line must not throw.
  const auto text =
      line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  std::fwrite(text.data(), 1, text.size(), to_);
  std::fflush(to_);
}

}  // namespace plimsoll::market
