#include "report/html_style.h"

namespace plimsoll {

std::string_view html_style() {
  return R"css(
:root {
  color-scheme: light dark;
  --page: #ffffff; --ink: #1b2430; --soft: #566273; --line: #d8dee6; --panel: #f4f6f9;
  --accent: #0b5cad; --bar: #2f74c0; --after: #2e8b57; --track: #e6ebf1;
  --critical: #b3121d; --high: #c2410c; --medium: #946200; --low: #0b5cad; --info: #566273;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12171e; --ink: #e4e9f0; --soft: #9aa7b8; --line: #2c3644; --panel: #1a212b;
    --accent: #7ab8f5; --bar: #5a9fe0; --after: #5cc28a; --track: #262f3b;
    --critical: #ff7b7b; --high: #ff9d5c; --medium: #e7b93f; --low: #7ab8f5; --info: #9aa7b8;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 62rem; background: var(--page);
  color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif;
  overflow-wrap: anywhere;
}
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .75rem; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .75rem; padding-bottom: .3rem; border-bottom: 2px solid var(--line); }
h3 { font-size: 1.08rem; margin: 1.9rem 0 .5rem; }
h4 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
p, ul, ol { margin: .5rem 0; }
ul, ol { padding-left: 1.6rem; }
a { color: var(--accent); }
nav { margin: 1rem 0; color: var(--soft); }
nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; list-style: none; padding: 0; margin: 0; }
.lead { font-size: 1.15rem; padding: .8rem 1rem; background: var(--panel); border-left: 5px solid var(--high); }
.warning { padding: .6rem 1rem; background: var(--panel); border-left: 5px solid var(--medium); }
code { font: .9em/1.45 ui-monospace, "DejaVu Sans Mono", Consolas, monospace; }
p code, li code, h3 code, h4 code { background: var(--panel); padding: .08em .3em; border-radius: 3px; }
pre { margin: .6rem 0; padding: .7rem .9rem; background: var(--panel); border: 1px solid var(--line);
  border-radius: 5px; overflow-x: auto; white-space: pre; overflow-wrap: normal; }
.scroll { overflow-x: auto; margin: .6rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; overflow-wrap: normal; }
th, td { padding: .32rem .6rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
thead th { color: var(--soft); font-weight: 600; border-bottom-width: 2px; white-space: nowrap; }
tbody th { font-weight: 400; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.number { max-width: 16rem; }
td code, th code { overflow-wrap: anywhere; }
.badge { display: inline-block; margin-right: .5rem; padding: 0 .5rem; border: 1.5px solid currentColor;
  border-radius: 1rem; font-size: .78rem; font-weight: 700; vertical-align: .1em; white-space: nowrap; }
.critical { color: var(--critical); } .high { color: var(--high); } .medium { color: var(--medium); }
.low { color: var(--low); } .info { color: var(--info); }
figure { margin: 1rem 0; padding: .8rem 1rem; border: 1px solid var(--line); border-radius: 5px; }
figcaption { font-weight: 600; margin-bottom: .5rem; }
.row { display: grid; grid-template-columns: minmax(7rem, 16rem) 1fr minmax(6.5rem, auto); gap: .1rem .8rem;
  align-items: center; padding: .16rem 0; font-size: .9rem; }
.row svg { display: block; width: 100%; height: .85rem; }
.row .value { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.track { fill: var(--track); } .fill { fill: var(--bar); } .then { fill: var(--after); }
@media (max-width: 36rem) {
  body { padding: 1rem .8rem 3rem; }
  .row { grid-template-columns: 1fr auto; }
  .row svg { grid-column: 1 / -1; grid-row: 2; }
  th, td { padding: .28rem .4rem; }
  table { font-size: .84rem; }
  .facts { white-space: pre-wrap; }
}
@media print { body { max-width: none; } nav { display: none; } pre { white-space: pre-wrap; } }
)css";
}

}  // namespace plimsoll
