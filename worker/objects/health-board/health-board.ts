import { DurableObject } from 'cloudflare:workers';
import type { Clock } from '../../core/clock.ts';
import { hasLearnt, joinLearnt, type Learnt, NOTHING_LEARNT } from '../../core/pricing/learnt.ts';
import {
  BOARD_KEY,
  boardDocument,
  type Cleared,
  clearedByHand,
  type InCooldown,
  type PublishedCooldown,
  publishedChange,
} from '../../core/routing/board.ts';
import {
  claimProbe,
  HEALTHY,
  type Health,
  type HealthPolicy,
  type HealthReport,
  observe,
  type ProbeAnswer,
} from '../../core/routing/health.ts';
import {
  clearOverride,
  type OverrideChange,
  type OverrideKind,
  type SetOverride,
  setOverride,
} from '../../core/routing/override-changes.ts';
import type { Overrides } from '../../core/routing/overrides.ts';
import { applyOrder } from '../../core/slo/policy/apply-order.ts';
import type { PolicyOrder } from '../../core/slo/policy/policy.ts';
import { KeptOverrides } from './kept-overrides.ts';
import { BoardPublisher } from './publisher.ts';
import { HealthRows, type KnownHealth } from './rows.ts';

interface Bindings {
  STATE: KVNamespace;
}

const versionAfter = (published: PublishedCooldown | undefined): number => (published?.version ?? 0) + 1;

/**
 * The health of every deployment over all isolates, and the only writer of the routing board. Every rule is in core/routing/. This
 * class loads, decides and saves. It publishes changes from its alarm, so a KV that refuses (it takes one write a second per key) or a
 * killed object delays a change but never loses it.
 */
export class HealthBoard extends DurableObject<Bindings> {
  readonly #rows: HealthRows;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #publisher: BoardPublisher;
  readonly #overrides: KeptOverrides;

  constructor(state: DurableObjectState, env: Bindings, clock: Pick<Clock, 'now'>) {
    super(state, env);
    this.#clock = clock;
    this.#rows = new HealthRows(state.storage.sql);
    this.#publisher = new BoardPublisher(state.storage, clock, (text) => this.env.STATE.put(BOARD_KEY, text));
    this.#overrides = new KeptOverrides(this.#rows, this.#publisher, clock);
  }

  /** Takes what isolates saw. Failures are reported at once, together with the number of successes before them. */
  report(reports: HealthReport[], policy: HealthPolicy): void {
    const now = this.#clock.now();
    for (const { deployment, outcomes } of reports) {
      const known = this.#rows.health(deployment);
      const after = outcomes.reduce((health, outcome) => observe(health, outcome, now, policy), known.health);
      this.#save(deployment, known, after, now);
    }
  }

  /** One caller at a time may try a half-open deployment. The others learn how long to wait. */
  claimProbe(deployment: string, forMs: number): ProbeAnswer {
    const now = this.#clock.now();
    const known = this.#rows.health(deployment);
    const { next, claim } = claimProbe(known.health, now, forMs);
    if (next !== known.health) this.#save(deployment, known, next, now);
    if (next.state === 'closed') return { claim, until: 0, askedUntil: 0 };
    return { claim, until: Math.max(next.until, next.probeUntil), askedUntil: next.askedUntil };
  }

  /**
   * Carries out an operator's clearing: the deployment is taken to be healthy, and what its bills taught is forgotten. This is
   * published even if no cooldown is known here, because a single isolate may have a cooldown of its own.
   */
  clear(deployment: string): Cleared {
    const now = this.#clock.now();
    const { health, published } = this.#rows.health(deployment);
    const cooldown = health.state === 'open' ? health : null;
    const known = this.#rows.learnt()[deployment] ?? NOTHING_LEARNT;
    const clearings = known.clearings + Number(hasLearnt(known));
    if (clearings > known.clearings) this.#rows.saveLearnt(deployment, { ...NOTHING_LEARNT, clearings });
    const version = versionAfter(published);
    this.#rows.saveHealth(deployment, { health: HEALTHY, published: clearedByHand(health, version, now) });
    this.#publisher.publishSoon();
    const before = { cooldown, learnt: hasLearnt(known) ? known : null };
    return { wasInCooldown: cooldown !== null, version, clearings, before };
  }

  /** Takes what a bill taught one isolate, for all isolates. */
  learn(deployment: string, lesson: Partial<Learnt>): void {
    const known = this.#rows.learnt()[deployment] ?? NOTHING_LEARNT;
    const after = joinLearnt(known, lesson);
    if (after === known) return;
    this.#rows.saveLearnt(deployment, after);
    this.#publisher.publishSoon();
  }

  listLearnt(): Record<string, Learnt> {
    return Object.fromEntries(Object.entries(this.#rows.learnt()).filter(([, learnt]) => hasLearnt(learnt)));
  }

  list(): InCooldown[] {
    const all = this.#rows.allHealth();
    return all.flatMap(({ deployment, health }) => (health.state === 'open' ? [{ deployment, health }] : []));
  }

  /** Sets an override for an operator. */
  setOverride(...set: SetOverride): OverrideChange {
    return this.#overrides.change((overrides, now) => setOverride(overrides, set, now));
  }

  clearOverride(kind: OverrideKind, name: string): OverrideChange {
    return this.#overrides.change((overrides, now) => clearOverride(overrides, kind, name, now));
  }

  /** Makes a policy's change. */
  carryOut(order: PolicyOrder): OverrideChange {
    return this.#overrides.change((overrides, now) => applyOrder(overrides, order, now));
  }

  /** The overrides in force. */
  overrides(): Overrides {
    return this.#overrides.current();
  }

  override async alarm(): Promise<void> {
    const rows = this.#rows;
    const document = boardDocument(rows.published(), rows.learnt(), rows.overrides(), this.#clock.now());
    await this.#publisher.publish(document);
  }

  // Load and save happen in one turn, without an await between them, so no other call can interleave.
  #save(deployment: string, { health, published }: KnownHealth, after: Health, now: number): void {
    const change = publishedChange(health, after, versionAfter(published), now);
    this.#rows.saveHealth(deployment, { health: after, published: change ?? published });
    if (change !== undefined) this.#publisher.publishSoon();
  }
}
