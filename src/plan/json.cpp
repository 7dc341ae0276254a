#include <openssl/evp.h>

#include <array>
#include <nlohmann/json.hpp>

#include "plan/json_fields.h"
#include "plan/json_scalars.h"

namespace plimsoll {
namespace {

using namespace plan_json;
using Json = nlohmann::ordered_json;

Json written(bool value) { return value; }
Json written(int value) { return value; }
Json written(std::int64_t value) { return value; }
Json written(Bytes bytes) { return bytes.count(); }
Json written(Seconds span) { return span.count(); }
Json written(Instant instant) { return iso8601(instant); }
Json written(StreamId id) { return encode_stream_id(id); }
Json written(TargetKind kind) { return name_of(kind); }
Json written(const std::string& text) { return encode_bytes(text); }
Json written(const Observation& facts) {
  Json json = Json::object();
  for (const auto& [name, value] : facts) json[encode_bytes(name)] = encode_bytes(value);
  return json;
}

template <typename Struct>
requires requires { Fields<Struct>::list; }
Json written(const Struct& value);
template <typename Value>
Json written(const std::vector<Value>& values);
template <typename... Alternatives>
Json written(const std::variant<Alternatives...>& value);

template <typename Value>
Json written(const std::optional<Value>& value) {
  return value ? written(*value) : Json(nullptr);
}

template <typename Struct>
void write_fields(const Struct& value, Json& into) {
  const auto write = [&](const auto&... field) {
    ((into[field.name] = written(value.*field.member)), ...);
  };
  std::apply(write, Fields<Struct>::list);
}

template <typename... Alternatives>
Json written(const std::variant<Alternatives...>& value) {
  Json json = {{"kind", kind_of(value)}};
  std::visit([&](const auto& held) { write_fields(held, json); }, value);
  return json;
}

template <typename Struct>
requires requires { Fields<Struct>::list; }
Json written(const Struct& value) {
  Json json = Json::object();
  write_fields(value, json);
  return json;
}

template <typename Value>
Json written(const std::vector<Value>& values) {
  Json json = Json::array();
  for (const Value& value : values) json.push_back(written(value));
  return json;
}

std::string sha256(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(), nullptr);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < length; ++i) {
    hex += kDigits[digest.at(i) >> 4U];
    hex += kDigits[digest.at(i) & 0x0FU];
  }
  return hex;
}

}  // namespace

std::string hash_of(const Plan& plan) { return sha256(written(plan).dump()); }

std::string to_json(const Plan& plan) {
  Json json = {{"schema", kSchema}, {"hash", encode_bytes(plan.hash)}};
  write_fields(plan, json);
  return json.dump(2) + "\n";
}

}  // namespace plimsoll
