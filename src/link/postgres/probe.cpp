#include "link/postgres/probe.h"

#include <cassert>

#include "link/postgres/quote.h"

namespace plimsoll::postgres {

std::string sql_of(const Probe& probe, const Arguments& arguments) {
  std::string sql;
  const auto text = probe.sql;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool placeholder = text[i] == '{' && i + 2 < text.size() && text[i + 2] == '}' &&
                             text[i + 1] >= '0' && text[i + 1] <= '9';
    if (!placeholder) {
      sql += text[i];
      continue;
    }
    const auto index = static_cast<std::size_t>(text[i + 1] - '0');
    assert(index < arguments.names.size());
    sql += quote_identifier(arguments.names[index]);
    i += 2;
  }
  return sql;
}

}  // namespace plimsoll::postgres
