#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace plimsoll::live {

/// What tests/live/stack made, as it wrote it to PLIMSOLL_LIVE_STATE.
struct Stack {
  std::string unavailable;  ///< why there is none; empty where there is one
  std::string docker;       ///< "unix:///…"
  std::string socket;       ///< its path
  std::vector<std::string> secrets;
  std::string postgres_conninfo;  ///< with the password
  int postgres_port = 0;
  int redis_port = 0;
  int valkey_port = 0;
  std::string redis_password;  ///< of both
};

/// Read once per process. A state file that is missing or broken is a reason to be unavailable.
const Stack& stack();

struct Outcome {
  int status = 0;  ///< exit status; 128 + signal where it was killed
  std::string out;
  std::string err;
};

/// Runs a program and waits for it; an empty standard input. Output above 64 MiB is cut.
Outcome run(const std::vector<std::string>& command);

/// The plimsoll binary of this build, with these arguments.
Outcome plimsoll(std::vector<std::string> arguments);

/// The docker client on the stack's engine.
Outcome docker(std::vector<std::string> arguments);

/// First column of the first row, on the stack's PostgreSQL. Throws std::runtime_error with the
/// server's words: in a test that is a failure.
std::string query(const std::string& sql);

/// `plimsoll diagnose --docker SOCKET --format json`, with no other flag: run once per process.
/// Throws where its output is no JSON.
struct Report {
  Outcome outcome;
  nlohmann::json json;
};
const Report& report();
Report diagnose(std::vector<std::string> more_arguments);

/// Findings of one rule whose store's id contains the text.
std::vector<nlohmann::json> findings(const nlohmann::json& report, const std::string& rule,
                                     const std::string& store = "");

/// The store with this end of its id; empty where there is none.
std::optional<nlohmann::json> store(const nlohmann::json& report, const std::string& id_end);

/// A container of this test's own, removed with everything it wrote when it goes out of scope.
class Container {
 public:
  /// docker run --detach --name NAME --network host OPTIONS… IMAGE COMMAND…; throws where it fails.
  Container(std::string name, const std::vector<std::string>& options,
            const std::vector<std::string>& command);
  ~Container();
  Container(const Container&) = delete;
  Container& operator=(const Container&) = delete;

  /// A field of docker inspect, in the client's template language: "{{.State.OOMKilled}}".
  std::string inspect(const std::string& field) const;
  /// Returns once the field reads so; throws after 30 s.
  void wait_until(const std::string& field, const std::string& value) const;

 private:
  std::string name_;
};

}  // namespace plimsoll::live
