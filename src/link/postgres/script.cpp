#include "link/postgres/script.h"

#include "link/postgres/connection.h"

namespace plimsoll::postgres {

Result<Rows> execute(Link& link, const std::string& sql, std::chrono::milliseconds budget) {
  return link.connection().script(sql, deadline_in(budget));
}

Result<std::int64_t> copy_in(Link& link, const std::string& sql,
                             const std::function<bool(std::string&)>& next,
                             std::chrono::milliseconds budget) {
  return link.connection().copy_in(sql, next, deadline_in(budget));
}

}  // namespace plimsoll::postgres
