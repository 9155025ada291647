/** The distinct promises of a config: objectives with the same counts are counted once. */
import { type CountedSli, countedKey } from '../sli-outcome.ts';
import type { Objective } from '../slo.ts';
import { type CounterNames, counterNames } from './series.ts';
import { concerns } from './series-names.ts';

/** A promise, and what is counted for it. */
export interface CountedPromise {
  key: string;
  counted: CountedSli;
  names: CounterNames;
  /** Its place in the list of all counted promises. */
  index: number;
}

/** Success is counted in every series. */
const SUCCESS: CountedSli = { sli: { kind: 'success' }, countsInSlo: false };
/** The key of the promise of success. */
export const SUCCESS_KEY = countedKey(SUCCESS);

/** All counted promises. Success is the first. */
export function countedPromises(objectives: readonly Objective[]): readonly CountedPromise[] {
  const byKey = new Map([SUCCESS, ...objectives].map((counted) => [countedKey(counted), counted]));
  return [...byKey].map(([key, counted], index) => ({ key, counted, names: counterNames(key), index }));
}

/** The promises that a series counts. */
export function promisesOf(
  promises: readonly CountedPromise[],
  objectives: readonly Objective[],
  tenant: string | null,
  feature: string | null,
): readonly CountedPromise[] {
  const wanted = objectives.filter((objective) => concerns(objective, tenant, feature)).map(countedKey);
  const keys = new Set([SUCCESS_KEY, ...wanted]);
  return promises.filter(({ key }) => keys.has(key));
}
