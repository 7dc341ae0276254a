#include "apply/postgres/patience.h"

#include <algorithm>
#include <random>
#include <thread>

namespace plimsoll {

using std::chrono::milliseconds;

void pause(milliseconds length, const StepWatch& watch) {
  const auto end = deadline_in(length);
  while (!watch.stop_wanted()) {
    const auto left = std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now());
    if (left <= milliseconds{0}) return;
    std::this_thread::sleep_for(std::min(left, milliseconds{50}));
  }
}

std::vector<std::string> past_autovacuum(const std::vector<std::string>& tables,
                                         milliseconds lock_timeout) {
  std::vector<std::string> statements{"SET LOCAL lock_timeout = '1500ms'"};
  for (const auto& table : tables)
    statements.push_back("LOCK TABLE ONLY " + table + " IN SHARE UPDATE EXCLUSIVE MODE");
  statements.push_back("SET LOCAL lock_timeout = '" + std::to_string(lock_timeout.count()) + "ms'");
  return statements;
}

Result<postgres::Rows> patiently(const Patience& patience, const StepWatch& watch,
                                 const std::function<Result<postgres::Rows>()>& attempt) {
  std::minstd_rand jitter{std::random_device{}()};
  auto wanted = patience.first_pause;
  for (int n = 1;; ++n) {
    auto rows = attempt();
    if (rows || rows.error().code != ErrorCode::conflict) return rows;
    if (n >= patience.attempts || watch.stop_wanted()) return rows;
    std::uniform_int_distribution<milliseconds::rep> around{wanted.count() / 2,
                                                            wanted.count() * 3 / 2};
    pause(milliseconds{around(jitter)}, watch);
    wanted = std::min(wanted * 3 / 2, patience.longest_pause);
  }
}

Result<postgres::Rows> patiently(PostgresServer& server, postgres::Act act,
                                 const Patience& patience, const StepWatch& watch) {
  act.lock_timeout = patience.lock_timeout;
  return patiently(patience, watch, [&] { return server.act(act); });
}

}  // namespace plimsoll
