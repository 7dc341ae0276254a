#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plimsoll::postgres {

/// "odd ""name""": always quoted, so that a keyword or a capital is the name it is.
std::string quote_identifier(std::string_view name);

/// 'it''s', or E'…' where there is a backslash: right whatever standard_conforming_strings says.
std::string quote_literal(std::string_view text);

/// {"a","b\"c"}: the text of a text[] or name[] parameter.
std::string array_literal(const std::vector<std::string>& elements);

}  // namespace plimsoll::postgres
