/** The tiers of promises, and which promises depend on which. */
import type { Slo } from '../../../worker/core/slo/slo.ts';
import type { Facts } from './changes.ts';
import { promisesForClients } from './promises.ts';

/** The tiers by promise, for promises that clients are told and that have a tier. */
export const tiersOf = (slo: Slo): ReadonlyMap<string, string> =>
  new Map(
    promisesForClients(slo).objectives.flatMap(({ name, tier }) => (tier === null ? [] : [[name, String(tier)]])),
  );

/** A line for each dependency between two promises that clients are told. */
export const dependencyLines = (slo: Slo): string[] =>
  pairsOf(slo).map(({ touched, objective, effect }) => `- **${touched}** depends on **${objective}**. ${effect}`);

/** Tiers and dependencies, as facts. */
export function dependencyFacts(slo: Slo): Facts {
  const tiers = [...tiersOf(slo)].map(([name, tier]) => [`tier of ${name}`, { is: tier }] as const);
  const pairs = pairsOf(slo).map(
    ({ touched, objective, effect }) => [`${touched} depends on ${objective}`, { effect }] as const,
  );
  return Object.fromEntries<Facts[string]>([...tiers, ...pairs]);
}

function pairsOf(slo: Slo): { touched: string; objective: string; effect: string }[] {
  const told = new Set(promisesForClients(slo).objectives.map(({ name }) => name));
  return slo.dependencies
    .filter(({ objective }) => told.has(objective))
    .flatMap(({ objective, touches, consumes }) => {
      const effect = consumes
        ? `What ${objective} misses counts against it too.`
        : `What ${objective} misses may affect it, and counts against ${objective} alone.`;
      return touches.filter((name) => told.has(name)).map((touched) => ({ touched, objective, effect }));
    });
}
