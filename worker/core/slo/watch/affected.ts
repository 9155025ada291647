/** Which tenants a broken promise touches, and which deployment breaks it. */
import { SUCCESS_KEY } from '../book/counted-promises.ts';
import { countedNames, deploymentSeries, seriesOf } from '../book/series-names.ts';
import { OTHER } from '../book/tenants.ts';
import { countedKey } from '../sli-outcome.ts';
import type { Objective } from '../slo.ts';
import type { WatchInput } from './condition.ts';
import { listText } from './words.ts';

type ReadNames = WatchInput['book'];

/** At most this many tenants are named. */
const MOST_NAMED = 3;
/** A deployment is named if it made more than this share of all failed attempts. If two fail alike, neither is to blame. */
const MOST_OF_FAILURES = 0.5;
const DEPLOYMENT = /^deployment:(.+)$/;

const named = (book: ReadNames, pattern: RegExp): string[] =>
  [...book.names].flatMap((name) => pattern.exec(name)?.[1] ?? []);

/** Tenants with series of their own, and `other`. */
export const tenantsOf = (book: ReadNames): string[] => countedNames(book.names).tenants;

/** Tenants with bad requests of an objective in a window that ends now, those with the most first. */
export function affectedTenants(objective: Objective, book: ReadNames, windowMs: number, now: number): string[] {
  if (objective.tenant !== null) return [objective.tenant];
  const key = countedKey(objective);
  return tenantsOf(book)
    .map((tenant) => {
      const series = book.series(seriesOf(tenant, objective.feature));
      return { tenant, bad: series?.goodAndBad(key, windowMs, now).bad ?? 0 };
    })
    .filter(({ bad }) => bad > 0)
    .toSorted((one, other) => other.bad - one.bad)
    .map(({ tenant }) => tenant);
}

/** `tenants acme, globex and 3 more`. */
export function tenantsText(tenants: readonly string[]): string {
  if (tenants.length === 1 && tenants[0] === OTHER) return 'other tenants';
  const shown = tenants.slice(0, MOST_NAMED).map((tenant) => (tenant === OTHER ? 'others' : tenant));
  const more = tenants.length - shown.length;
  return `tenant${tenants.length === 1 ? '' : 's'} ${listText(more > 0 ? [...shown, `${more} more`] : shown)}`;
}

/** The deployment that made most of all failed attempts in a window that ends now; null if none did. */
export function failingDeployment(book: ReadNames, windowMs: number, now: number): string | null {
  const all = named(book, DEPLOYMENT).map((deployment) => ({
    deployment,
    bad: book.series(deploymentSeries(deployment))?.goodAndBad(SUCCESS_KEY, windowMs, now).bad ?? 0,
  }));
  const total = all.reduce((sum, { bad }) => sum + bad, 0);
  return all.find(({ bad }) => bad > MOST_OF_FAILURES * total)?.deployment ?? null;
}
