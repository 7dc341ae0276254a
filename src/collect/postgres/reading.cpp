#include "collect/postgres/reading.h"

#include <algorithm>

#include "link/postgres/complaint.h"

namespace plimsoll {
namespace {

/// Less than this is not worth a question.
constexpr std::chrono::milliseconds kLeastTime{20};

/// An error's text names the question; so does the gap's `what`.
std::string without_prefix(const std::string& text, const std::string& prefix) {
  return text.starts_with(prefix + ": ") ? text.substr(prefix.size() + 2) : text;
}

}  // namespace

Result<postgres::Rows> Reading::attempt(const postgres::Probe& probe,
                                        const postgres::Arguments& arguments) {
  const auto left =
      std::chrono::floor<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
  if (left < kLeastTime) {
    return failure(
        ErrorCode::timed_out,
        say("not asked: the census' time was over", "no se preguntó: se acabó el tiempo del censo"),
        say("give it more time", "dele más tiempo"));
  }
  auto limited = arguments;
  limited.timeout = std::min(arguments.timeout.value_or(probe.timeout), left);
  return reader_.read(probe, limited);
}

Result<postgres::Rows> Reading::attempt_unhurried(const postgres::Probe& probe,
                                                  const postgres::Arguments& arguments) {
  return reader_.read(probe, arguments);
}

std::optional<postgres::Rows> Reading::ask(const postgres::Probe& probe,
                                           const postgres::Arguments& arguments) {
  auto rows = attempt(probe, arguments);
  if (rows) return std::move(*rows);
  add_gap(probe.what(), rows.error());
  return std::nullopt;
}

void Reading::add_gap(Text what, Text why, Text hint) {
  gaps_.push_back(
      {"postgres/" + options_.target, std::move(what), std::move(why), std::move(hint)});
}

void Reading::add_gap(const Text& what, const Error& error) {
  add_gap(what, {without_prefix(error.what.en, what.en), without_prefix(error.what.es, what.es)},
          error.hint);
}

void Reading::add_hidden_gap(const postgres::Probe& probe) {
  add_gap(probe.what(), say("not visible to role {}", "no visible para el rol {}", {facts().role}),
          postgres::hint_of(probe.grant, facts().role));
}

}  // namespace plimsoll
