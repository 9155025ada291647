/** Checks the names that a call is narrowed to. For a name that does not exist, "no data" would be the wrong answer. */
import type { Context } from 'hono';
import type { RouterError } from '../../protocol/errors.ts';
import type { Config } from '../core/config/config.ts';
import { nearestOf } from '../core/config/nearest.ts';
import { LOCAL_IDENTITY } from '../core/identity/identity.ts';
import { DRILL_TENANT } from '../core/operators/drill.ts';
import { JUDGE_TENANT } from '../core/slo/judge/judge.ts';
import type { App } from '../edge.ts';
import { askBook, BOOK_SILENT } from './ask-book.ts';
import { askOperators } from './ask-operators.ts';
import { tenantOfMade } from './keys.ts';

/** A refusal lists at most this many names. */
const MOST_LISTED = 20;
/** At most this many pages of keys are read. If there are more, every tenant name is accepted. */
const MOST_KEY_PAGES = 10;
/** KV lists a new key up to a minute late. To bridge that minute, this many of the latest changes are read. */
const LATEST_CHANGES = 200;

/** Returns undefined if the tenant exists, because config, a request or a key names it. */
export async function tenantProblem(c: Context<App>, tenant: string | undefined): Promise<RouterError | undefined> {
  if (tenant === undefined || tenant === DRILL_TENANT || tenant === JUDGE_TENANT) return undefined;
  const { config, env } = c.env.composition;
  const configured = [...tenantsIn(config), ...(env.local ? [LOCAL_IDENTITY.tenant] : [])];
  if (configured.includes(tenant)) return undefined;
  const counted = await askBook(c, (book) => book.counted());
  if (counted === undefined) return BOOK_SILENT;
  if (counted.tenants.includes(tenant)) return undefined;
  const keyed = await tenantsWithKeys(c);
  if (keyed === undefined || keyed.includes(tenant)) return undefined;
  const made = await tenantsOfNewKeys(c);
  return made === undefined || made.includes(tenant)
    ? undefined
    : unknownName('tenant', tenant, [...configured, ...counted.tenants, ...keyed, ...made]);
}

/** Returns undefined if config has the feature, or an earlier config had it and requests used it. */
export async function featureProblem(c: Context<App>, feature: string | undefined): Promise<RouterError | undefined> {
  const { features } = c.env.composition.config;
  if (feature === undefined || features.has(feature)) return undefined;
  const counted = await askBook(c, (book) => book.counted());
  if (counted === undefined) return BOOK_SILENT;
  return counted.features.includes(feature)
    ? undefined
    : unknownName('feature', feature, [...features.keys(), ...counted.features]);
}

const tenantsIn = ({ tenants, issuers }: Config): string[] => [
  ...tenants.keys(),
  ...issuers.map(({ tenant }) => tenant),
];

/** The tenants that have keys. Undefined if there are too many keys. */
async function tenantsWithKeys(c: Context<App>): Promise<string[] | undefined> {
  const { keys } = c.env.composition;
  const tenants: string[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < MOST_KEY_PAGES; pages++) {
    const page = await keys.list(cursor);
    tenants.push(...page.records.map(({ tenant }) => tenant));
    if (page.cursor === null) return tenants;
    cursor = page.cursor;
  }
  return undefined;
}

/** The tenants of new keys, from the audit, which knows a key as soon as it is made. Undefined if the audit does not answer. */
async function tenantsOfNewKeys(c: Context<App>): Promise<string[] | undefined> {
  const latest = await askOperators(c, (operators) => operators.audit(undefined, LATEST_CHANGES));
  return latest?.reply.flatMap(({ what }) => tenantOfMade(what) ?? []);
}

function unknownName(param: string, name: string, known: readonly string[]): RouterError {
  const names = [...new Set(known)].toSorted();
  return {
    code: 'invalid_body',
    param,
    detail: `does not exist; ${nearestOf(name.slice(0, 100), names, MOST_LISTED)}`,
  };
}
