#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "service/log.h"
#include "service/settings.h"
#include "service/status.h"

namespace plimsoll::market {

/// SIGTERM and SIGINT, as something a loop can wait on.
class StopSignal {
 public:
  StopSignal();  ///< installs the handlers; one object a process
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  bool asked() const;
  /// Until asked, `socket` is readable (-1: none), or the deadline.
  void wait(int socket, Deadline deadline) const;
};

/// One of the three programs, between its beginning and its clean end.
class Service {
 public:
  Service() = default;
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  virtual ~Service() = default;

  /// A turn of the loop; waits for work 200 ms at most. False: there will be none any more.
  /// Errors are those that no further turn can mend.
  virtual Result<bool> turn(const StopSignal& stop) = 0;
  /// Everything taken is written, or put where it outlives the process.
  virtual void finish(Deadline deadline) = 0;
  virtual Status status() const = 0;
  /// What it may take at most: the sum of its capacities.
  virtual std::int64_t memory_bound() const = 0;
};

/// What a program takes before it has allocated for its work: code, libraries, threads, buffers of
/// connections and answers that are read whole.
constexpr std::int64_t kOwnMemory = std::int64_t{64} << 20;

using MakeService =
    std::function<Result<std::unique_ptr<Service>>(const Settings& settings, const Log& log)>;

/// main() of a service: `name --config FILE`. Ends 0 after a clean stop, 1 on an error, 64 on words
/// that mean nothing.
int run_service(std::string_view name, int argc, char** argv, const MakeService& make);

}  // namespace plimsoll::market
