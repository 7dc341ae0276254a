#pragma once

#include <string_view>

namespace plimsoll {

/// The whole look of the HTML report. Colours carry no meaning alone: severities are words too.
std::string_view html_style();

}  // namespace plimsoll
