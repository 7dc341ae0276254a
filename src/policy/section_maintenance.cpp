#include "base/text.h"
#include "policy/local_time.h"
#include "policy/sections.h"
#include "policy/xnys.h"

namespace plimsoll {
namespace {

using std::chrono::minutes;

/// "20:00"; "24:00" is the end of the day.
std::optional<minutes> time_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto digits = [](std::string_view part) {
    return part.find_first_not_of("0123456789") == std::string_view::npos ? parse_int(part)
                                                                          : std::nullopt;
  };
  const auto hour = digits(text.substr(0, 2));
  const auto minute = digits(text.substr(3));
  if (!hour || !minute || *minute > 59) return std::nullopt;
  const minutes of_day{*hour * 60 + *minute};
  return of_day <= minutes{24 * 60} ? std::optional{of_day} : std::nullopt;
}

Text window_forms() {
  return say("write \"weekends\" or \"20:00-04:00 America/New_York\"",
             "escriba \"weekends\" o \"20:00-04:00 America/New_York\"");
}

void require_zone(const YAML::Node& node, const std::string& zone) {
  if (is_time_zone(zone)) return;
  throw Mistake{node.Mark(),
                say("this system knows no time zone '{}'", "este sistema no conoce el huso '{}'",
                    {printable(zone)}),
                say("zones are named as Europe/Madrid; their database is the package tzdata",
                    "los husos se llaman como Europe/Madrid; su base de datos es el paquete "
                    "tzdata")};
}

MaintenanceWindow read_window(const YAML::Node& node, const std::string& calendar_zone) {
  MaintenanceWindow window;
  window.text = scalar_of(node, "windows");
  const auto space = window.text.find(' ');
  const std::string_view shown = std::string_view{window.text}.substr(0, space);
  if (space != std::string::npos) window.zone = trim(std::string_view{window.text}.substr(space));
  if (shown == "weekends") {
    window.weekends = true;
    if (window.zone.empty()) window.zone = calendar_zone;
    require_zone(node, window.zone);
    return window;
  }
  const auto dash = shown.find('-');
  const auto begin = time_of_day(shown.substr(0, dash));
  const auto end =
      dash == std::string_view::npos ? std::nullopt : time_of_day(shown.substr(dash + 1));
  if (!begin || !end || *begin == minutes{24 * 60}) {
    throw Mistake{node.Mark(), say("this is no window", "esto no es una ventana"), window_forms()};
  }
  if (*begin == *end) {
    throw Mistake{node.Mark(),
                  say("a window that ends as it begins is never open",
                      "una ventana que acaba cuando empieza no se abre nunca"),
                  say("a whole day is 00:00-24:00", "un día entero es 00:00-24:00")};
  }
  if (window.zone.empty()) {
    throw Mistake{node.Mark(),
                  say("a window names its time zone", "una ventana nombra su huso horario"),
                  window_forms()};
  }
  require_zone(node, window.zone);
  window.begin = *begin;
  window.end = *end;
  return window;
}

}  // namespace

Maintenance read_maintenance(const YAML::Node& node) {
  const Section section{node, "maintenance", "maintenance"};
  Maintenance maintenance;
  maintenance.calendar = section.word("calendar", {"XNYS"});
  const std::string zone{maintenance.calendar.empty() ? "UTC" : xnys::kZone};
  if (!maintenance.calendar.empty()) require_zone(section.at("calendar"), zone);
  if (!section.has("windows")) return maintenance;
  for (const YAML::Node& window :
       list_of(section.at("windows"), "windows", "windows: [\"weekends\"]")) {
    maintenance.windows.push_back(read_window(window, zone));
  }
  return maintenance;
}

}  // namespace plimsoll
