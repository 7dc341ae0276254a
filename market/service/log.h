#pragma once

#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"

namespace plimsoll::market {

enum class LogLevel { debug, info, warning, error };
std::string_view name_of(LogLevel level);
std::optional<LogLevel> log_level_named(std::string_view name);

struct LogField {
  std::string_view name;
  std::variant<std::string, std::int64_t, double> value;
};

/// One JSON object a line: {"at":"…","level":"info","service":"scanner","event":"…", …fields}.
/// Written in one call, so that lines of two threads do not mix. Not for a hot path.
class Log {
 public:
  Log(std::string service, LogLevel least, std::FILE* to = stderr)
      : service_{std::move(service)}, least_{least}, to_{to} {}

  void debug(std::string_view event, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::debug, event, fields);
  }
  void info(std::string_view event, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::info, event, fields);
  }
  void warn(std::string_view event, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::warning, event, fields);
  }
  void error(std::string_view event, const Error& error) const;
  void warn(std::string_view event, const Error& error) const;

 private:
  void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) const;

  std::string service_;
  LogLevel least_;
  std::FILE* to_;
};

}  // namespace plimsoll::market
