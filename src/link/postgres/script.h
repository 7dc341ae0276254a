#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"
#include "link/postgres/link.h"

namespace plimsoll::postgres {

// For servers of our own only: the demo's and those of the tests. Nothing that looks at an
// operator's server includes this header; there a link offers named calls. The link must have been
// made with Session::script.

/// Runs SQL, perhaps several statements (then in one transaction, unless it says otherwise); rows
/// of the last one. Errors: as ProbeReader::read, with the server's words.
Result<Rows> execute(Link& link, const std::string& sql,
                     std::chrono::milliseconds budget = std::chrono::seconds{60});

/// `sql` is COPY table (…) FROM STDIN in any format. `next` clears and fills the buffer with a few
/// hundred kilobytes and returns false when there is nothing more. Returns the rows copied.
Result<std::int64_t> copy_in(Link& link, const std::string& sql,
                             const std::function<bool(std::string&)>& next,
                             std::chrono::milliseconds budget = std::chrono::minutes{10});

}  // namespace plimsoll::postgres
