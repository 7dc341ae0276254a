#include "apply/compose/check.h"

#include <algorithm>

#include "apply/compose/redis_command.h"
#include "apply/compose/service_settings.h"
#include "apply/compose/sizes.h"
#include "apply/compose/value.h"
#include "base/text.h"

namespace plimsoll {
namespace {

using namespace compose;

/// "${LIMIT:-2G}" is its default, "${LIMIT}" a value nobody here knows: never "not set".
std::string with_default(const std::string& text) {
  const auto begin = text.find("${");
  if (begin == std::string::npos) return text;
  const auto end = text.find('}', begin);
  const auto colon = text.find(":-", begin);
  if (end == std::string::npos || colon == std::string::npos || colon > end) return text;
  return text.substr(0, begin) + text.substr(colon + 2, end - colon - 2) + text.substr(end + 1);
}

/// Whose data the image keeps, by the last word of its name.
struct Server {
  bool redis = false, postgres = false;
  std::string data_folder;
};

Server server_of(const std::string& image) {
  const std::string text = with_default(image);
  std::string_view name = text;
  name = name.substr(0, name.find('@'));
  if (const auto slash = name.find_last_of('/'); slash != std::string_view::npos)
    name.remove_prefix(slash + 1);
  name = name.substr(0, name.find(':'));
  Server server;
  server.redis = name.find("redis") != std::string_view::npos &&
                 name.find("exporter") == std::string_view::npos &&
                 name.find("commander") == std::string_view::npos &&
                 name.find("insight") == std::string_view::npos;
  server.redis = server.redis || name.starts_with("valkey");
  server.postgres = name == "postgres" || name == "postgresql" || name.starts_with("timescaledb") ||
                    name == "postgis";
  if (server.redis) server.data_folder = "/data";
  if (server.postgres) server.data_folder = "/var/lib/postgresql";
  return server;
}

class ServiceCheck {
 public:
  ServiceCheck(const std::string& name, Value service, bool elsewhere,
               std::vector<ComposeIssue>& issues)
      : name_{name},
        service_{std::move(service)},
        server_{server_of(service_.text({"image"}))},
        elsewhere_{elsewhere},
        issues_{issues} {}

  void run(const Value& at) {
    at_ = at.node;
    memory();
    logging();
    if (server_.redis) maxmemory();
    if (server_.redis || server_.postgres) {
      ports();
      volumes();
    }
    tag();
  }

 private:
  void add(ComposeRule rule, const Value* at, Text what, Text hint, bool note = false) {
    const YamlNode* node = at != nullptr && at->node != nullptr ? at->node : at_;
    if (elsewhere_) {
      what = say("{} (the service it extends is in another file and was not read)",
                 "{} (el servicio al que extiende está en otro fichero y no se ha leído)",
                 {std::move(what)});
    }
    issues_.push_back(
        {rule, name_, node->line + 1, node->column + 1, note, std::move(what), std::move(hint)});
  }

  /// The text of the limit; empty where none is set.
  const Value* limit() const {
    const Value* value = service_.find({"deploy", "resources", "limits", "memory"});
    return value != nullptr ? value : service_.find("mem_limit");
  }

  void memory() {
    const Value* value = limit();
    if (value != nullptr && !value->scalar.empty() && value->scalar != "0") return;
    add(ComposeRule::no_memory_limit, value,
        say("service '{}' has no memory limit", "el servicio '{}' no tiene límite de memoria",
            {printable(name_)}),
        say("deploy.resources.limits.memory", "deploy.resources.limits.memory"));
  }

  void logging() {
    const Value* logging = service_.find("logging");
    const std::string driver = service_.text({"logging", "driver"});
    if (!driver.empty() && driver != "json-file") return;  // local rotates by itself
    if (!service_.text({"logging", "options", "max-size"}).empty()) return;
    add(ComposeRule::no_log_rotation, logging,
        say("the log of service '{}' is not rotated", "el registro del servicio '{}' no se rota",
            {printable(name_)}),
        say("logging: driver json-file with max-size and max-file, or the driver local",
            "logging: driver json-file con max-size y max-file, o el driver local"));
  }

  void maxmemory() {
    const Value* command = service_.find("command");
    const std::string set = with_default(option_of(command_words(command), "--maxmemory"));
    const auto words = command_words(command);
    const bool has_file = std::any_of(words.begin(), words.end(), [](const std::string& word) {
      return word.ends_with(".conf");
    });
    const bool interpolated = set.find('$') != std::string::npos;
    const auto bytes = parse_redis_size(set);
    if (set.empty() || (bytes && bytes->count() == 0)) {
      Text what = has_file
                      ? say("'{}': maxmemory is not in its command; whether its configuration "
                            "file sets it was not read",
                            "'{}': maxmemory no está en su comando; no se ha leído si lo fija "
                            "su fichero de configuración",
                            {printable(name_)})
                      : say("'{}' has no maxmemory", "'{}' no tiene maxmemory", {printable(name_)});
      add(ComposeRule::no_maxmemory, command, std::move(what),
          say("command: … --maxmemory 1gb --maxmemory-policy noeviction",
              "command: … --maxmemory 1gb --maxmemory-policy noeviction"),
          has_file);
      return;
    }
    const Value* value = limit();
    if (interpolated || value == nullptr || !bytes) return;
    const auto most = parse_memory(with_default(value->scalar));
    if (!most || *bytes < *most) return;
    add(ComposeRule::maxmemory_over_limit, command,
        say("'{}': maxmemory {} is not below the memory limit {}",
            "'{}': maxmemory {} no es menor que el límite de memoria {}",
            {printable(name_), printable(set), printable(value->scalar)}),
        say("leave a quarter for copies made while saving and for buffers: maxmemory at most 75% "
            "of the limit",
            "deje una cuarta parte para las copias al guardar y los búferes: maxmemory como mucho "
            "el 75 % del límite"));
  }

  bool has_password() const {
    const auto words = command_words(service_.find("command"));
    if (server_.redis) {
      return !option_of(words, "--requirepass").empty() ||
             std::any_of(words.begin(), words.end(), [](const std::string& word) {
               return word.find("aclfile") != std::string::npos || word.ends_with(".conf");
             });
    }
    // The image refuses to start without a password, unless told to trust everybody.
    return environment("POSTGRES_HOST_AUTH_METHOD") != "trust";
  }

  std::string environment(const std::string& variable) const {
    const Value* all = service_.find("environment");
    if (all == nullptr) return {};
    if (all->kind == Value::Kind::mapping) return all->text({variable});
    for (const Value& line : all->items) {
      if (line.scalar.starts_with(variable + "=")) return line.scalar.substr(variable.size() + 1);
    }
    return {};
  }

  /// "6379:6379", "0.0.0.0:6379:6379", {published: 6379}; not "127.0.0.1:6379:6379", and "6379"
  /// alone is a random port, but on all addresses.
  static bool is_on_all_addresses(const Value& port) {
    if (port.kind == Value::Kind::mapping) {
      const std::string host = port.text({"host_ip"});
      const bool is_published = port.find("published") != nullptr;
      return is_published && (host.empty() || host == "0.0.0.0" || host == "::");
    }
    const std::string text = with_default(port.scalar);
    return !text.starts_with("127.") && !text.starts_with("localhost:") &&
           !text.starts_with("[::1]") && !text.starts_with("::1:") &&
           (text.starts_with("0.0.0.0:") || std::count(text.begin(), text.end(), ':') <= 1);
  }

  void ports() {
    const Value* all = service_.find("ports");
    if (all == nullptr || has_password()) return;
    for (const Value& port : all->items) {
      if (!is_on_all_addresses(port)) continue;
      add(ComposeRule::published_without_password, &port,
          say("'{}' is published on every address of this machine, without a password",
              "'{}' se publica en todas las direcciones de esta máquina, sin contraseña",
              {printable(name_)}),
          say("publish it on 127.0.0.1, or not at all: services of the same network reach it "
              "without; and set a password",
              "publíquelo en 127.0.0.1, o no lo publique: los servicios de la misma red llegan sin "
              "ello; y ponga una contraseña"));
    }
  }

  void volumes() {
    const Value* all = service_.find("volumes");
    const auto& items = all == nullptr ? std::vector<Value>{} : all->items;
    for (const Value& volume : items) {
      if (volume.kind == Value::Kind::mapping) {
        if (volume.text({"target"}).starts_with(server_.data_folder)) {
          if (!volume.text({"source"}).empty() || volume.text({"type"}) == "tmpfs") return;
          return anonymous(&volume);
        }
        continue;
      }
      const std::string text = with_default(volume.scalar);
      if (text.find(":" + server_.data_folder) != std::string::npos) return;
      if (text.starts_with(server_.data_folder)) return anonymous(&volume);
    }
    if (service_.find("tmpfs") == nullptr) anonymous(nullptr);
  }

  void anonymous(const Value* at) {
    add(ComposeRule::anonymous_volume, at,
        say("the data of '{}' goes to an anonymous volume: each re-create makes another one",
            "los datos de '{}' van a un volumen anónimo: cada recreación crea otro",
            {printable(name_)}),
        say("name it: volumes: [\"{}_data:{}\"]", "póngale nombre: volumes: [\"{}_data:{}\"]",
            {printable(name_), server_.data_folder}));
  }

  void tag() {
    const Value* image = service_.find("image");
    if (image == nullptr || image->scalar.find('@') != std::string::npos) return;
    const std::string text = with_default(image->scalar);
    const auto slash = text.find_last_of('/');
    const auto colon = text.find(':', slash == std::string::npos ? 0 : slash);
    const std::string name = colon == std::string::npos ? "" : text.substr(colon + 1);
    if (!name.empty() && !name.starts_with("latest")) return;
    add(ComposeRule::floating_tag, image,
        say("image '{}': another version may come with the next pull",
            "imagen '{}': la próxima descarga puede traer otra versión", {printable(text)}),
        say("name a version", "indique una versión"), true);
  }

  const std::string& name_;
  const Value service_;
  const Server server_;
  const bool elsewhere_;
  std::vector<ComposeIssue>& issues_;
  const YamlNode* at_ = nullptr;
};

}  // namespace

std::string_view name_of(ComposeRule rule) {
  switch (rule) {
    case ComposeRule::no_memory_limit:
      return "no_memory_limit";
    case ComposeRule::no_log_rotation:
      return "no_log_rotation";
    case ComposeRule::no_maxmemory:
      return "no_maxmemory";
    case ComposeRule::maxmemory_over_limit:
      return "maxmemory_over_limit";
    case ComposeRule::published_without_password:
      return "published_without_password";
    case ComposeRule::anonymous_volume:
      return "anonymous_volume";
    case ComposeRule::floating_tag:
      return "floating_tag";
  }
  return "";
}

Result<std::vector<ComposeIssue>> check_compose(std::string_view text, const std::string& file) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const auto document = parse_yaml(text, file);
  if (!document) return failure(document.error());
  const auto whole = resolve(*document, file);
  if (!whole) return failure(whole.error());
  const Value* services = whole->find("services");
  if (services == nullptr || services->kind != Value::Kind::mapping) {
    return failure(ErrorCode::malformed,
                   say("{}: no Compose file: it has no services",
                       "{}: no es un fichero de Compose: no tiene servicios", {file}));
  }
  std::vector<ComposeIssue> issues;
  for (std::size_t i = 0; i < services->keys.size(); ++i) {
    const Value& own = services->items[i];
    if (own.kind != Value::Kind::mapping) continue;
    auto service = extended_service(*whole, file, services->keys[i]);
    if (!service) return failure(service.error());
    const bool elsewhere = extends_another_file(*whole, services->keys[i]);
    ServiceCheck{services->keys[i], std::move(*service), elsewhere, issues}.run(own);
  }
  return issues;
}

}  // namespace plimsoll
