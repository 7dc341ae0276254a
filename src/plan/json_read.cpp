#include <algorithm>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"
#include "plan/json_fields.h"
#include "plan/json_scalars.h"

namespace plimsoll {
namespace {

using namespace plan_json;
using Json = nlohmann::json;  // not the ordered one: that looks through all keys at each insertion

constexpr std::size_t kLargest = std::size_t{16} << 20U;
constexpr int kDeepest = 32;  // a plan of ours has eight levels

/// Where in the file: "steps[2].change.cut". On the stack of whoever reads.
struct Place {
  const Place* parent = nullptr;
  std::string_view key;
  std::size_t index = 0;

  std::string text() const {
    if (parent == nullptr) return {};
    const std::string before = parent->text();
    if (key.data() == nullptr) return before + "[" + std::to_string(index) + "]";
    return before + (before.empty() ? "" : ".") + printable(key);
  }
};

template <typename Variant, std::size_t index = 0>
bool set_kind(Variant& value, std::string_view kind) {
  if constexpr (index == std::variant_size_v<Variant>) {
    return false;
  } else {
    value.template emplace<index>();
    return kind_of(value) == kind || set_kind<Variant, index + 1>(value, kind);
  }
}

/// Fills values from JSON; each read() is false at the first thing that does not fit, which error()
/// then names.
class Reader {
 public:
  const Error& error() const { return error_; }

  bool read(const Json& json, const Place& at, Plan& plan) {
    if (!json.is_object()) return wrong(at, say("is not an object", "no es un objeto"));
    const auto schema = json.find("schema");
    if (schema == json.end() || *schema != kSchema) {
      error_ = Error{ErrorCode::malformed,
                     say("this is no plan: its 'schema' is not {}",
                         "esto no es un plan: su 'schema' no es {}", {kSchema}),
                     say("give the file that plimsoll plan --out wrote",
                         "indique el fichero que escribió plimsoll plan --out")};
      return false;
    }
    const auto hash = json.find("hash");
    if (hash == json.end()) return missing(at, "hash");
    return read(*hash, Place{&at, "hash"}, plan.hash) &&
           read_fields(json, at, plan, {"schema", "hash"});
  }

 private:
  using Keys = std::vector<std::string_view>;

  bool wrong(const Place& at, const Text& problem) {
    const std::string place = at.text();
    error_ = Error{ErrorCode::malformed,
                   say("plan: '{}' {}", "plan: '{}' {}", {place.empty() ? "." : place, problem}),
                   say("a plan is not written by hand: make it anew with plimsoll plan --out",
                       "un plan no se escribe a mano: hágalo de nuevo con plimsoll plan --out")};
    return false;
  }
  bool missing(const Place& at, std::string_view key) {
    return wrong(Place{&at, key}, say("is missing", "falta"));
  }

  bool read(const Json& json, const Place& at, std::string& into) {
    if (!json.is_string()) return wrong(at, say("is not a text", "no es un texto"));
    auto raw = decode_bytes(json.get_ref<const std::string&>());
    if (!raw) return wrong(at, say("is not hexadecimal", "no es hexadecimal"));
    into = std::move(*raw);
    return true;
  }
  bool read(const Json& json, const Place& at, bool& into) {
    if (!json.is_boolean()) {
      return wrong(at, say("is neither true nor false", "no es ni true ni false"));
    }
    into = json.get<bool>();
    return true;
  }
  bool read(const Json& json, const Place& at, std::int64_t& into) {
    const bool too_large =
        json.is_number_unsigned() &&
        json.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()};
    if (!json.is_number_integer() || too_large) {
      return wrong(at, say("is not a whole number of 64 bits", "no es un entero de 64 bits"));
    }
    into = json.get<std::int64_t>();
    return true;
  }
  bool read(const Json& json, const Place& at, int& into) {
    std::int64_t wide = 0;
    if (!read(json, at, wide)) return false;
    if (wide < std::numeric_limits<int>::min() || wide > std::numeric_limits<int>::max()) {
      return wrong(at, say("is out of range", "está fuera de rango"));
    }
    into = static_cast<int>(wide);
    return true;
  }
  bool read(const Json& json, const Place& at, Bytes& into) {
    std::int64_t count = 0;
    if (!read(json, at, count)) return false;
    into = Bytes{count};
    return true;
  }
  bool read(const Json& json, const Place& at, Seconds& into) {
    std::int64_t count = 0;
    if (!read(json, at, count)) return false;
    into = Seconds{count};
    return true;
  }
  bool read(const Json& json, const Place& at, Instant& into) {
    const auto parsed = json.is_string() ? parse_iso8601(json.get_ref<const std::string&>())
                                         : std::optional<Instant>{};
    if (!parsed) {
      return wrong(at, say("is not an instant (ISO 8601)", "no es un instante (ISO 8601)"));
    }
    into = *parsed;
    return true;
  }
  bool read(const Json& json, const Place& at, StreamId& into) {
    const auto parsed = json.is_string() ? decode_stream_id(json.get_ref<const std::string&>())
                                         : std::optional<StreamId>{};
    if (!parsed) return wrong(at, say("is not a stream id", "no es un id de stream"));
    into = *parsed;
    return true;
  }
  bool read(const Json& json, const Place& at, TargetKind& into) {
    for (const TargetKind kind :
         {TargetKind::postgres, TargetKind::redis, TargetKind::docker, TargetKind::host}) {
      if (json == name_of(kind)) {
        into = kind;
        return true;
      }
    }
    return wrong(at, say("is no kind of target", "no es un tipo de objetivo"));
  }
  bool read(const Json& json, const Place& at, Observation& into) {
    if (!json.is_object()) return wrong(at, say("is not an object", "no es un objeto"));
    for (const auto& [key, value] : json.items()) {
      const auto name = decode_bytes(key);
      if (!name) return wrong(Place{&at, key}, say("is not hexadecimal", "no es hexadecimal"));
      if (!read(value, Place{&at, key}, into[*name])) return false;
    }
    return true;
  }
  template <typename Value>
  bool read(const Json& json, const Place& at, std::optional<Value>& into) {
    if (json.is_null()) return true;
    return read(json, at, into.emplace());
  }
  template <typename Value>
  bool read(const Json& json, const Place& at, std::vector<Value>& into) {
    if (!json.is_array()) return wrong(at, say("is not a list", "no es una lista"));
    for (std::size_t i = 0; i < json.size(); ++i) {
      if (!read(json[i], Place{.parent = &at, .key = {}, .index = i}, into.emplace_back())) {
        return false;
      }
    }
    return true;
  }
  template <typename... Alternatives>
  bool read(const Json& json, const Place& at, std::variant<Alternatives...>& into) {
    if (!json.is_object()) return wrong(at, say("is not an object", "no es un objeto"));
    const auto kind = json.find("kind");
    if (kind == json.end()) return missing(at, "kind");
    if (!kind->is_string() || !set_kind(into, kind->get_ref<const std::string&>())) {
      return wrong(Place{&at, "kind"}, say("is not known", "no se conoce"));
    }
    return std::visit([&](auto& held) { return read_fields(json, at, held, {"kind"}); }, into);
  }
  template <typename Struct>
  requires requires { Fields<Struct>::list; }
  bool read(const Json& json, const Place& at, Struct& into) {
    if (!json.is_object()) return wrong(at, say("is not an object", "no es un objeto"));
    return read_fields(json, at, into, {});
  }

  /// `known`: keys read already.
  template <typename Struct>
  bool read_fields(const Json& json, const Place& at, Struct& into, Keys known) {
    const auto read_field = [&](const auto& field) {
      known.emplace_back(field.name);
      const auto found = json.find(field.name);
      if (found == json.end()) return missing(at, field.name);
      return read(*found, Place{&at, field.name}, into.*field.member);
    };
    const auto read_all = [&](const auto&... field) { return (read_field(field) && ...); };
    if (!std::apply(read_all, Fields<Struct>::list)) return false;
    for (const auto& [key, value] : json.items()) {
      if (std::find(known.begin(), known.end(), key) == known.end()) {
        return wrong(Place{&at, key}, say("is not known", "no se conoce"));
      }
    }
    return true;
  }

  Error error_{ErrorCode::malformed, {}, {}};
};

bool too_deep(std::string_view json) {
  int depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_text) {
      if (c == '\\') ++i;
      in_text = c != '"';
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kDeepest) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

/// A key that is there twice would be one thing to us and another to who reads the file.
class TwiceFinder {
 public:
  bool operator()(int, Json::parse_event_t event, const Json& key) {
    if (event == Json::parse_event_t::object_start) seen_.emplace_back();
    if (event == Json::parse_event_t::object_end && !seen_.empty()) seen_.pop_back();
    if (event == Json::parse_event_t::key && !seen_.empty()) {
      const auto& name = key.get_ref<const std::string&>();
      if (!seen_.back().insert(name).second && twice_.empty()) twice_ = "'" + printable(name) + "'";
    }
    return true;
  }
  const std::string& twice() const { return twice_; }

 private:
  std::vector<std::set<std::string>> seen_;
  std::string twice_;
};

/// What the types do not say: steps are numbered from 1 and wait only for earlier ones.
std::optional<Text> disorder_of(const Plan& plan) {
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const Step& step = plan.steps[i];
    const std::string place = "steps[" + std::to_string(i) + "]";
    if (step.number != static_cast<int>(i) + 1) {
      return say("plan: '{}.number' is not its place", "plan: '{}.number' no es su lugar", {place});
    }
    for (const int before : step.after) {
      if (before < 1 || before >= step.number) {
        return say("plan: '{}.after' names a step that is not before it",
                   "plan: '{}.after' nombra un paso que no está antes", {place});
      }
    }
  }
  return std::nullopt;
}

Text make_anew() {
  return say("make it anew: plimsoll plan --out FILE",
             "hágalo de nuevo: plimsoll plan --out FICHERO");
}

}  // namespace

Result<Plan> parse_plan(std::string_view json) {
  if (json.size() > kLargest) {
    return failure(ErrorCode::malformed,
                   say("the plan is larger than {}", "el plan es mayor que {}",
                       {Bytes{static_cast<std::int64_t>(kLargest)}}));
  }
  if (too_deep(json)) {
    return failure(ErrorCode::malformed, say("this is no plan: nested too deeply",
                                             "esto no es un plan: anidado en exceso"));
  }
  TwiceFinder finder;
  const Json root = Json::parse(json.begin(), json.end(), std::ref(finder), false);
  if (root.is_discarded()) {
    return failure(ErrorCode::malformed,
                   say("this is no plan: not JSON, or cut short",
                       "esto no es un plan: no es JSON, o está cortado"),
                   make_anew());
  }
  if (!finder.twice().empty()) {
    return failure(ErrorCode::malformed,
                   say("plan: {} is there twice", "plan: {} aparece dos veces", {finder.twice()}),
                   make_anew());
  }
  Plan plan;
  Reader reader;
  if (!reader.read(root, Place{}, plan)) return failure(reader.error());
  if (hash_of(plan) != plan.hash) {
    return failure(
        ErrorCode::malformed,
        say("this plan was edited: its hash does not fit what it says",
            "este plan fue modificado: su hash no corresponde a lo que dice"),
        say("change plimsoll.yaml instead, and make the plan anew: plimsoll plan --out "
            "FILE",
            "cambie plimsoll.yaml y haga el plan de nuevo: plimsoll plan --out FICHERO"));
  }
  if (auto disorder = disorder_of(plan)) {
    return failure(ErrorCode::malformed, std::move(*disorder), make_anew());
  }
  return plan;
}

}  // namespace plimsoll
