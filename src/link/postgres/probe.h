#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "link/postgres/rows.h"

namespace plimsoll::postgres {

/// What opens a probe to a role that may not run it.
enum class Grant {
  none,      ///< nothing short of ownership, or nothing at all
  monitor,   ///< membership of pg_monitor
  read_data  ///< SELECT on the tables
};

/// One question this program asks of a server. All of them stand in probes.cpp.
struct Probe {
  std::string_view name;     ///< "table_sizes"
  std::string_view what_en;  ///< what an operator loses when it fails: "sizes of tables"
  std::string_view what_es;
  std::string_view sql;  ///< $1… are values; {0} and {1} are identifiers, quoted by the link
  Grant grant = Grant::none;
  std::chrono::milliseconds timeout{1500};
  std::chrono::milliseconds lock_timeout{200};

  Text what() const { return Text{std::string{what_en}, std::string{what_es}}; }
};

struct Arguments {
  std::vector<std::optional<std::string>> values;    ///< $1, $2, …
  std::vector<std::string> names;                    ///< {0}, {1}, …: raw; they are quoted here
  std::optional<std::chrono::milliseconds> timeout;  ///< instead of the probe's own
};

/// The probe's SQL with its identifiers put in. An index without a name is a bug and asserts.
std::string sql_of(const Probe& probe, const Arguments& arguments);

/// What is known of a connection without asking the server.
struct ConnectionFacts {
  std::string server;  ///< "127.0.0.1:5432", "/run/postgresql:5432", for messages
  std::string role;
  std::string database;
  bool local = false;        ///< a Unix socket, or a loopback address
  bool unix_socket = false;  ///< then the system user may have vouched for the role
  bool used_password = false;
};

/// Who answers probes: a link, or in tests something that fails at the nth call.
class ProbeReader {
 public:
  virtual ~ProbeReader() = default;
  /// Errors: unreachable, denied (the hint is the GRANT), timed_out, unsupported (the server has no
  /// such view, column or function), conflict (locked by another session), malformed.
  virtual Result<Rows> read(const Probe& probe, const Arguments& arguments = {}) = 0;
  virtual const ConnectionFacts& facts() const = 0;

 protected:
  ProbeReader() = default;
  ProbeReader(const ProbeReader&) = default;
  ProbeReader(ProbeReader&&) = default;
  ProbeReader& operator=(const ProbeReader&) = default;
  ProbeReader& operator=(ProbeReader&&) = default;
};

}  // namespace plimsoll::postgres
