/**
 * Configs for end-to-end tests: many aliases ("lanes") over the same two providers, so that each test has deployments whose
 * health no other test has touched. `a` is asked first and is the one that fails; `b` has generous time limits, because a busy
 * machine must not make it look slow.
 */
import type { ConfigInput } from '../../../worker/core/config/schema.ts';

type AliasInput = ConfigInput['aliases'][string];
type DeploymentInput = AliasInput['deployments'][number];

const PATIENT = { timeout: '60s', streamTimeout: '60s', idleTimeout: '60s' };
const HASTY = { timeout: '900ms', streamTimeout: '700ms', idleTimeout: '700ms' };
const UNHURRIED = { timeout: '2500ms', streamTimeout: '2s', idleTimeout: '2s' };

const a = (id: string, rest: Partial<DeploymentInput> = PATIENT): DeploymentInput => ({
  id: `${id}-a`,
  fromEnvironment: 'PROVIDER_A',
  order: 1,
  ...rest,
});
const b = (id: string, rest: Partial<DeploymentInput> = PATIENT): DeploymentInput => ({
  id: `${id}-b`,
  fromEnvironment: 'PROVIDER_B',
  order: 2,
  ...rest,
});

/** The kinds of lanes; each has as many lanes as a test file may need. */
const KINDS = {
  /** Both have long time limits, for faults that show at once. */
  calm: (id) => [a(id), b(id)],
  /** `a` gives up soon, for faults that hang. */
  hasty: (id) => [a(id, HASTY), b(id)],
  /** `a` gives up after two seconds, for a fault that hangs while `a` must serve other requests even on a busy machine. */
  unhurried: (id) => [a(id, UNHURRIED), b(id)],
  /** Both give up soon. */
  'both-hasty': (id) => [a(id, HASTY), b(id, HASTY)],
  /** There is no other deployment to fail over to, and only one place. */
  narrow: (id) => [a(id, { ...PATIENT, maxParallel: 1 })],
} satisfies Record<string, (id: string) => DeploymentInput[]>;

export type LaneKind = keyof typeof KINDS;

/** Lanes of each kind. */
export const LANES = 100;

export const laneAlias = (kind: LaneKind, number: number): string => `${kind}/${number}`;
export const laneId = (kind: LaneKind, number: number): string => `${kind}-${number}`;

export function laneConfig(router: ConfigInput['router']): ConfigInput {
  const aliases: Record<string, AliasInput> = {};
  for (const [name, deployments] of Object.entries(KINDS)) {
    const kind = name as LaneKind;
    for (let number = 1; number <= LANES; number++) {
      aliases[laneAlias(kind, number)] = { deployments: deployments(laneId(kind, number)) };
    }
  }
  return { aliases, features: { chat: { alias: laneAlias('calm', 1) } }, defaultFeature: 'chat', router };
}
