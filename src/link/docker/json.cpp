#include "link/docker/json.h"

#include <limits>

#include "base/text.h"

namespace plimsoll::docker {
namespace {

auto malformed(const std::string& object, std::size_t bytes, const Text& why) {
  return failure(ErrorCode::malformed,
                 say("docker: {}: {} ({} bytes)", "docker: {}: {} ({} bytes)",
                     {object, why, static_cast<std::int64_t>(bytes)}),
                 say("something between Plimsoll and the engine may have cut the answer short",
                     "puede que algo entre Plimsoll y el motor haya cortado la respuesta"));
}

/// base/instant reads at most microseconds; engines write nanoseconds, with trailing zeros gone.
std::string to_microseconds(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) return std::string{text};
  auto end = dot + 1;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
  const auto kept = std::min<std::size_t>(end, dot + 7);
  std::string short_text{text.substr(0, kept)};
  return short_text.append(text.substr(end));
}

}  // namespace

Result<Json> parse_json(std::string_view body, const std::string& object) {
  Json document = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded()) {
    return malformed(object, body.size(),
                     say("the answer is not complete JSON", "la respuesta no es JSON completo"));
  }
  return document;
}

Result<Json> parse_list(std::string_view body, const std::string& object) {
  auto document = parse_json(body, object);
  // An engine written in Go says null for an empty list.
  if (document && document->is_null()) return Json::array();
  if (document && !document->is_array()) {
    return malformed(object, body.size(),
                     say("the answer is not a list", "la respuesta no es una lista"));
  }
  return document;
}

Result<Json> parse_object(std::string_view body, const std::string& object) {
  auto document = parse_json(body, object);
  if (document && !document->is_object()) {
    return malformed(object, body.size(),
                     say("the answer is not an object", "la respuesta no es un objeto"));
  }
  return document;
}

const Json* member(const Json& node, std::initializer_list<std::string_view> path) {
  const Json* at = &node;
  for (const std::string_view key : path) {
    if (!at->is_object()) return nullptr;
    const auto found = at->find(std::string{key});
    if (found == at->end()) return nullptr;
    at = &*found;
  }
  return at->is_null() ? nullptr : at;
}

std::string text_at(const Json& node, std::initializer_list<std::string_view> path) {
  const Json* found = member(node, path);
  const auto* text = found == nullptr ? nullptr : found->get_ptr<const std::string*>();
  return text == nullptr ? std::string{} : *text;
}

std::optional<std::int64_t> int_at(const Json& node, std::initializer_list<std::string_view> path) {
  const Json* found = member(node, path);
  if (found == nullptr) return std::nullopt;
  if (const auto* positive = found->get_ptr<const Json::number_unsigned_t*>()) {
    constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
    return *positive > static_cast<std::uint64_t>(kMost) ? kMost
                                                         : static_cast<std::int64_t>(*positive);
  }
  if (const auto* number = found->get_ptr<const Json::number_integer_t*>()) return *number;
  return std::nullopt;
}

std::optional<bool> bool_at(const Json& node, std::initializer_list<std::string_view> path) {
  const Json* found = member(node, path);
  const auto* value = found == nullptr ? nullptr : found->get_ptr<const bool*>();
  return value == nullptr ? std::nullopt : std::optional{*value};
}

std::optional<Instant> instant_at(const Json& node, std::initializer_list<std::string_view> path) {
  const std::string text = text_at(node, path);
  if (text.empty() || text.starts_with("0001-")) return std::nullopt;
  return parse_iso8601(to_microseconds(text));
}

std::vector<std::string> texts_at(const Json& node, std::initializer_list<std::string_view> path) {
  std::vector<std::string> texts;
  const Json* found = member(node, path);
  if (found == nullptr || !found->is_array()) return texts;
  for (const Json& element : *found) {
    if (const auto* text = element.get_ptr<const std::string*>()) texts.push_back(*text);
  }
  return texts;
}

}  // namespace plimsoll::docker
