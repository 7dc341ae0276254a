#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"
#include "census/postgres.h"
#include "collect/postgres/collect.h"
#include "link/postgres/probe.h"

namespace plimsoll {

/// What the role may see, as the first probe told.
struct RoleRights {
  bool superuser = false;
  bool sees_all_stats = false;
  bool owns_database = false;
  bool sees_files = false;
};

/// One census in the making: asks within the budget, and turns every failure into a gap.
class Reading {
 public:
  Reading(postgres::ProbeReader& reader, const PostgresOptions& options)
      : reader_{reader}, options_{options}, deadline_{deadline_in(options.budget)} {}

  /// The rows, or a gap and nothing.
  std::optional<postgres::Rows> ask(const postgres::Probe& probe,
                                    const postgres::Arguments& arguments = {});
  /// The rows or the error; the caller makes the gap.
  Result<postgres::Rows> attempt(const postgres::Probe& probe,
                                 const postgres::Arguments& arguments = {});
  /// With the probe's whole timeout, whatever is left of the budget.
  Result<postgres::Rows> attempt_unhurried(const postgres::Probe& probe,
                                           const postgres::Arguments& arguments = {});

  void add_gap(Text what, Text why, Text hint = {});
  void add_gap(const Text& what, const Error& error);
  /// For a view that answers this role with nothing instead of an error.
  void add_hidden_gap(const postgres::Probe& probe);

  const postgres::ConnectionFacts& facts() const { return reader_.facts(); }
  const PostgresOptions& options() const { return options_; }
  std::vector<Gap> take_gaps() { return std::move(gaps_); }

  RoleRights rights;

 private:
  postgres::ProbeReader& reader_;
  const PostgresOptions& options_;
  Deadline deadline_;
  std::vector<Gap> gaps_;
};

}  // namespace plimsoll
