#include <array>

#include "base/text.h"
#include "policy/sections.h"

namespace plimsoll {
namespace {

UsageAlert read_usage(const YAML::Node& node) {
  const Section section{node, "alerts.usage", "usage"};
  UsageAlert usage;
  usage.fire_above = section.share("fire_above").value_or(usage.fire_above);
  usage.clear_below = section.share("clear_below").value_or(usage.clear_below);
  usage.hold = section.span("hold", {}).value_or(usage.hold);
  if (usage.clear_below >= usage.fire_above) {
    throw Mistake{node.Mark(),
                  say("'clear_below' is not below 'fire_above': the alert would flap",
                      "'clear_below' no está por debajo de 'fire_above': la alerta oscilaría"),
                  {}};
  }
  return usage;
}

TimeToFullAlert read_time_to_full(const YAML::Node& node) {
  const Section section{node, "alerts.time_to_full", "time_to_full"};
  const Text zero = say("it would come too late", "llegaría tarde");
  TimeToFullAlert alert;
  alert.warn = section.span("warn", zero).value_or(alert.warn);
  alert.critical = section.span("critical", zero).value_or(alert.critical);
  if (alert.critical >= alert.warn) {
    throw Mistake{node.Mark(),
                  say("'critical' is not shorter than 'warn'", "'critical' no es menor que 'warn'"),
                  {}};
  }
  return alert;
}

struct Channel {
  const char* key;
  NotifyKind kind;
  bool is_url;
};
constexpr std::array<Channel, 7> kChannels{{{"webhook", NotifyKind::webhook, true},
                                            {"slack", NotifyKind::slack, true},
                                            {"discord", NotifyKind::discord, true},
                                            {"telegram", NotifyKind::telegram, false},
                                            {"ntfy", NotifyKind::ntfy, false},
                                            {"email", NotifyKind::email, false},
                                            {"alertmanager", NotifyKind::alertmanager, true}}};

NotifyTarget read_notify(const YAML::Node& node, const std::string& file) {
  const Section section{node, "alerts.notify", "notify"};
  if (node.size() != 1) {
    throw Mistake{node.Mark(),
                  say("each of 'notify' is one channel", "cada elemento de 'notify' es un canal"),
                  say("write - webhook: \"https://…\"", "escriba - webhook: \"https://…\"")};
  }
  for (const Channel& channel : kChannels) {
    if (!section.has(channel.key)) continue;
    std::string address = section.text(channel.key);
    const bool is_url = address.starts_with("https://") || address.starts_with("http://");
    if (address.empty() || (channel.is_url && !is_url)) {
      section.refuse(
          channel.key, say("'{}' needs an address", "'{}' necesita una dirección", {channel.key}),
          channel.is_url
              ? say("it begins with https:// or http://", "empieza por https:// o http://")
              : Text{});
    }
    return {channel.kind, Secret{std::move(address)}, origin_of(file, node.Mark()).text()};
  }
  throw Mistake{node.Mark(), say("this is no channel", "esto no es un canal"), {}};
}

}  // namespace

AlertSettings read_alerts(const YAML::Node& node, const std::string& file) {
  const Section section{node, "alerts", "alerts"};
  AlertSettings alerts;
  if (section.has("usage")) alerts.usage = read_usage(section.at("usage"));
  if (section.has("time_to_full")) {
    alerts.time_to_full = read_time_to_full(section.at("time_to_full"));
  }
  if (section.has("notify")) {
    for (const YAML::Node& target :
         list_of(section.at("notify"), "notify", "notify: [{ webhook: \"https://…\" }]")) {
      alerts.notify.push_back(read_notify(target, file));
    }
  }
  return alerts;
}

GuardSettings read_guard(const YAML::Node& node) {
  const Section section{node, "guard", "guard"};
  GuardSettings guard;
  guard.sample_every =
      section.span("sample_every", say("it would never stop looking", "no dejaría nunca de mirar"))
          .value_or(guard.sample_every);
  guard.history_budget =
      section.size("history_budget", say("it would remember nothing", "no recordaría nada"))
          .value_or(guard.history_budget);
  if (guard.history_budget < 1_MiB) {
    section.refuse("history_budget",
                   say("'history_budget' is under 1 MB", "'history_budget' no llega a 1 MB"),
                   say("is the unit missing? write 64MB", "¿falta la unidad? escriba 64MB"));
  }
  if (!section.has("listen")) return guard;
  guard.listen = section.text("listen");
  const auto colon = guard.listen.rfind(':');
  const auto port = colon == std::string::npos ? std::optional<std::int64_t>{}
                                               : parse_int(guard.listen.substr(colon + 1));
  if (!port || colon == 0 || *port < 1 || *port > 65'535) {
    section.refuse(
        "listen", say("'listen' is an address and a port", "'listen' es una dirección y un puerto"),
        say("write 127.0.0.1:8420", "escriba 127.0.0.1:8420"));
  }
  return guard;
}

}  // namespace plimsoll
