#pragma once

#include <string>

#include "base/instant.h"
#include "base/language.h"

namespace plimsoll {

/// "29-oct-2025" in Spanish, "29 Oct 2025" in English; UTC.
std::string day_words(Instant instant, Language language);

/// The next end of the US post-market, 20:00 in New York, at or after `now`: weekends and holidays
/// are not looked at. The rule of 2007: daylight saving from the second Sunday of March to the
/// first of November.
Instant next_market_end(Instant now);

/// "01:00" of an instant, UTC; shifted to Madrid's time (EU rule) in `madrid_clock`.
std::string utc_clock(Instant instant);
std::string madrid_clock(Instant instant);

}  // namespace plimsoll
