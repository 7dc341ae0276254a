#include "apply/compose/patch.h"

#include <memory>

#include "apply/compose/redis_command.h"
#include "apply/compose/service_settings.h"
#include "apply/compose/sizes.h"
#include "apply/compose/value.h"
#include "apply/compose/yaml_edit.h"
#include "base/text.h"

namespace plimsoll {
namespace {

using namespace compose;

/// A file with its meaning; the meaning points into the document.
struct Read {
  YamlDocument document;
  Value whole;
};

Result<std::unique_ptr<Read>> read(std::string_view text, const std::string& file) {
  auto document = parse_yaml(text, file);
  if (!document) return failure(document.error());
  auto result = std::make_unique<Read>();
  result->document = std::move(*document);
  auto whole = resolve(result->document, file);
  if (!whole) return failure(whole.error());
  result->whole = std::move(*whole);
  return result;
}

Error would_change_more(const std::string& file, const std::string& service) {
  return {ErrorCode::unsupported,
          say("{}: service '{}' is written in a way that cannot be changed without changing more",
              "{}: el servicio '{}' está escrito de un modo que no se puede cambiar sin cambiar "
              "algo más",
              {file, printable(service)}),
          say("change it by hand", "cámbielo a mano")};
}

class Patch {
 public:
  Patch(std::string_view text, const std::string& file) : text_{text}, file_{file} {}

  Result<void> begin() {
    auto before = read(text_, file_);
    if (!before) return failure(before.error());
    before_ = std::move(*before);
    expected_ = before_->whole;
    return {};
  }

  Result<void> carry_out(const PatchCompose& wish) {
    const auto now = read(text_, file_);
    if (!now) return failure(now.error());
    if (auto checked = check_service(**now, wish.service); !checked) return checked;
    const auto settings = settings_for((*now)->whole, file_, wish);
    if (!settings) return failure(settings.error());
    for (const Setting& setting : *settings) {
      auto edited = set_value(text_, file_, setting);
      if (!edited) return failure(edited.error());
      text_ = std::move(*edited);
      expected_.set(setting.path, text_value(setting.text, setting.quoted));
      wished_.push_back(setting.path);
    }
    if (auto done = redis(wish); !done) return done;
    return check_result(wish.service);
  }

  std::string text() && { return std::move(text_); }

 private:
  Result<void> check_service(const Read& now, const std::string& service) const {
    const Value* services = now.whole.find("services");
    if (services == nullptr || services->kind != Value::Kind::mapping) {
      return failure(ErrorCode::malformed,
                     say("{}: no Compose file: it has no services",
                         "{}: no es un fichero de Compose: no tiene servicios", {file_}));
    }
    const Value* found = services->find(service);
    if (found != nullptr && found->kind == Value::Kind::mapping) return {};
    const bool elsewhere = now.whole.find("include") != nullptr;
    return failure(ErrorCode::unsupported,
                   say("{}: there is no service '{}'", "{}: no hay ningún servicio '{}'",
                       {file_, printable(service)}),
                   elsewhere ? say("it may be in a file this one includes; name that one",
                                   "puede estar en un fichero que este incluye; indique ese")
                             : Text{});
  }

  Result<void> redis(const PatchCompose& wish) {
    if (wish.redis_maxmemory) {
      auto done = redis_option(wish.service, "--maxmemory", redis_size_text(*wish.redis_maxmemory),
                               parse_redis_size);
      if (!done) return done;
    }
    if (wish.redis_eviction.empty()) return {};
    return redis_option(wish.service, "--maxmemory-policy", wish.redis_eviction, nullptr);
  }

  using ParseSize = std::optional<Bytes> (*)(std::string_view);

  Result<void> redis_option(const std::string& service, const std::string& option,
                            const std::string& value, ParseSize size) {
    const std::vector<std::string> path{"services", service, "command"};
    const auto old_words = command_words(expected_.find(path));
    const std::string old = option_of(old_words, option);
    if (old == value || (size != nullptr && !old.empty() && size(old) == size(value))) return {};
    auto edited = set_redis_option(text_, file_, service, option, value);
    if (!edited) return failure(edited.error());
    const auto after = read(*edited, file_);
    if (!after) return failure(would_change_more(file_, service));
    const Value* command = (*after)->whole.find(path);
    if (!differ_by_option(old_words, command_words(command), option, value))
      return failure(would_change_more(file_, service));
    text_ = std::move(*edited);
    expected_.set(path, *command);
    return {};
  }

  /// Word for word the same, but for the option's value or the option at the end.
  static bool differ_by_option(const std::vector<std::string>& before,
                               const std::vector<std::string>& after, const std::string& option,
                               const std::string& value) {
    if (option_of(after, option) != value) return false;
    if (after.size() == before.size()) {
      int different = 0;
      for (std::size_t i = 0; i < before.size(); ++i) different += before[i] != after[i] ? 1 : 0;
      return different <= 1;
    }
    // A new command begins with the server's name.
    const std::size_t kept = before.empty() ? 1 : before.size();
    return after.size() == kept + 2 && after[kept] == option && after[kept + 1] == value &&
           std::equal(before.begin(), before.end(), after.begin());
  }

  Result<void> check_result(const std::string& service) {
    const auto after = read(text_, file_);
    if (!after) return failure(would_change_more(file_, service));
    for (const auto& path : wished_) {  // a changed value keeps the quotes it had
      const Value* value = (*after)->whole.find(path);
      if (value == nullptr) return failure(would_change_more(file_, service));
      expected_.set(path, text_value(expected_.text(path), value->quoted));
    }
    if (!((*after)->whole == expected_)) return failure(would_change_more(file_, service));
    return {};
  }

  std::string text_;
  const std::string& file_;
  std::unique_ptr<Read> before_;
  Value expected_;
  std::vector<std::vector<std::string>> wished_;
};

}  // namespace

Result<std::string> patch_compose(std::string_view text, const std::string& file,
                                  const std::vector<PatchCompose>& wishes) {
  const bool marked = text.starts_with(kByteOrderMark);
  if (marked) text.remove_prefix(kByteOrderMark.size());
  Patch patch{text, file};
  if (auto begun = patch.begin(); !begun) return failure(begun.error());
  for (const PatchCompose& wish : wishes) {
    if (auto done = patch.carry_out(wish); !done) return failure(done.error());
  }
  return (marked ? std::string{kByteOrderMark} : std::string{}) + std::move(patch).text();
}

}  // namespace plimsoll
