#include "tests/whole/killed_guard.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <stdexcept>

#include "app/executors.h"
#include "link/redis/address.h"
#include "link/redis/script.h"

namespace plimsoll::testing {
namespace {

constexpr int kStale = 4;
constexpr int kUnsound = 70;

Instant now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

class Silent final : public RunObserver {};

void complain(const char* what, const std::string& why) {
  std::fprintf(stderr, "guard: %s: %s\n", what, why.c_str());
}

/// What apply_verb does after it has read the plan.
int apply(const Plan& plan, const Stack& stack, const std::filesystem::path& path,
          JournalOptions journal_options) {
  auto journal = Journal::open(path.string(), std::move(journal_options));
  if (!journal) {
    complain("journal", journal.error().what.en);
    return kUnsound;
  }
  if (const auto state = journal->state_of(plan.hash); state && *state == PlanState::applied)
    return kStale;
  const ExecutorSet set{plan, stack.targets()};
  for (const Gap& gap : set.gaps()) complain("gap", gap.why.en);
  if (const auto fits = check_applicable(plan, now(), set.present()); !fits) {
    complain("plan", fits.error().what.en);
    return kUnsound;
  }
  RunOptions options;
  options.now = now;
  options.actor = current_actor();
  options.ignore_window = true;
  Silent silent;
  const RunResult result = run_plan(plan, set.executors(), *journal, options, silent);
  const int status = exit_status_of(result);
  if (status != 0 && status != kStale) {
    if (result.error) complain("run", result.error->what.en);
    for (const auto& [number, outcome] : result.outcomes)
      complain(std::string{name_of(outcome.state)}.c_str(),
               std::to_string(number) + " " + outcome.what.en);
  }
  return status;
}

[[noreturn]] void be_guard(const Plan& plan, Stack& stack, const std::filesystem::path& journal,
                           std::optional<int> boundary, const std::function<void()>& write) {
  stack.forget_links();
  int passed = 0;
  JournalOptions options;
  options.at_boundary = [&] {
    write();
    if (passed++ == boundary) ::kill(::getpid(), SIGKILL);
  };
  int status = kUnsound;
  try {
    status = apply(plan, stack, journal, std::move(options));
  } catch (const std::exception& error) {
    complain("the writer failed", error.what());
  }
  ::_exit(status);  // the servers and the test's own objects are the parent's
}

}  // namespace

Instant this_second() { return std::chrono::floor<Seconds>(now()); }

Stack::Stack() : postgres_{"autovacuum=off"} {
  targets_.postgres.push_back({"main", postgres_.url(), {}, "test", {}});
  targets_.redis.push_back({"main", redis_server_.url(), {}, "test", {}});
  Step sql, redis;
  sql.target_kind = TargetKind::postgres;
  sql.target = redis.target = "main";
  redis.target_kind = TargetKind::redis;
  Plan both;
  both.steps = {sql, redis};
  identities_ = ExecutorSet{both, targets_}.present();
  if (identities_.size() != 2) throw std::runtime_error{"a server does not answer"};
}

void Stack::wipe() {
  sql().run("set client_min_messages = warning; drop schema public cascade; create schema public");
  const auto replies =
      redis::pipeline(redis(), {{"FLUSHALL"},
                                {"CONFIG", "SET", "maxmemory", "0"},
                                {"CONFIG", "SET", "maxmemory-policy", "noeviction"},
                                {"CONFIG", "REWRITE"}});
  if (!replies) throw std::runtime_error{replies.error().what.en};
  for (const auto& entry : std::filesystem::directory_iterator{folder_.path()})
    if (entry.is_regular_file()) std::filesystem::remove(entry.path());
}

Session& Stack::sql() {
  if (!sql_) sql_ = std::make_unique<Session>(postgres_.url());
  return *sql_;
}

postgres::Link& Stack::reader() {
  if (!reader_)
    reader_ = std::make_unique<postgres::Link>(link_to(postgres_.url(), postgres::Session::acting));
  return *reader_;
}

redis::Link& Stack::redis() {
  if (redis_) return *redis_;
  auto link = redis::Link::connect(*redis::parse_address(redis_server_.url()), Seconds{30});
  if (!link) throw std::runtime_error{link.error().what.en};
  redis_ = std::make_unique<redis::Link>(std::move(*link));
  return *redis_;
}

void Stack::wait_for_end_of_guard() {
  const Deadline end = deadline_in(Seconds{20});
  const std::string own = reader_ ? "1" : "0";
  while (sql().value("select count(*) from pg_stat_activity where backend_type = 'client backend'"
                     " and pid <> pg_backend_pid()") != own)
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error{"a session stays"};
}

void Stack::forget_links() {
  (void)sql_.release();
  (void)reader_.release();
  (void)redis_.release();
}

Plan plan_of(std::vector<Step> steps, const Stack& stack) {
  Plan plan;
  plan.taken_at = this_second();
  plan.expires_at = plan.taken_at + Days{1};
  plan.targets = stack.identities();
  plan.steps = std::move(steps);
  plan.hash = hash_of(plan);
  auto read = parse_plan(to_json(plan));
  if (!read) throw std::runtime_error{read.error().what.en};
  return std::move(*read);
}

Ending run_guard(const Plan& plan, Stack& stack, const std::filesystem::path& journal,
                 const Death& death, const std::function<void()>& write) {
  const auto begun = std::chrono::steady_clock::now();
  const pid_t child = ::fork();
  if (child == 0) be_guard(plan, stack, journal, death.boundary, write);
  int status = 0;
  pid_t ended = 0;
  while (death.after && ended == 0 && std::chrono::steady_clock::now() - begun < *death.after)
    ended = ::waitpid(child, &status, WNOHANG);
  if (ended == 0 && death.after) ::kill(child, SIGKILL);
  if (ended == 0) ended = ::waitpid(child, &status, 0);
  if (ended != child) return Ending::other;
  if (WIFSIGNALED(status)) return WTERMSIG(status) == SIGKILL ? Ending::killed : Ending::other;
  if (WEXITSTATUS(status) == 0) return Ending::done;
  return WEXITSTATUS(status) == kStale ? Ending::stale : Ending::other;
}

}  // namespace plimsoll::testing
