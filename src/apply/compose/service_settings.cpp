#include "apply/compose/service_settings.h"

#include "apply/compose/sizes.h"
#include "base/text.h"

namespace plimsoll::compose {
namespace {

using Path = std::vector<std::string>;

const Path kDeployLimit{"deploy", "resources", "limits", "memory"};
const Path kDeployReservation{"deploy", "resources", "reservations", "memory"};
const Path kShortLimit{"mem_limit"};
const Path kShortReservation{"mem_reservation"};

struct Extends {
  std::string service;
  bool other_file = false;
};

std::optional<Extends> extends_of(const Value& service) {
  const Value* extends = service.find("extends");
  if (extends == nullptr) return std::nullopt;
  if (extends->kind == Value::Kind::scalar) return Extends{extends->scalar, false};
  return Extends{extends->text({"service"}), extends->find("file") != nullptr};
}

void merge_below(Value& service, const Value& base) {
  for (std::size_t i = 0; i < base.keys.size(); ++i) {
    const std::string& key = base.keys[i];
    const Value* own = service.find(key);
    if (own == nullptr) {
      service.set({key}, base.items[i]);
    } else if (own->kind == Value::Kind::mapping && base.items[i].kind == Value::Kind::mapping) {
      Value merged = *own;
      merge_below(merged, base.items[i]);
      service.set({key}, std::move(merged));
    }
  }
}

class Settings {
 public:
  Settings(const Value& whole, const std::string& file, const PatchCompose& wish, Value service)
      : whole_{whole}, file_{file}, wish_{wish}, service_{std::move(service)} {}

  Result<std::vector<Setting>> make() {
    if (auto done = memory(); !done) return failure(done.error());
    if (auto done = logging(); !done) return failure(done.error());
    return std::move(settings_);
  }

 private:
  bool has(const Path& path) const { return service_.find(path) != nullptr; }

  Path in_file(const Path& path) const {
    Path full{"services", wish_.service};
    full.insert(full.end(), path.begin(), path.end());
    return full;
  }

  tl::unexpected<Error> refuse(const Path& path, const Text& why, Text hint = {}) const {
    const Value* at = service_.find(path);
    if (at == nullptr || at->node == nullptr) at = whole_.find(in_file({}));
    return refuse_at(file_, *at->node, why, std::move(hint));
  }

  /// What is not here may be in the other file, in the other form: two that disagree are an error.
  Result<void> check_own(const Path& path) const {
    if (has(path) || !extends_another_file(whole_, wish_.service)) return {};
    return refuse({"extends"},
                  say("it extends a service of another file, which may set {} too",
                      "extiende un servicio de otro fichero, que también puede fijar {}",
                      {path.back() == "memory" ? "memory" : path.front()}),
                  say("write the value into this service, then it can be changed here",
                      "escriba el valor en este servicio y se podrá cambiar aquí"));
  }

  Result<void> memory() {
    if (!wish_.limit && !wish_.reservation) return {};
    if (auto checked = check_bounds(); !checked) return checked;
    const bool has_short = has(kShortLimit) || has(kShortReservation);
    const bool version_2 = whole_.text({"version"}).starts_with("2");
    for (const auto& [bytes, deploy, brief] :
         {std::tuple{wish_.limit, kDeployLimit, kShortLimit},
          std::tuple{wish_.reservation, kDeployReservation, kShortReservation}}) {
      if (!bytes) continue;
      const bool both = has(deploy) && has(brief);
      const bool use_short = has(brief) || (!has(deploy) && (has_short || version_2));
      if (auto checked = check_own(use_short ? brief : deploy); !checked) return checked;
      if (use_short) want(brief, *bytes);
      if (both || !use_short) want(deploy, *bytes);
    }
    return {};
  }

  std::optional<Bytes> now(const Path& deploy, const Path& brief) const {
    return parse_memory(service_.text(has(brief) ? brief : deploy));
  }

  /// The engine refuses a reservation above the limit, and memory with swap below memory alone.
  Result<void> check_bounds() const {
    const auto limit = wish_.limit ? wish_.limit : now(kDeployLimit, kShortLimit);
    const auto reservation =
        wish_.reservation ? wish_.reservation : now(kDeployReservation, kShortReservation);
    if (limit && reservation && *reservation > *limit) {
      return refuse({}, say("the reservation of {} would be above the limit of {}",
                            "la reserva de {} superaría el límite de {}", {*reservation, *limit}));
    }
    const auto swap = parse_memory(service_.text({"memswap_limit"}));
    if (wish_.limit && swap && swap->count() > 0 && *swap < *wish_.limit) {
      return refuse(
          {"memswap_limit"},
          say("memswap_limit, which counts memory and swap, is below the new limit",
              "memswap_limit, que cuenta memoria y swap, es menor que el nuevo límite"),
          say("raise it to {} or more", "súbalo a {} o más", {memory_text(*wish_.limit)}));
    }
    return {};
  }

  void want(const Path& path, Bytes bytes) {
    if (parse_memory(service_.text(path)) == bytes) return;
    settings_.push_back({in_file(path), memory_text(bytes), false});
  }

  Result<void> logging() {
    if (!wish_.log_max_size && !wish_.log_max_file) return {};
    const Path driver{"logging", "driver"}, size{"logging", "options", "max-size"},
        files{"logging", "options", "max-file"};
    const std::string named = service_.text(driver);
    if (!named.empty() && named != "json-file" && named != "local") {
      return refuse(driver,
                    say("the log driver '{}' does not rotate by max-size",
                        "el driver de registro '{}' no rota por max-size", {printable(named)}),
                    say("use json-file or local", "use json-file o local"));
    }
    if (!has({"logging"})) {
      if (auto checked = check_own({"logging"}); !checked) return checked;
      // Said outright: with options alone the engine's default driver may be one that refuses them.
      settings_.push_back({in_file(driver), "json-file", false});
    }
    if (wish_.log_max_size) {
      const std::string text = log_size_text(*wish_.log_max_size);
      if (parse_log_size(service_.text(size)) != parse_log_size(text))
        settings_.push_back({in_file(size), text, true});
    }
    if (wish_.log_max_file) {
      const std::string text = std::to_string(*wish_.log_max_file);
      if (service_.text(files) != text) settings_.push_back({in_file(files), text, true});
    }
    return {};
  }

  const Value& whole_;
  const std::string& file_;
  const PatchCompose& wish_;
  const Value service_;
  std::vector<Setting> settings_;
};

}  // namespace

Result<Value> extended_service(const Value& whole, const std::string& file,
                               const std::string& service) {
  const Value* own = whole.find({"services", service});
  Value result = *own;
  constexpr int kDeepest = 16;
  auto next = extends_of(*own);
  for (int depth = 0; next && !next->other_file; ++depth) {
    const Value* base = whole.find({"services", next->service});
    if (base == nullptr || depth == kDeepest) {
      return refuse_at(
          file, *own->find("extends")->node,
          say("'{}', which it extends, is not in this file",
              "'{}', al que extiende, no está en este fichero", {printable(next->service)}));
    }
    merge_below(result, *base);
    next = extends_of(*base);
  }
  return result;
}

bool extends_another_file(const Value& whole, const std::string& service) {
  const Value* at = whole.find({"services", service});
  constexpr int kDeepest = 16;
  for (int depth = 0; at != nullptr && depth < kDeepest; ++depth) {
    const auto next = extends_of(*at);
    if (!next) return false;
    if (next->other_file) return true;
    at = whole.find({"services", next->service});
  }
  return false;
}

Result<std::vector<Setting>> settings_for(const Value& whole, const std::string& file,
                                          const PatchCompose& wish) {
  auto service = extended_service(whole, file, wish.service);
  if (!service) return failure(service.error());
  return Settings{whole, file, wish, std::move(*service)}.make();
}

}  // namespace plimsoll::compose
