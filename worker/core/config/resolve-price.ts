import { parsedJson } from '../../../protocol/json.ts';
import { billsEachRequest } from '../pricing/fee-per-request.ts';
import { knownPrice } from '../pricing/known-price.ts';
import { dearerPrice, wholePrice } from '../pricing/whole-price.ts';
import type { Deployment, Price } from './config.ts';
import type { MissingVariable, ReadVariable, Variables } from './environment.ts';
import { isLocal } from './local.ts';
import { type PriceInput, price } from './price-schema.ts';
import type { CheckedDeployment } from './schema.ts';

/** The price of unknown models, in local mode only. In a deployed router, a budget counted with a guess would be no budget. */
const LOCAL_PRICE = { input: 1, output: 4 } as const;

/**
 * The price of a deployment, from config or from the variables of its slot. What they leave out comes from the price list, or
 * counts at its dearest.
 */
export function deploymentPrice(
  checked: CheckedDeployment,
  { apiBase, model, format }: Pick<Deployment, 'apiBase' | 'model' | 'format'>,
  variables: Variables,
  read: ReadVariable,
): Price {
  const listed = knownPrice(apiBase, model);
  if (checked.price !== undefined) return wholePrice(checked.price, format, listed);
  if (checked.fromEnvironment === undefined)
    throw new Error(`deployment "${checked.id}": no price; npm run build says what to write`);
  const own = slotPrice(checked.fromEnvironment, listed, variables, read);
  if (own === undefined) return listed ?? wholePrice(LOCAL_PRICE, format);
  const whole = wholePrice(own, format, listed);
  // Variables are written once and forgotten, so if the price list has become dearer, the list counts.
  return listed === undefined ? whole : dearerPrice(whole, listed);
}

/** A model that bills each search needs its fee in the price. Says what to write if this slot lacks it. */
export function missingFee(
  checked: CheckedDeployment,
  model: string,
  { usdPerRequest }: Price,
): MissingVariable | undefined {
  const slot = checked.fromEnvironment;
  if (slot === undefined || usdPerRequest !== undefined || !billsEachRequest(model)) return undefined;
  const why = 'because this model bills a search with each request';
  return checked.price === undefined
    ? { name: `${slot}_PRICE`, problem: `must say "usdPerRequest" beside "input" and "output", ${why}` }
    : { name: `${slot}_MODEL`, problem: `needs usdPerRequest in its price in carryon.config.ts, ${why}` };
}

/**
 * The price in a slot's variables: whole in `NAME_PRICE` (JSON, as in config; `npm start` sets it to what it knows), or as the
 * four numbers `NAME_PRICE_INPUT`, `_OUTPUT`, `_CACHED_INPUT` and `_CACHE_WRITE`. Undefined if the variables set nothing and need
 * not.
 */
function slotPrice(
  prefix: string,
  listed: Price | undefined,
  variables: Variables,
  read: ReadVariable,
): PriceInput | undefined {
  const isSet = (name: string): boolean => String(variables[name] ?? '').trim() !== '';
  const whole = `${prefix}_PRICE`;
  const number = (what: string): number => Number(read(`${prefix}_PRICE_${what}`, checkNumber));
  const optional = (what: string): number | undefined => (isSet(`${prefix}_PRICE_${what}`) ? number(what) : undefined);
  const saysNeither = !isSet(`${prefix}_PRICE_INPUT`) && !isSet(`${prefix}_PRICE_OUTPUT`);
  const fallback = listed ?? (isLocal(variables) && saysNeither ? LOCAL_PRICE : undefined);
  const isSaid = ['INPUT', 'OUTPUT', 'CACHED_INPUT', 'CACHE_WRITE'].some((what) => isSet(`${prefix}_PRICE_${what}`));
  // If no variable sets a price, the one reported as missing is the one that the documentation names.
  if (isSet(whole) || (fallback === undefined && !isSaid))
    return readWhole(read(whole, checkWhole)) ?? { input: 0, output: 0 };
  if (fallback !== undefined && !isSaid) return undefined;
  return {
    input: optional('INPUT') ?? fallback?.input ?? number('INPUT'),
    output: optional('OUTPUT') ?? fallback?.output ?? number('OUTPUT'),
    cachedInput: optional('CACHED_INPUT'),
    cacheWrite: optional('CACHE_WRITE'),
  };
}

function checkWhole(text: string): string | undefined {
  const problem = 'must be JSON such as {"input": 1.25, "output": 10}';
  const read = price.safeParse(parsedJson(text));
  const [issue] = read.error?.issues ?? [];
  if (issue === undefined) return undefined;
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys.slice(0, 1)] : issue.path;
  return path.length === 0 ? problem : `${problem}; "${path.join('.')}" is wrong or missing`;
}

const checkNumber = (text: string): string | undefined =>
  Number(text) >= 0 && Number(text) < 1e6 ? undefined : 'must be USD per million tokens, such as 1.25';

const readWhole = (text: string): PriceInput | undefined => price.safeParse(parsedJson(text)).data;
