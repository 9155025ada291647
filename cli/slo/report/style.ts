/**
 * The styles of a report, made above all for paper (A4 and Letter). No row is cut at the end of a page, and a heading stays with what
 * follows.
 */
export const REPORT_STYLE = `
:root { color-scheme: only light; --ink: #1d1f23; --beside: #565b64; --line: #d9d4ca; --sunken: #f3f1ec; --good: #1d7a46; --warn: #a86a00; --bad: #b3261e; }
* { box-sizing: border-box; }
@page { margin: 15mm 16mm 17mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8.5pt Inter, system-ui, sans-serif; color: #565b64; } }
body { margin: 0 auto; padding: 24px 20px 48px; max-width: 760px; background: #fff; color: var(--ink); font: 14.5px/1.5 Inter, system-ui, -apple-system, "Segoe UI", sans-serif; font-variant-numeric: tabular-nums; -webkit-print-color-adjust: exact; print-color-adjust: exact; overflow-wrap: break-word; }
h1 { margin: 0; font-size: 26px; line-height: 1.2; letter-spacing: -0.015em; font-weight: 640; }
h2 { margin: 26px 0 8px; font-size: 17px; letter-spacing: -0.01em; font-weight: 620; break-after: avoid; }
.beside, footer, .name { color: var(--beside); font-size: 12.5px; }
header .beside { margin: 4px 0 0; font-size: 14px; }
.verdict { margin: 18px 0 0; padding: 14px 16px; border-radius: 12px; background: var(--sunken); border-left: 5px solid var(--beside); font-size: 17px; font-weight: 600; break-inside: avoid; }
.verdict.kept { border-color: var(--good); } .verdict.missed { border-color: var(--bad); }
.note { margin: 8px 0 0; color: var(--beside); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 10px 20px; margin: 18px 0 0; break-inside: avoid; }
.figures div { border-top: 1px solid var(--line); padding-top: 6px; }
.figures dt { color: var(--beside); font-size: 12.5px; } .figures dd { margin: 0; font-size: 18px; font-weight: 600; }
table { width: 100%; border-collapse: collapse; font-size: 13px; }
th { padding: 4px 10px 4px 0; border-bottom: 1px solid var(--line); color: var(--beside); font-size: 12px; font-weight: 500; line-height: 1.3; text-align: left; vertical-align: bottom; } th.number { text-align: right; }
td { padding: 7px 10px 7px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
thead { display: table-header-group; } tr { break-inside: avoid; }
.number { text-align: right; } td.number { white-space: nowrap; }
.state { font-weight: 600; } .state.kept { color: var(--good); } .state.missed { color: var(--bad); }
.name { display: block; }
svg { display: block; max-width: 100%; } .bar { margin: 6px 0 0 auto; }
rect.kept { fill: var(--good); } rect.strained { fill: var(--warn); } rect.broken { fill: var(--bad); } rect.no_data { fill: #b9b4a9; } rect.to_come, rect.rail { fill: #e4e0d8; }
.calendar { width: 124px; } .calendar .name { max-width: 124px; line-height: 1.3; margin-top: 3px; }
td:first-child { min-width: 150px; } .details td:first-child { min-width: 110px; } .details td:last-child { min-width: 150px; }
.key { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 6px 0 0; padding: 0; list-style: none; color: var(--beside); font-size: 12px; } .key svg { display: inline-block; margin-right: 5px; }
ul.happened { margin: 0; padding: 0; list-style: none; } ul.happened li { padding: 6px 0; border-bottom: 1px solid var(--line); break-inside: avoid; } ul.happened strong { display: block; font-weight: 600; font-size: 13px; }
@media (min-width: 600px), print { ul.happened li { display: grid; grid-template-columns: 200px 1fr; gap: 12px; } }
.explained { margin: 0; padding-left: 18px; color: var(--beside); font-size: 12.5px; } .explained li { break-inside: avoid; }
section.whole { break-inside: avoid; }
.wide { overflow-x: auto; }
footer { margin-top: 22px; }
@media print { ul.happened { font-size: 9.2pt; } ul.happened strong { font-size: 9.2pt; } ul.happened li { padding: 4pt 0; grid-template-columns: 74mm 1fr; } .note { font-size: 9.2pt; } td { padding: 5pt 8pt 5pt 0; } .details { break-before: page; } .details h2 { margin-top: 0 !important; } body { max-width: none; padding: 0; font-size: 10.5pt; line-height: 1.4; } .wide { overflow: visible; } .explained { columns: 2; column-gap: 8mm; } table { font-size: 9.2pt; } th, .name, .beside, footer, .explained { font-size: 8.6pt; } h1 { font-size: 19pt; } h2 { font-size: 12pt; margin: 13pt 0 4pt; } .verdict { font-size: 12pt; } .figures { grid-template-columns: repeat(4, 1fr); } .figures dd { font-size: 12.5pt; } .figures dt { font-size: 8.6pt; } }
`;
