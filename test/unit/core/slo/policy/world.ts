/** A service of two deployments, minute by minute, whose board takes what a policy orders. */
import { NO_OVERRIDES, type Overrides } from '../../../../../worker/core/routing/overrides.ts';
import type { Incident } from '../../../../../worker/core/slo/incident.ts';
import { changedIncident, openedIncident } from '../../../../../worker/core/slo/incidents.ts';
import { applyOrder } from '../../../../../worker/core/slo/policy/apply-order.ts';
import { decidePolicy, type PolicyStep } from '../../../../../worker/core/slo/policy/decide.ts';
import type { PolicyOrder, PolicyRule } from '../../../../../worker/core/slo/policy/policy.ts';
import type { Counts, Standing } from '../../../../../worker/core/slo/policy/standing.ts';
import { NO_ACTIVE_POLICIES, type PolicyState } from '../../../../../worker/core/slo/policy/state.ts';
import { parseTrigger } from '../../../../../worker/core/slo/policy/trigger.ts';
import type { Objective } from '../../../../../worker/core/slo/slo.ts';
import { BURN_WINDOWS } from '../../../../../worker/core/slo/windows.ts';

export const MINUTE_MS = 60_000;
/** The beginning of a month. */
export const START = Date.UTC(2027, 4, 1);

export const objectiveOf = (more: Partial<Objective> = {}): Objective => ({
  ...{ name: 'chat-success', sli: { kind: 'success' }, feature: 'chat', tenant: null, target: 99, promised: 99 },
  ...{ windowMs: 30 * 86_400_000, why: null, team: null, tier: null, of: [], countsInSlo: false, alerts: null },
  ...more,
});

export function ruleOf(on: string, does: PolicyRule['does'], more: Partial<PolicyRule> = {}): PolicyRule {
  const trigger = parseTrigger(on);
  if (!trigger.ok) throw new Error(trigger.error);
  return { name: 'rule', objective: null, sli: null, on: trigger.value, does, ...more };
}

/** What a minute's requests met. `a` and `b`: attempts. */
export interface Minute {
  requests: Counts;
  a: Counts;
  b: Counts;
}

const NONE: Counts = { good: 0, bad: 0 };
const PARTS = ['requests', 'a', 'b'] as const;

export class World {
  now = START;
  state: PolicyState = NO_ACTIVE_POLICIES;
  overrides: Overrides = NO_OVERRIDES;
  /** Sums up to each minute. */
  readonly #sums: Minute[] = [{ requests: NONE, a: NONE, b: NONE }];
  readonly incidents = new Map<string, Incident>();
  readonly orders: PolicyOrder[] = [];
  /** Not carried out yet. */
  waiting: PolicyOrder[] = [];
  readonly told: string[] = [];
  objective = objectiveOf();
  hasSafeguard = true;
  minErrors = 5;
  readonly rules: PolicyRule[];

  constructor(rules: PolicyRule[]) {
    this.rules = rules;
  }

  /** A minute passes. Under a pin, and under none, `a` is asked first and `b` for what `a` fails. */
  pass(requests: number, isDown: { a?: boolean; b?: boolean } = {}): void {
    const first = this.overrides.pins['app/chat']?.deployment === 'b' && !this.#hasEnded('app/chat') ? 'b' : 'a';
    const second = first === 'a' ? 'b' : 'a';
    const firstFails = isDown[first] === true;
    const secondFails = isDown[second] === true;
    // The one that is tried next takes over half of them, as if time ran out for the others.
    const tried = firstFails ? Math.floor(requests / 2) : 0;
    const good = firstFails ? (secondFails ? 0 : tried) : requests;
    const minute: Minute = { requests: { good, bad: requests - good }, a: NONE, b: NONE };
    minute[first] = firstFails ? { good: 0, bad: requests } : { good: requests, bad: 0 };
    minute[second] = secondFails ? { good: 0, bad: tried } : { good: tried, bad: 0 };
    const before = this.#sums.at(-1) as Minute;
    const sums = { ...before };
    for (const part of PARTS) {
      sums[part] = { good: before[part].good + minute[part].good, bad: before[part].bad + minute[part].bad };
    }
    this.#sums.push(sums);
    this.now += MINUTE_MS;
  }

  #hasEnded(alias: string): boolean {
    return (this.overrides.pins[alias]?.until ?? 0) <= this.now;
  }

  last(part: (typeof PARTS)[number], ms: number): Counts {
    const end = this.#sums.at(-1)?.[part] ?? NONE;
    const begin = this.#sums.at(-1 - Math.round(ms / MINUTE_MS))?.[part] ?? NONE;
    return { good: end.good - begin.good, bad: end.bad - begin.bad };
  }

  standing(): Standing {
    const counts = (ms: number): Counts => this.last('requests', ms);
    const elapsed = this.now - START;
    const month = counts(Math.max(MINUTE_MS, elapsed));
    const total = month.good + month.bad;
    const burn = total === 0 ? null : month.bad / total / ((100 - this.objective.target) / 100);
    return {
      objective: this.objective,
      over: Object.fromEntries(
        Object.entries(BURN_WINDOWS).map(([name, ms]) => [name, counts(ms)]),
      ) as unknown as Standing['over'],
      whole: { counts: counts(this.objective.windowMs) },
      month: {
        ...{ month: '2027-05', day: Math.floor(elapsed / 86_400_000) + 1, counts: month },
        spentShare: burn === null ? null : (burn * elapsed) / (31 * 86_400_000),
      },
    };
  }

  look({ boardAnswers = true, carriesOut = true } = {}): PolicyStep {
    const isKnown = boardAnswers && this.waiting.length === 0;
    const step = decidePolicy(
      // As the book keeps it.
      JSON.parse(JSON.stringify(this.state)),
      {
        ...{ rules: this.rules, standings: [this.standing()], minErrors: this.minErrors },
        aliases: [{ name: 'app/chat', deployments: [{ id: 'a' }, { id: 'b' }] }],
        features: [{ name: 'chat', alias: 'app/chat', hasSafeguard: this.hasSafeguard }],
        attempts: (id, _, ms) => this.last(id as 'a' | 'b', ms),
        overrides: isKnown ? this.overrides : undefined,
        incidents: [...this.incidents.values()].filter(({ closedAt }) => closedAt === null),
      },
      this.now,
    );
    this.state = step.state;
    this.orders.push(...step.orders);
    this.waiting.push(...step.orders);
    this.told.push(...step.told.map(({ text }) => text));
    for (const one of step.incidents) {
      if (one.do === 'open') this.incidents.set(one.incident.id, openedIncident(one.incident, this.now));
      else {
        const known = this.incidents.get(one.id);
        if (known !== undefined) this.incidents.set(one.id, changedIncident(known, one.change, one.who, this.now));
      }
    }
    if (carriesOut) this.carryOut();
    return step;
  }

  carryOut(times = 1): void {
    for (const order of this.waiting) {
      for (let time = 0; time < times; time++) {
        this.overrides = applyOrder(this.overrides, order, this.now).overrides;
      }
    }
    this.waiting = [];
  }

  /** Minutes and looks in turn. */
  run(minutes: number, requests: number, isDown: { a?: boolean; b?: boolean } = {}): void {
    for (let minute = 0; minute < minutes; minute++) {
      this.pass(requests, isDown);
      this.look();
    }
  }

  get open(): Incident[] {
    return [...this.incidents.values()].filter(({ closedAt }) => closedAt === null);
  }

  pin(): { deployment: string; who: string } | undefined {
    const pin = this.overrides.pins['app/chat'];
    return pin === undefined || this.#hasEnded('app/chat') ? undefined : pin;
  }
}
