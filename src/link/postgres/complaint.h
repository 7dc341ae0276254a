#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "link/postgres/probe.h"

namespace plimsoll::postgres {

/// What a server or libpq said when something failed. Messages come in the server's language; the
/// SQLSTATE does not.
struct Complaint {
  std::string sqlstate;  ///< five characters; empty when libpq itself complains
  std::string message;   ///< one line, printable, secrets removed
};

/// Reads a message that libpq wrote at verbosity "verbose": "FATAL:  28P01: password …". Where a
/// connection was tried over several addresses, the last complaint counts. Pure.
Complaint parse_complaint(std::string_view libpq_message);

/// Why a connection could not be made, and what to do about it. Pure.
Error connection_error(const Complaint& complaint, const ConnectionFacts& facts);

/// Why a statement failed. `what` names it; `grant` is what would let the role run it. Pure.
Error statement_error(const Complaint& complaint, const Text& what, Grant grant,
                      const ConnectionFacts& facts);

/// "GRANT pg_monitor TO plimsoll", and nothing for Grant::none.
Text hint_of(Grant grant, const std::string& role);

}  // namespace plimsoll::postgres
