import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../subject/workshop.ts';
import { billOfMillion, freeDayOf, type Use } from './bill.ts';
import type { CountedTraffic } from './count.ts';
import { ITEMS, type Item, OBJECT_GB, PRICES, priceOf } from './prices.ts';
import type { Traffic } from './traffic.ts';

export interface CostOfTraffic {
  traffic: Traffic;
  counted: CountedTraffic;
  use: Use;
}

const PATH = join(ROOT, 'docs', 'costs.md');
const BEGIN = '<!-- written by npm run bench -- --only=costs --write -->';
const END = '<!-- end of what is written -->';

/** Writes the tables of these counts to docs/costs.md. */
export async function writeDocument(costs: readonly CostOfTraffic[]): Promise<void> {
  await writeFile(PATH, withTables(await readFile(PATH, 'utf8'), tables(costs)));
}

/** Returns the page with the text between its two marks replaced. */
export function withTables(page: string, text: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`docs/costs.md has lost its marks: ${BEGIN} … ${END}`);
  return `${page.slice(0, begin)}${BEGIN}\n\n${text}\n\n${page.slice(end)}`;
}

/** Three tables: what a request uses, what a million requests cost, and what the free plan allows. The last two are calculated from the
 * figures that the first one shows. Items that are never used are left out. */
export function tables(counted: readonly CostOfTraffic[]): string {
  const costs = counted.map((cost) => ({ ...cost, use: rounded(cost.use) }));
  const items = ITEMS.filter((item) => costs.some(({ use }) => use[item] > 0));
  return [
    '### Counted, for one request',
    table(['', ...items.map(labelOf)], costs, ({ use }) => items.map((item) => used(item, use[item]))),
    '### A million requests, in USD',
    table(['', ...items.map(labelOf), 'together'], costs, ({ use }) => {
      const { items: usd, totalUsd } = billOfMillion(use);
      return [...items.map((item) => dollars(usd[item])), `**${dollars(totalUsd)}**`];
    }),
    '### What the free plan holds a day, in requests',
    table(['', ...limitedOf(items).map(labelOf), 'so'], costs, ({ use }) => {
      const { requests, first, most } = freeDayOf(use);
      const allowed = (item: Item) => {
        const count = requests[item];
        const { freeARequest } = priceOf(item);
        if (freeARequest !== undefined) return of(use[item], freeARequest);
        if (count === undefined) return '';
        if (item === first) return `**${figure(count)}**`;
        return count > (requests.workerRequests ?? 0) ? 'more' : figure(count);
      };
      return [...limitedOf(items).map(allowed), `${figure(most)}, by ${labelOf(first)}`];
    }),
  ].join('\n\n');
}

const limitedOf = (items: readonly Item[]) =>
  items.filter((item) => priceOf(item).freeADay !== undefined || priceOf(item).freeARequest !== undefined);
const labelOf = (item: Item): string => PRICES[item].label;

/** A figure with the limit for one request, in bold if it is above the limit. */
const of = (value: number, most: number): string =>
  value > most ? `**${figure(value)}** of ${figure(most)}` : `${figure(value)} of ${figure(most)}`;

function table(
  heads: readonly string[],
  costs: readonly CostOfTraffic[],
  cellsOf: (cost: CostOfTraffic) => readonly string[],
): string {
  const lines = [heads, heads.map(() => '---'), ...costs.map((cost) => [cost.traffic.title, ...cellsOf(cost)])];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Rounded to two significant figures, so that chance differences between two runs stay out of the page. */
const rounded = (use: Use): Use =>
  Object.fromEntries(ITEMS.map((item) => [item, Number(use[item].toPrecision(2))])) as Use;

const figure = (value: number): string => value.toLocaleString('en', { maximumSignificantDigits: 6 });

/** A figure as text. Billed GB-seconds have the object's seconds beside them. */
const used = (item: Item, value: number): string =>
  item === 'objectGbSeconds' && value > 0
    ? `${figure(value)} (${figure(Number((value / OBJECT_GB).toPrecision(2)))} s)`
    : figure(value);

const dollars = (usd: number): string => (usd === 0 ? '0' : usd.toFixed(2));
