#pragma once

#include <string_view>

#include "ticker/snapshot_part.h"

namespace plimsoll::market {

/// Whether it is one to ten of the letters Symbol speaks of. Lower case is taken too: preferred
/// shares are written "BACpL".
bool is_symbol(std::string_view text);

/// Python's "<10sHq9I3q2I": symbol, flags, exchange time, nine prices, three volumes, the minute.
/// Needs kRecordBytes of room and fits_record(quote).
void put_record(const Quote& quote, char* into);

/// The quote in kRecordBytes at `from`. False: no encoder writes such a record.
bool take_record(const char* from, Quote& quote);

}  // namespace plimsoll::market
