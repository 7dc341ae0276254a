#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "base/result.h"
#include "policy/maintenance.h"

// What the operator wants of each store: the sections `tables`, `streams`, `redis`, `containers`
// and `maintenance` of plimsoll.yaml. Values only; parse_config() reads them.
namespace plimsoll {

/// Where a rule stands in the file, for messages: "plimsoll.yaml:12".
struct RuleOrigin {
  std::string file;
  int line = 0;  ///< from 1
  std::string text() const;
};

/// `keep: forever`: it may grow, and the operator knows. Not a finding, and never a step.
struct Forever {
  friend bool operator==(Forever, Forever) = default;
};
/// `keep: 7d` on a time axis; `keep: 1000000` is refused by the parser (an integer axis is given in
/// time too: the census knows its unit).
using Keep = std::variant<std::monostate, Forever, Seconds>;  ///< monostate: the file does not say

struct TableRule {
  std::string pattern;  ///< "scan_results", "audit.log", "events_*"; without a schema: any schema
  RuleOrigin origin;
  std::string time;  ///< column; empty: the census' own choice
  Keep keep;
  std::optional<Seconds> chunk;           ///< chunk interval or partition width
  std::optional<Seconds> compress_after;  ///< community licence only
  bool plain = false;  ///< `plain: true`: must stay a plain table, rows are deleted in batches
  bool refuse_unbounded = false;  ///< `unbounded: refuse`: `check` fails; report: it says so
};

/// What becomes of a stream nobody writes to any more.
struct KeepOrphan {};
struct DeleteOrphan {};
struct ExpireOrphan {
  Seconds after;
};
using OrphanRule = std::variant<KeepOrphan, DeleteOrphan, ExpireOrphan>;

struct StreamRule {
  std::string pattern;  ///< glob on the key
  RuleOrigin origin;
  std::optional<std::int64_t> maxlen;
  std::optional<Bytes> max_bytes;
  std::optional<Seconds> keep;       ///< MINID by age
  bool exact = false;                ///< `=` rather than `~`
  bool force_past_groups = false;    ///< may trim what a group has still to read
  OrphanRule orphan = KeepOrphan{};  ///< `orphan: delete` or `orphan: { expire: 7d }`
  std::optional<Seconds>
      dead_consumers;  ///< `dead_consumers: 1d`: removed when idle longer and nothing pending
  bool acknowledge_dangling = true;  ///< `dangling: keep` says no
  bool bounded() const { return maxlen || max_bytes || keep; }
};

/// Keys that are no stream, by prefix: `keys: { "cache:*": { ttl: 24h } }`, or `keep: forever`.
struct KeyRule {
  std::string pattern;
  RuleOrigin origin;
  Keep keep;
};

struct RedisRule {
  RuleOrigin origin;
  std::optional<Bytes> maxmemory;
  std::string eviction;  ///< maxmemory-policy; empty: as it is
};

struct ContainerRule {
  std::string pattern;  ///< Compose service, or container name; glob
  RuleOrigin origin;
  std::optional<Bytes> limit;
  std::optional<Bytes> reservation;
  std::optional<Bytes> log_max_size;  ///< `log: { max_size: 10MB, max_file: 3 }`
  std::optional<int> log_max_file;
};

/// A finding the operator knows of and lives with: `accept: [{ rule: server_without_password,
/// store: "redis/*", why: "loopback only" }]`.
struct Acceptance {
  std::string rule;   ///< the finding's rule, as in JSON
  std::string store;  ///< glob on the store's id; empty: any
  std::string why;    ///< required
  RuleOrigin origin;
};

struct Policy {
  std::vector<TableRule> tables;
  std::vector<StreamRule> streams;
  std::vector<KeyRule> keys;
  std::optional<RedisRule> redis;
  std::vector<ContainerRule> containers;
  std::vector<Acceptance> accept;
  Maintenance maintenance;

  bool empty() const;
};

/// The rule that speaks for a name: an exact name before a pattern, a longer pattern before a
/// shorter one, "*" last; null where none does. A rule that wins is the whole answer: fields it
/// leaves out are not taken from another.
const TableRule* rule_for_table(const Policy& policy, std::string_view schema,
                                std::string_view name);
const StreamRule* rule_for_stream(const Policy& policy, std::string_view key);
const KeyRule* rule_for_keys(const Policy& policy, std::string_view family_pattern);
/// By Compose service first, then by the container's name.
const ContainerRule* rule_for_container(const Policy& policy, std::string_view service,
                                        std::string_view name);

/// "7d", "36h", "15m", "90s", "2w": whole numbers of one unit. Empty for anything else.
std::optional<Seconds> parse_span(std::string_view text);
/// "4G", "512M", "64MB", "2gb", "1048576": powers of 1024, as Docker and Redis read them. Empty for
/// anything else, negative and overflow included.
std::optional<Bytes> parse_size(std::string_view text);

}  // namespace plimsoll
