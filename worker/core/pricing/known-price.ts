import type { Price, PriceTier, TokenPrices } from '../config/config.ts';
import { KNOWN_PRICES } from './known-prices.ts';

/** A suffix that does not make a name another model: a date, or part of one, a number of three digits, "latest". */
export const EDITION = /^[-@]?(\d{3,4}|\d{8}|\d{4}-\d\d-\d\d|latest)?$/;
const EDITIONS = new Map([
  ['*', EDITION],
  ['#', /^-\d{4}-\d\d-\d\d$/],
  ['%', /^-\d{8}$/],
]);

/**
 * The list's price of a model at its maker's own host. Undefined for every other address, even a subdomain or another port, and for
 * a name that the list does not have. A similar name does not count: `claude-sonnet-5-5` is not `claude-sonnet-5`.
 */
export function knownPrice(apiBase: string, model: string): Price | undefined {
  const host = /^https:\/\/([^/]+)/i.exec(apiBase)?.[1]?.toLowerCase().replace(/:443$/, '');
  const rows = KNOWN_PRICES.find(([known]) => known === host)?.[1] ?? '';
  const name = plainName(model);
  for (const line of rows.split('\n')) {
    const [names = '', prices] = line.split(' = ');
    if (prices !== undefined && names.split(' ').some((one) => isNamed(one, name))) return readPrice(prices);
  }
  return undefined;
}

/** A model's name as the list writes it. Google also accepts `models/gemini-2.5-pro`. */
export const plainName = (model: string): string => model.toLowerCase().replace(/^models\//, '');

/** `gpt-5-mini` matches that name alone; `gpt-5-nano*` any edition of it; `gpt-6-sol#` and `claude-opus-5%` their dated editions. */
function isNamed(pattern: string, model: string): boolean {
  const edition = EDITIONS.get(pattern.slice(-1));
  if (edition === undefined) return model === pattern;
  const start = pattern.slice(0, -1);
  return model.startsWith(start) && edition.test(model.slice(start.length));
}

/**
 * Reads a row such as `2 12 0.2 2.5 | 272000 4 18 0.4 5`: the rates in the order of `RATES`, reasoning only if it has its own,
 * then tiers.
 */
function readPrice(text: string): Price {
  const [base = [], ...tiers] = text.split(' | ').map((part) => part.split(' ').map(Number));
  return {
    ...rates(base),
    tiers: tiers.map(([fromInputTokens = 0, ...rest]): PriceTier => ({ fromInputTokens, ...rates(rest) })),
  };
}

/** The rates of a row, in the order in which it writes them. */
export const RATES = ['input', 'output', 'cachedInput', 'cacheWrite', 'reasoning'] as const;

function rates(numbers: readonly number[]): TokenPrices {
  const [input = 0, output = 0, cachedInput = input, cacheWrite = input, reasoning] = numbers;
  return { input, output, cachedInput, cacheWrite, ...(reasoning !== undefined && { reasoning }) };
}
