#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "base/result.h"
#include "link/docker/address.h"
#include "link/docker/api_version.h"

namespace plimsoll::docker {

class Http;

struct LinkOptions {
  std::string address = "unix:///var/run/docker.sock";  ///< also a path, or tcp://host:port
  std::chrono::milliseconds timeout{3000};              ///< of each call, connecting included
  std::chrono::milliseconds connect_timeout{1000};
  std::size_t largest_body = std::size_t{32} << 20U;
  int most_at_once = 8;  ///< calls side by side, in the calls that take several ids
};

/// Who answers.
struct Engine {
  std::string name;     ///< "docker" or "podman"
  std::string version;  ///< "20.10.24", as the engine writes it
  ApiVersion api;       ///< spoken with it
};

/// What system/df can be asked to walk through. Each is slow in its own way: minutes on some hosts.
enum class DiskUse { containers, volumes, build_cache };

/// A Docker or Podman engine, read only: these calls and no others, each one GET (the one that
/// writes is in update.h, for executors alone). What they return
/// is the body, as the engine sent it; it may hold secrets (Config.Env), so it is parsed and
/// dropped, never stored. One thread at a time.
///
/// Errors of every call: unreachable, denied, timed_out, malformed (cut short, too large),
/// unsupported (no such call in this engine), conflict (404: the object is gone).
class Link {
 public:
  /// Asks _ping and version, and settles which API version to speak.
  static Result<Link> open(const LinkOptions& options);
  ~Link();
  Link(Link&&) noexcept;
  Link& operator=(Link&&) noexcept;

  const Engine& engine() const { return engine_; }
  const Address& address() const;
  std::chrono::milliseconds timeout() const { return options_.timeout; }

  /// Each is over after LinkOptions::timeout, or at `until` where that is sooner.
  Result<std::string> ping(Deadline until = Deadline::max());
  Result<std::string> version(Deadline until = Deadline::max());
  Result<std::string> info(Deadline until = Deadline::max());
  Result<std::string> containers(Deadline until = Deadline::max());  ///< running or not
  Result<std::string> images(Deadline until = Deadline::max());
  Result<std::string> volumes(Deadline until = Deadline::max());
  Result<std::string> inspect(const std::string& id);
  /// One sample. From Engine 25 at once; older ones take up to a second until their next tick, and
  /// before API 1.41 two.
  Result<std::string> stats(const std::string& id);

  /// One result per id, in their order, several calls side by side; all are over at `deadline`.
  std::vector<Result<std::string>> inspect(const std::vector<std::string>& ids, Deadline deadline);
  std::vector<Result<std::string>> stats(const std::vector<std::string>& ids, Deadline deadline);

  /// Walks through files: on demand only, with a deadline of its own. Engines before API 1.42
  /// answer for everything at once, whatever is asked.
  Result<std::string> system_df(DiskUse what, Deadline deadline);

  friend Result<std::string> update_container(Link& link, const std::string& id,
                                              const std::string& body,
                                              std::chrono::milliseconds budget);

 private:
  Link(LinkOptions options, std::unique_ptr<Http> http);
  Result<void> settle_version();
  std::string at(std::string_view path) const;
  Result<std::string> get(const std::string& path, std::string_view object, Deadline deadline);
  Deadline at_most(Deadline until) const;
  std::vector<Result<std::string>> get_each(const std::vector<std::string>& ids,
                                            std::string_view suffix, Deadline deadline,
                                            int at_once);

  LinkOptions options_;
  std::unique_ptr<Http> http_;
  Engine engine_;
};

}  // namespace plimsoll::docker
