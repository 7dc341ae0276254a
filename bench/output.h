#pragma once

#include <string>

#include "row.h"

namespace plimsoll::bench {

/// Aligned columns, with what is asked for beside what was measured.
std::string table_of(const Rows& rows);

/// [{bench, subject, value, unit, peer, peer_value, ratio}, …]; null where there is no peer.
std::string json_of(const Rows& rows);

double median(std::vector<double> values);

}  // namespace plimsoll::bench
