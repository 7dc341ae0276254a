#pragma once

#include <string>

#include "base/result.h"

namespace plimsoll {

/// Who acts: for the journal, and for whoever finds it locked.
struct Actor {
  std::string user;
  std::string host;
  int pid = 0;
};
/// This process. Reads the password database and the host's name.
Actor current_actor();

/// Held by the one process that acts; the kernel lets go of it when the process ends, however.
class JournalLock {
 public:
  /// Does not wait. Errors: conflict, with who holds it; denied.
  static Result<JournalLock> take(const std::string& path, const Actor& actor);

  JournalLock(JournalLock&& other) noexcept;
  JournalLock& operator=(JournalLock&& other) noexcept;
  JournalLock(const JournalLock&) = delete;
  JournalLock& operator=(const JournalLock&) = delete;
  ~JournalLock();

 private:
  explicit JournalLock(int fd) : fd_{fd} {}
  int fd_;
};

}  // namespace plimsoll
