#include <nlohmann/json.hpp>

#include "base/text.h"
#include "demo/demo.h"

namespace plimsoll {
namespace {

/// The scale as it was given: "0.01", not "0.0".
std::string number_of(double scale) {
  std::string text = nlohmann::json(scale).dump();
  return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
}

std::string_view name_of(DemoState state) {
  switch (state) {
    case DemoState::absent:
      return "absent";
    case DemoState::interrupted:
      return "interrupted";
    case DemoState::stopped:
      return "stopped";
    case DemoState::running:
      return "running";
  }
  return "absent";
}

nlohmann::json url_or_null(const std::string& url) {
  return url.empty() ? nlohmann::json() : nlohmann::json(url);
}

Text title_of(const DemoStatus& status) {
  switch (status.state) {
    case DemoState::absent:
      return say("there is no demo in {}", "no hay ninguna demo en {}",
                 {printable(status.directory.string())});
    case DemoState::interrupted:
      return say("the demo in {} was not finished", "la demo de {} no llegó a terminarse",
                 {printable(status.directory.string())});
    case DemoState::stopped:
      return say("the demo in {} is stopped", "la demo de {} está parada",
                 {printable(status.directory.string())});
    case DemoState::running:
      return say("the demo in {} is running", "la demo de {} está en marcha",
                 {printable(status.directory.string())});
  }
  return {};
}

Text running_of(bool running) {
  return running ? say("running", "en marcha") : say("not running", "parado");
}

}  // namespace

std::string to_json(const DemoStack& stack) {
  const nlohmann::ordered_json json{{"dir", stack.directory.string()},
                                    {"postgres", {{"url", stack.postgres_url}}},
                                    {"redis", {{"url", stack.redis_url}}}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string to_json(const DemoStatus& status) {
  const nlohmann::ordered_json json{
      {"dir", status.directory.string()},
      {"state", name_of(status.state)},
      {"scale",
       status.state == DemoState::absent ? nlohmann::json() : nlohmann::json(status.scale)},
      {"created", status.created ? nlohmann::json(iso8601(*status.created)) : nlohmann::json()},
      {"disk_bytes", status.disk.count()},
      {"postgres",
       {{"url", url_or_null(status.postgres_url)}, {"running", status.postgres_running}}},
      {"redis", {{"url", url_or_null(status.redis_url)}, {"running", status.redis_running}}}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Text describe(const DemoStack& stack) {
  const Text title = stack.was_running
                         ? say("The demo was already up", "La demo ya estaba en marcha")
                         : say("The demo is up", "La demo está en marcha");
  return say("{} (scale {}).\n  folder      {}\n  PostgreSQL  {}\n  Redis       {}",
             "{} (escala {}).\n  carpeta     {}\n  PostgreSQL  {}\n  Redis       {}",
             {title, number_of(stack.scale), printable(stack.directory.string()),
              stack.postgres_url, stack.redis_url});
}

Text describe(const DemoRemoval& removal) {
  if (!removal.found)
    return say("There is no demo in {}.", "No hay ninguna demo en {}.",
               {printable(removal.directory.string())});
  Text text = say("The demo in {} is stopped and removed.", "La demo de {} está parada y retirada.",
                  {printable(removal.directory.string())});
  for (const auto& file : removal.left) {
    const Text line =
        say("\n  left as it was, not made by the demo: {}",
            "\n  se deja como estaba, no es de la demo: {}", {printable(file.string())});
    text = Text{text.en + line.en, text.es + line.es};
  }
  return text;
}

Text describe(const DemoStatus& status) {
  const Text title = title_of(status);
  if (status.state == DemoState::absent) return title;
  return say(
      "{}\n  scale       {}\n  made        {}\n  disk        {}\n"
      "  PostgreSQL  {}  {}\n  Redis       {}  {}",
      "{}\n  escala      {}\n  creada      {}\n  disco       {}\n"
      "  PostgreSQL  {}  {}\n  Redis       {}  {}",
      {title, number_of(status.scale), status.created.value_or(Instant{}), status.disk,
       running_of(status.postgres_running), status.postgres_url, running_of(status.redis_running),
       status.redis_url});
}

}  // namespace plimsoll
