/**
 * An operator's list of deployments in place of config's: other models, prices and orders behind the same providers, addresses
 * and keys (docs/decisions/0039-alias-lists.md).
 */
import { ok, type Result, refused } from '../../../protocol/result.ts';
import { billsEachRequest } from '../pricing/fee-per-request.ts';
import { knownPrice } from '../pricing/known-price.ts';
import { dearerPrice, wholePrice } from '../pricing/whole-price.ts';
import { inForce, type ListedDeployment, type Overrides } from '../routing/overrides.ts';
import type { Alias, Config, Deployment, Price } from './config.ts';
import { healthIdOf } from './fingerprint.ts';
import { habitsOf } from './hosts.ts';
import { nearestOf } from './nearest.ts';

type Aliases = Pick<Config, 'aliases'>;

/** What is wrong with a list. `param` is a path into the call's body, such as `deployments.0.price`. */
export interface AliasListProblem {
  param: string;
  detail: string;
}

/** Checks a whole list, as a call sends it, against config. `alias` is config's own. */
export function resolveAliasList(
  alias: Alias,
  list: readonly ListedDeployment[],
  config: Aliases,
): Result<Alias, AliasListProblem> {
  const deployments: Deployment[] = [];
  for (const [index, listed] of list.entries()) {
    const refuse = (field: string, detail: string) => refused({ param: `deployments.${index}.${field}`, detail });
    const own = alias.deployments.find(({ id }) => id === listed.id);
    if (own === undefined) {
      const known = nearestOf(
        listed.id,
        alias.deployments.map(({ id }) => id),
      );
      return refuse('id', `is not a deployment of "${alias.name}" in carryon.config.ts; ${known}`);
    }
    if (deployments.some(({ id }) => id === listed.id)) return refuse('id', 'is listed twice; write each id once');
    const price = priceOf(own, listed, config);
    if (price === undefined) {
      return refuse(
        'price',
        `is missing: neither carryon.config.ts nor the list of prices knows what "${listed.model}" \
costs there; write USD per million tokens, such as {"input": 1.25, "output": 10}`,
      );
    }
    if (price.usdPerRequest === undefined && billsEachRequest(listed.model)) {
      const why = 'is missing: this model bills a search with each request';
      return refuse('price.usdPerRequest', `${why}; write what it costs in USD (0 where it is free)`);
    }
    deployments.push(derived(own, listed, price));
  }
  if (deployments.length === 0) return refused({ param: 'deployments', detail: 'is empty; list a deployment' });
  return ok({ ...alias, deployments });
}

const resolvedLists = new WeakMap<readonly ListedDeployment[], { configured: Alias; listed: Alias }>();

/**
 * The alias as listed, worked out once for each list. A deploy may have removed a line's deployment or price: such a line is left
 * out, and a list without remaining lines counts as not set.
 */
export function listedAlias(configured: Alias, list: readonly ListedDeployment[], config: Aliases): Alias {
  const known = resolvedLists.get(list);
  if (known?.configured === configured) return known.listed;
  const deployments = list.flatMap((line) => {
    const one = resolveAliasList(configured, [line], config);
    return one.ok ? one.value.deployments : [];
  });
  const listed = deployments.length === 0 ? configured : { ...configured, deployments };
  resolvedLists.set(list, { configured, listed });
  return listed;
}

/** Config's aliases, each with the deployments now in force. */
export const aliasesInForce = (config: Aliases, overrides: Pick<Overrides, 'aliases'>, now: number): Alias[] =>
  [...config.aliases.values()].map((alias) => {
    const list = inForce(overrides.aliases, alias.name, now);
    return list === undefined ? alias : listedAlias(alias, list.deployments, config);
  });

/** The price from the call, else config's for this model at this address, else the price list's. Undefined if none is known. */
function priceOf(own: Deployment, { model, price: said }: ListedDeployment, config: Aliases): Price | undefined {
  const listed = knownPrice(own.apiBase, model);
  const configured = own.model === model ? own.price : configuredPrice(own, model, config);
  if (said === undefined) return configured ?? listed;
  const usdPerRequest = said.usdPerRequest ?? configured?.usdPerRequest;
  return wholePrice({ ...said, usdPerRequest }, own.format, listed);
}

/**
 * Config's price for this model at the same address. If two deployments name different prices, the dearer counts, part by part.
 */
function configuredPrice({ apiBase }: Deployment, model: string, { aliases }: Aliases): Price | undefined {
  return [...aliases.values()]
    .flatMap(({ deployments }) => deployments)
    .filter((one) => one.apiBase === apiBase && one.model === model)
    .map(({ price }) => price)
    .reduce<Price | undefined>((dearest, price) => (dearest ? dearerPrice(dearest, price) : price), undefined);
}

function derived(own: Deployment, { model, order, weight }: ListedDeployment, price: Price): Deployment {
  const placed = { ...own, order: order ?? own.order, weight: weight ?? own.weight, price };
  return model === own.model ? placed : { ...placed, ...ofOtherModel(own, model) };
}

/** Config's settings may describe the configured model. For another model they count only if they hold or book more. */
function ofOtherModel(own: Deployment, model: string): Partial<Deployment> {
  const host = habitsOf(own.apiBase);
  return {
    model,
    healthId: healthIdOf({ ...own, model }),
    hidesTokens: own.hidesTokens === true ? true : undefined,
    thinkingBeyondCap: Math.max(own.thinkingBeyondCap, host.thinkingBeyondCap),
    tokensPerSecond: Math.max(own.tokensPerSecond, host.tokensPerSecond),
    goesOnWhenLeft: own.goesOnWhenLeft || host.goesOnWhenLeft,
  };
}
