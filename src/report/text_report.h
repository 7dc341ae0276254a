#pragma once

#include "report/canvas.h"
#include "report/overview.h"
#include "report/report.h"

namespace plimsoll {

// The parts of render_text(), in their order.
void draw_headline(Canvas& canvas, const Report& report, const Overview& overview);
void draw_findings(Canvas& canvas, const Overview& overview);
void draw_stores(Canvas& canvas, const Overview& overview);
void draw_gaps(Canvas& canvas, const Report& report);
void draw_next(Canvas& canvas, const Report& report, const Overview& overview);

}  // namespace plimsoll
