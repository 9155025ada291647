/** Draws a month as a row of cells, one per day, and an error budget as a bar. Both are SVG, and the form says the same as the colour. */
import type { DayState } from '../../../worker/core/slo/history.ts';
import { type Html, html } from './html.ts';
import { daysText } from './report-words.ts';

const [WIDTH, GAP, HEIGHT] = [3, 1, 16];
/** The height of a cell for each state, so that the states differ in black and white too. */
const HEIGHTS: Readonly<Record<DayState, number>> = { kept: 16, strained: 11, broken: 6, no_data: 2 };

/** The cells of a month. Days that have not come yet are a thin line. */
export function dayCells(days: readonly DayState[], daysInMonth: number): Html {
  const all = Array.from({ length: Math.max(daysInMonth, days.length) }, (_, index) => days[index] ?? 'to_come');
  const width = String(all.length * (WIDTH + GAP) - GAP);
  return html`<svg class="days" role="img" aria-label="${daysText(days)}" width="${width}" height="${String(HEIGHT)}" viewBox="0 0 ${width} ${String(HEIGHT)}">${all.map(cell)}</svg>`;
}

function cell(state: DayState | 'to_come', index: number): Html {
  const height = state === 'to_come' ? 1 : HEIGHTS[state];
  const [x, y] = [String(index * (WIDTH + GAP)), String(HEIGHT - height)];
  return html`<rect class="${state}" x="${x}" y="${y}" width="${String(WIDTH)}" height="${String(height)}" rx="0.5"/>`;
}

const BAR = 52;

/** A bar that shows how much of an error budget is used. If it is overspent, the bar is full. The figure is beside the bar. */
export function budgetBar(share: number): Html {
  const used = String(Math.round(Math.min(1, Math.max(0, share)) * BAR * 10) / 10);
  const state = share > 1 ? 'broken' : share > 0.75 ? 'strained' : 'kept';
  return html`<svg class="bar" aria-hidden="true" width="${String(BAR)}" height="6" viewBox="0 0 ${String(BAR)} 6"><rect class="rail" width="${String(BAR)}" height="6" rx="3"/><rect class="${state}" width="${used}" height="6" rx="3"/></svg>`;
}
