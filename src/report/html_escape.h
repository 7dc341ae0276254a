#pragma once

#include <string>
#include <string_view>

namespace plimsoll {

/// Text for an element or for an attribute in quotes: & < > " ' as entities. The text must be
/// printable(): no control characters, valid UTF-8.
std::string html_escaped(std::string_view text);

}  // namespace plimsoll
