import { isLocal } from './local.ts';
import { type PriceInput, price } from './price-schema.ts';
import type { Read, Variables } from './resolve.ts';

/** For a model nobody knows, on a developer's machine only: elsewhere a budget counted with a guess would be none. */
const LOCAL_PRICE: Readonly<Record<string, number>> = { INPUT: 1, OUTPUT: 4 };

/**
 * A slot's price: whole in `NAME_PRICE` (as config has it, in JSON: so `npm start` hands over what it knows), or by the
 * four numbers `NAME_PRICE_INPUT`, `_OUTPUT`, `_CACHED_INPUT` and `_CACHE_WRITE`.
 */
export function slotPrice(prefix: string, variables: Variables, read: Read): PriceInput {
  const isSet = (name: string): boolean => String(variables[name] ?? '').trim() !== '';
  const whole = `${prefix}_PRICE`;
  if (isSet(whole)) return readWhole(read(whole, checkWhole)) ?? { input: 0, output: 0 };
  const number = (name: string): number => Number(read(name, checkNumber));
  const needed = (what: string): number => {
    const name = `${prefix}_PRICE_${what}`;
    const guess = isLocal(variables) && !isSet(name) ? LOCAL_PRICE[what] : undefined;
    return guess ?? number(name);
  };
  const optional = (what: string): number | undefined => {
    const name = `${prefix}_PRICE_${what}`;
    return isSet(name) ? number(name) : undefined;
  };
  return {
    input: needed('INPUT'),
    output: needed('OUTPUT'),
    cachedInput: optional('CACHED_INPUT'),
    cacheWrite: optional('CACHE_WRITE'),
  };
}

const checkWhole = (text: string): string | undefined =>
  readWhole(text) ? undefined : 'must be JSON such as {"input": 1.25, "output": 10}';

const checkNumber = (text: string): string | undefined =>
  Number(text) >= 0 && Number(text) < 1e6 ? undefined : 'must be USD per million tokens, such as 1.25';

function readWhole(text: string): PriceInput | undefined {
  try {
    return price.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
