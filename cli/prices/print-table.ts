import type { PriceRow } from '../../worker/core/config/config.ts';

/** The price table's source, formatted as Biome does. */
export function printPriceTable(rows: readonly PriceRow[]): string {
  return `/**
 * What the models that carryon.config.ts names by preset cost, in USD per million tokens. Written by \`npm run build\`
 * (cli/prices/table.ts) from the list of @pydantic/genai-prices. Write a price of your own into carryon.config.ts.
 */
import type { PriceRow } from '../config/config.ts';

/** A row for each preset and model. */
export const PRICE_TABLE: readonly PriceRow[] = ${printed(rows, '')};
`;
}

const LINE_WIDTH = 120;
/** Room for the name before a value and the comma after it. */
const BESIDE = 'price: [],'.length;

function printed(value: unknown, indent: string): string {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'object' || value === null) return quoted(String(value));
  const inner = `${indent}  `;
  const lines = (parts: readonly string[]) => parts.map((part) => `\n${inner}${part},`).join('');
  if (Array.isArray(value)) {
    const [first, ...more] = value;
    const oneLine = more.length === 0 && first !== undefined ? flat(first, indent) : undefined;
    if (value.length === 0 || oneLine !== undefined) return `[${oneLine ?? ''}]`;
    return `[${lines(value.map((one) => printed(one, inner)))}\n${indent}]`;
  }
  const properties = Object.entries(value).map(([name, one]) => `${name}: ${printed(one, inner)}`);
  return flat(value, indent) ?? `{${lines(properties)}\n${indent}}`;
}

/** The object on one line, if it contains only numbers and is short enough. */
function flat(value: object, indent: string): string | undefined {
  const properties = Object.entries(value);
  if (properties.some(([, one]) => typeof one !== 'number')) return undefined;
  const text = `{ ${properties.map(([name, one]) => `${name}: ${one}`).join(', ')} }`;
  return indent.length + BESIDE + text.length <= LINE_WIDTH ? text : undefined;
}

const quoted = (text: string): string => (/['\\\p{Cc}]/u.test(text) ? JSON.stringify(text) : `'${text}'`);
