#pragma once

#include <functional>
#include <memory>

#include "base/result.h"
#include "link/postgres/act.h"

namespace plimsoll {

/// The two calls an executor makes. Tests put themselves in between, to fail at the nth.
class PostgresServer {
 public:
  virtual ~PostgresServer() = default;
  virtual Result<postgres::Rows> act(const postgres::Act& act) = 0;
  virtual Result<postgres::Rows> act_alone(const postgres::Act& act) = 0;
  /// Its files may be on this machine.
  virtual bool local() const = 0;

 protected:
  PostgresServer() = default;
  PostgresServer(const PostgresServer&) = default;
  PostgresServer& operator=(const PostgresServer&) = default;
};

/// A connection more to the same server, for work that goes on beside; null where none can be had.
using AnotherServer = std::function<std::unique_ptr<PostgresServer>()>;

/// The link must outlive it, and have been made with Session::acting (or script).
class LinkedServer final : public PostgresServer {
 public:
  explicit LinkedServer(postgres::Link& link) : link_{link} {}
  Result<postgres::Rows> act(const postgres::Act& act) override {
    return postgres::act(link_, act);
  }
  Result<postgres::Rows> act_alone(const postgres::Act& act) override {
    return postgres::act_alone(link_, act);
  }
  bool local() const override { return link_.facts().local; }

 private:
  postgres::Link& link_;
};

}  // namespace plimsoll
