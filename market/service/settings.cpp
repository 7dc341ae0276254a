#include "service/settings.h"

#include <yaml-cpp/yaml.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "base/text.h"
#include "policy/policy.h"

namespace plimsoll::market {
namespace {

constexpr std::size_t kLargestFile = 65'536;
constexpr std::int64_t kMostCount = 1'000'000'000;

/// What is wrong and where; thrown by the readers, caught in parse_settings().
struct SettingMistake {
  YAML::Mark mark;
  Text what;
};

/// One mapping, whose keys are asked for one by one; finish() refuses what nobody asked for.
class Mapping {
 public:
  Mapping(YAML::Node node, std::string name) : node_{std::move(node)}, name_{std::move(name)} {
    if (node_.IsDefined() && !node_.IsNull() && !node_.IsMap())
      throw SettingMistake{node_.Mark(),
                           say("{} must be a mapping", "{} debe ser un mapa", {name_})};
    if (!node_.IsMap()) return;
    for (const auto& entry : node_) {
      if (!entry.first.IsScalar() || !keys_.insert(entry.first.Scalar()).second)
        throw SettingMistake{entry.first.Mark(), say("a key that is repeated, or no text",
                                                     "una clave repetida, o que no es texto")};
    }
  }

  std::optional<std::string> text(const char* key) {
    const auto node = at(key);
    if (!node) return std::nullopt;
    if (!node->IsScalar()) refuse(key, say("text", "texto"));
    return node->Scalar();
  }
  void read(const char* key, std::string& into) {
    if (auto value = text(key)) into = *value;
  }
  void read(const char* key, std::filesystem::path& into, const std::filesystem::path& folder) {
    if (auto value = text(key)) into = value->empty() ? std::filesystem::path{} : folder / *value;
  }
  void read(const char* key, bool& into) {
    const auto value = text(key);
    if (!value) return;
    if (*value != "true" && *value != "false") refuse(key, say("true or false", "true o false"));
    into = *value == "true";
  }
  template <typename Whole>
  void read_whole(const char* key, Whole& into, std::int64_t least, std::int64_t most) {
    const auto value = text(key);
    if (!value) return;
    const auto number = parse_int(*value);
    if (!number || *number < least || *number > most)
      refuse(key,
             say("a whole number from {} to {}", "un número entero de {} a {}", {least, most}));
    into = static_cast<Whole>(*number);
  }
  void read(const char* key, double& into) {
    const auto value = text(key);
    if (!value) return;
    const auto number = parse_double(*value);
    if (!number || !(*number >= 0) || *number > 1e6)
      refuse(key, say("a number from 0 to 1,000,000", "un número de 0 a 1.000.000"));
    into = *number;
  }
  /// "250ms", "5s", "1m"; also "0".
  template <typename Duration>
  void read_span(const char* key, Duration& into) {
    const auto value = text(key);
    if (!value) return;
    std::optional<std::chrono::milliseconds> span;
    if (*value == "0") span = std::chrono::milliseconds{0};
    if (value->ends_with("ms")) {
      if (const auto ms = parse_int(value->substr(0, value->size() - 2));
          ms && *ms >= 0 && *ms < kMostCount)
        span = std::chrono::milliseconds{*ms};
    } else if (const auto seconds = parse_span(*value)) {
      span = *seconds;
    }
    if (!span) refuse(key, say("a span such as 250ms, 5s or 1m", "un lapso como 250ms, 5s o 1m"));
    into = std::chrono::duration_cast<Duration>(*span);
  }
  Mapping inner(const char* key) {
    const auto node = at(key);
    return Mapping{node ? *node : YAML::Node{}, key};
  }
  [[noreturn]] void refuse(const char* key, const Text& wanted) {
    throw SettingMistake{node_[key].Mark(),
                         say("{}: must be {}", "{}: debe ser {}", {std::string{key}, wanted})};
  }
  void finish() {
    for (const auto& entry : node_) {
      const auto& key = entry.first.Scalar();
      if (!asked_.contains(key))
        throw SettingMistake{
            entry.first.Mark(),
            say("unknown key '{}' in {}", "clave desconocida «{}» en {}", {printable(key), name_})};
    }
  }

 private:
  std::optional<YAML::Node> at(const char* key) {
    asked_.insert(key);
    if (!keys_.contains(key)) return std::nullopt;
    return node_[key];
  }
  YAML::Node node_;
  std::string name_;
  std::set<std::string> keys_;
  std::set<std::string> asked_;
};

void read_listen(Mapping& top, Settings& settings) {
  const auto value = top.text("listen");
  if (!value) return;
  const auto colon = value->rfind(':');
  const auto port = colon == std::string::npos ? std::nullopt : parse_int(value->substr(colon + 1));
  if (!port || *port < 0 || *port > 65'535)
    top.refuse("listen",
               say("an address such as 127.0.0.1:8005", "una dirección como 127.0.0.1:8005"));
  settings.listen_host = value->substr(0, colon);
  settings.listen_port = static_cast<int>(*port);
}

/// The environment's, else the file's; in both cases nothing of it is repeated in an error.
std::optional<std::string> url_of(Mapping& top, const char* key, const char* variable) {
  auto value = top.text(key);
  const char* said = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): before any thread
  if (said != nullptr && *said != '\0') value = said;
  return value;
}

void read_servers(Mapping& top, Settings& settings, bool with_postgres) {
  if (const auto url = url_of(top, "redis", "PLIMSOLL_REDIS_URL")) {
    auto address = redis::parse_address(*url);
    if (!address) throw SettingMistake{YAML::Mark::null_mark(), address.error().what};
    settings.redis = std::move(*address);
  }
  if (!with_postgres) return;
  if (const auto url = url_of(top, "postgres", "PLIMSOLL_POSTGRES_URL")) {
    auto address = postgres::parse_address(*url);
    if (!address) throw SettingMistake{YAML::Mark::null_mark(), address.error().what};
    settings.postgres = std::move(*address);
  }
}

void read_simulator(Mapping& top, Settings& settings) {
  auto& to = settings.simulator;
  auto simulator = top.inner("simulator");
  simulator.read_whole("seed", to.seed, 0, kMostCount);
  simulator.read_whole("tickers", to.tickers, 1, 65'536);
  if (const auto start = simulator.text("start")) {
    to.start = parse_iso8601(*start);
    if (!to.start) simulator.refuse("start", say("an instant of ISO 8601", "un instante ISO 8601"));
  }
  simulator.read_span("interval", to.interval);
  if (to.interval < std::chrono::milliseconds{1})
    simulator.refuse("interval", say("1ms or more", "1ms o más"));
  simulator.read("speed", to.speed);
  simulator.finish();
}

void read_ingest(Mapping& top, const std::filesystem::path& folder, Settings& settings) {
  if (const auto feed = top.text("feed")) {
    if (*feed == "simulator")
      settings.feed = FeedChoice::simulator;
    else if (*feed == "polygon")
      settings.feed = FeedChoice::polygon;
    else if (*feed == "recording")
      settings.feed = FeedChoice::recording;
    else
      top.refuse("feed", say("simulator, polygon or recording", "simulator, polygon o recording"));
  }
  top.read("recording", settings.recording, folder);
  top.read_span("polygon_interval", settings.polygon_interval);
  top.read_whole("tickers_per_part", settings.tickers_per_part, 1, kMostTickersPerPart);
}

void read_analytics(Mapping& top, Settings& settings) {
  top.read_whole("partitions", settings.partitions, 1, 256);
  top.read_whole("partition", settings.partition, 0, settings.partitions - 1);
  top.read_span("write_slots_every", settings.write_slots_every);
  if (settings.write_slots_every > kSlotLength)
    top.refuse("write_slots_every", say("5m or less", "5m o menos"));
}

std::optional<StoredIn> read_stored(Mapping& store, const char* key,
                                    std::optional<StoredIn> otherwise) {
  const auto word = store.text(key);
  if (!word) return otherwise;
  if (*word == "live") return StoredIn::live;
  if (*word == "history") return StoredIn::history;
  if (*word != "none") store.refuse(key, say("live, history or none", "live, history o none"));
  return std::nullopt;
}

void read_scanner(Mapping& top, Settings& settings) {
  top.read_whole("category_limit", settings.category_limit, 1, ScannerOptions::kMostPerCategory);
  top.read_span("figures_every", settings.figures_every);
  top.read_span("categories_every", settings.categories_every);
  auto store = top.inner("store");
  store.read_span("every", settings.store.every);
  store.read("gaps", settings.store.gaps);
  settings.store.scans = read_stored(store, "scans", settings.store.scans);
  settings.store.minutes = read_stored(store, "minutes", settings.store.minutes);
  auto limits = store.inner("top");
  for (const auto session :
       {Session::pre_market, Session::market_open, Session::post_market, Session::closed}) {
    const std::string name{name_of(session)};
    limits.read_whole(name.c_str(), settings.store.top[static_cast<std::size_t>(session)], 0, 1000);
  }
  limits.finish();
  store.finish();
}

Settings read_settings(const YAML::Node& node, const std::filesystem::path& file,
                       std::string_view service) {
  Settings settings;
  settings.file = file;
  const auto folder = file.parent_path();
  Mapping top{node, std::string{service}};
  top.read("policy", settings.policy, folder);
  if (settings.policy.empty())
    throw SettingMistake{node.Mark(), say("`policy` must name a plimsoll.yaml",
                                          "`policy` debe nombrar un plimsoll.yaml")};
  read_listen(top, settings);
  const bool ingest = service == "data_ingest";
  read_servers(top, settings, !ingest);
  if (const auto level = top.text("log_level")) {
    const auto known = log_level_named(*level);
    if (!known)
      top.refuse("log_level", say("debug, info, warning or error", "debug, info, warning o error"));
    settings.log_level = *known;
  }
  top.read("unbounded", settings.unbounded);
  read_simulator(top, settings);
  if (ingest) {
    read_ingest(top, folder, settings);
  } else {
    top.read("spool", settings.spool, folder);
    top.read("seed_history", settings.seed_history);
    if (!settings.postgres)
      throw SettingMistake{node.Mark(), say("`postgres` must say where the server is",
                                            "`postgres` debe decir dónde está el servidor")};
  }
  if (service == "analytics") read_analytics(top, settings);
  if (service == "scanner") read_scanner(top, settings);
  top.finish();
  return settings;
}

tl::unexpected<Error> malformed_at(const std::filesystem::path& file, const YAML::Mark& mark,
                                   const Text& what) {
  std::string place = file.string();
  if (!mark.is_null())
    place += ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1);
  return failure(ErrorCode::malformed, say("{}: {}", "{}: {}", {printable(place), what}));
}

}  // namespace

Result<Settings> parse_settings(const std::string& yaml, const std::filesystem::path& file,
                                std::string_view service) {
  if (yaml.size() > kLargestFile)
    return malformed_at(file, YAML::Mark::null_mark(), say("larger than 64 KB", "mayor de 64 KB"));
  try {
    return read_settings(YAML::Load(yaml), file, service);
  } catch (const SettingMistake& mistake) {
    return malformed_at(file, mistake.mark, mistake.what);
  } catch (const YAML::Exception& error) {
    return malformed_at(file, error.mark, say("this is no YAML", "esto no es YAML"));
  }
}

Result<Settings> load_settings(const std::filesystem::path& file, std::string_view service) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream text;
  if (!in || !(text << in.rdbuf()))
    return failure(ErrorCode::unreachable,
                   say("cannot read '{}'", "no se puede leer «{}»", {printable(file.string())}));
  return parse_settings(text.str(), file, service);
}

}  // namespace plimsoll::market
