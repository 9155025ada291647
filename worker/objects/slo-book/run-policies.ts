/** The policy's part of a look. What the policy decides becomes rows, in one turn, before anything is called. */
import type { Clock } from '../../core/clock.ts';
import { aliasesInForce } from '../../core/config/alias-list.ts';
import type { Config } from '../../core/config/config.ts';
import { NO_OVERRIDES, type Overrides } from '../../core/routing/overrides.ts';
import { decidePolicy, needsDecision } from '../../core/slo/policy/decide.ts';
import { attemptsOf, type Standing, standingOf } from '../../core/slo/policy/standing.ts';
import { NO_ACTIVE_POLICIES, type PolicyState } from '../../core/slo/policy/state.ts';
import { within } from '../../core/within.ts';
import type { BookMemory, BookTurns } from './book-turns.ts';

/** What a policy needs from outside. */
export interface PolicyDeps {
  config: Pick<Config, 'slo' | 'aliases' | 'features'>;
  clock: Clock;
  /** The overrides that the board holds. */
  overrides(): Promise<Overrides>;
}

const MINUTE_MS = 60_000;
const LONGEST_CALL_MS = 5_000;

/**
 * Returns when to look again even if no record comes, or null if it can wait for the next record. The board is asked only if there
 * is something to decide.
 */
export async function runPolicies(turns: BookTurns, deps: PolicyDeps): Promise<number | null> {
  const { config, clock } = deps;
  const isDue = turns.take((memory, now) => {
    const { rules, minErrors } = ruled(config);
    return needsDecision(stateOf(memory), rules, standingsOf(memory, config, now), minErrors);
  });
  if (!isDue) return null;
  const asked = deps.overrides().catch(() => undefined);
  const overrides = await within(asked, LONGEST_CALL_MS, clock, undefined);
  return turns.take((memory, now) => decide(memory, config, overrides, now));
}

function decide(memory: BookMemory, config: PolicyDeps['config'], known: Overrides | undefined, now: number) {
  const { watch } = memory;
  const book = memory.book.current();
  const isWaiting = watch.outbox.first('order', 1).length > 0;
  const ask = {
    ...ruled(config),
    standings: standingsOf(memory, config, now),
    aliases: aliasesInForce(config, known ?? NO_OVERRIDES, now),
    features: [...config.features.values()].map(({ name, alias, safeguard }) => ({
      ...{ name, alias, hasSafeguard: safeguard !== undefined },
    })),
    attempts: (deployment: string, objective: Standing['objective'], windowMs: number) =>
      attemptsOf(deployment, objective, book, windowMs, minuteOf(now)),
    overrides: isWaiting ? undefined : known,
    incidents: watch.incidents.since(now),
  };
  const step = decidePolicy(stateOf(memory), ask, now);
  watch.documents.write('policy', step.state);
  for (const one of step.incidents) {
    if (one.do === 'open') watch.incidents.open(one.incident, now);
    else watch.incidents.change(one.id, one.change, one.who, now);
  }
  watch.outbox.add('order', step.orders);
  return step.nextLookAt;
}

const ruled = ({ slo: { policy, minErrors } }: PolicyDeps['config']) => ({ rules: policy, minErrors });

const stateOf = ({ watch }: BookMemory): PolicyState => watch.documents.read('policy', NO_ACTIVE_POLICIES);

/** An alarm may be a little late, so counts go up to the whole minute. */
const minuteOf = (now: number): number => Math.floor(now / MINUTE_MS) * MINUTE_MS;

/** The standings of the objectives that rules are about. */
function standingsOf({ book }: BookMemory, { slo }: PolicyDeps['config'], now: number): Standing[] {
  const current = book.current();
  return slo.objectives
    .filter(({ name, sli }) =>
      slo.policy.some((rule) => (rule.objective ?? name) === name && (rule.sli ?? sli.kind) === sli.kind),
    )
    .map((objective) => standingOf(objective, current, slo, minuteOf(now)));
}
