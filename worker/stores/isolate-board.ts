/** The routing board as this isolate sees it: its own breaker at once, what others published within seconds. */
import type { Deployment, RouterSettings } from '../core/config/config.ts';
import { joinLearnt, type Learnt, NOTHING_LEARNT } from '../core/pricing/learnt.ts';
import type { Oddity } from '../core/pricing/plausible.ts';
import { type BoardDocument, mergePublished } from '../core/routing/board.ts';
import { FAILURE_RULES, type FailureKind } from '../core/routing/failure.ts';
import {
  claimProbe,
  HEALTHY,
  type Health,
  type HealthReport,
  type Observation,
  type Open,
  observe,
  type ProbeAnswer,
  standing,
} from '../core/routing/health.ts';
import { isDrillHealth } from '../core/routing/health-id.ts';
import { EMPTY_COPY, type OverrideCopy, takeConfirmed, takePublished } from '../core/routing/override-copy.ts';
import { NO_OVERRIDES, type Overrides } from '../core/routing/overrides.ts';
import type { Candidate } from '../core/routing/plan.ts';
import { within } from '../core/within.ts';
import type { Background, Clock, EventSink, RoutingBoard, Seen } from '../ports.ts';

/** Where the board is read and health reported; bindings in production, plain functions in tests. */
export interface BoardLinks {
  read(): Promise<BoardDocument | null>;
  report(reports: HealthReport[]): Promise<void>;
  claimProbe(deployment: string, forMs: number): Promise<ProbeAnswer>;
  learn(deployment: string, lesson: Learnt): Promise<void>;
  /** Those that `HealthBoard` holds. */
  overrides(): Promise<Overrides>;
}

/** What `HealthBoard` made of an operator's clearing. */
export interface Clearing {
  version: number;
  clearings: number;
}

/** How old the isolate's copy may be before it is read again, behind a response. */
const FRESH_MS = 5_000;
/**
 * An isolate that was idle this long waits for the board: it may know nothing of what an operator set since. With the 30 s that
 * KV may give a cached copy it makes the minute that setting an override promises.
 */
const STALE_MS = 30_000;
/** A shorter rest than KV needs to spread is this isolate's own matter. */
const WORTH_PUBLISHING_MS = 5_000;
/** While somebody else probes, nobody here asks again so soon, where `HealthBoard` names no time to come. */
const PROBE_TAKEN_MS = 1_000;
/** A request has a deadline and a binding has none; later than this it counts as out of reach. */
const BINDING_MS = 2_000;

/** A provider whose usage is odd is odd in every answer; an operator is told so often. */
const ODD_AGAIN_MS = 600_000;

const LATE = Symbol('late');

interface Entry {
  health: Health;
  /** The newest published entry that was merged. */
  version: number;
  /** When a rest that others found became known here. */
  learntAt: number;
  running: number;
  /** Successes not yet told to `HealthBoard`; they travel with the next failure. */
  successes: number;
}

export class IsolateBoard implements RoutingBoard {
  readonly #entries = new Map<string, Entry>();
  readonly #links: BoardLinks;
  readonly #settings: RouterSettings;
  readonly #clock: Clock;
  readonly #events: EventSink;
  readonly #learnt = new Map<string, Learnt>();
  /** When an operator was last told, by deployment and what is odd. */
  readonly #oddAt = new Map<string, number>();
  #readAt = Number.NEGATIVE_INFINITY;
  #copy = EMPTY_COPY;
  /** A plain field, read by every request; `#keep` alone sets it. */
  overrides: Overrides = NO_OVERRIDES;

  constructor(links: BoardLinks, settings: RouterSettings, clock: Clock, events: EventSink) {
    this.#links = links;
    this.#settings = settings;
    this.#clock = clock;
    this.#events = events;
  }

  ready(background: Background): void | Promise<void> {
    const now = this.#clock.now();
    const age = now - this.#readAt;
    if (age < FRESH_MS && age >= 0) return;
    // Those that come meanwhile read for themselves: none may wait for another's I/O, nor be routed as before an old change.
    if (age >= STALE_MS) {
      return this.#refresh().then(() => {
        this.#readAt = now;
      });
    }
    // Claimed before reading, so that one reads behind its response for all.
    this.#readAt = now;
    background(this.#refresh());
  }

  /** What `HealthBoard` holds after a change: in force here at once, unless a newer one is known. */
  takeOverrides(overrides: Overrides): void {
    this.#keep(takeConfirmed(this.#copy, overrides, this.#clock.now()));
  }

  candidates(deployments: readonly Deployment[]): Candidate[] {
    const now = this.#clock.now();
    return deployments.map(({ id, healthId, model, provider, order, weight }) => {
      const { health } = this.#entry(healthId);
      const open = health.state === 'open' ? health : undefined;
      return {
        id,
        model,
        provider,
        order,
        weight,
        standing: standing(health, now),
        until: open?.until ?? 0,
        asked: (open?.askedUntil ?? 0) > now,
        cause: open?.cause,
      };
    });
  }

  enter({ healthId, maxParallel }: Deployment): boolean {
    const entry = this.#entry(healthId);
    if (entry.running >= maxParallel) return false;
    entry.running++;
    return true;
  }

  leave({ healthId }: Deployment): void {
    this.#entry(healthId).running--;
  }

  async claimProbe({ healthId }: Deployment, forMs: number): Promise<boolean> {
    const entry = this.#entry(healthId);
    const now = this.#clock.now();
    const own = claimProbe(entry.health, now, forMs);
    entry.health = own.next;
    if (own.claim !== 'granted' || !isShared(entry.health)) return own.claim !== 'taken';
    try {
      const { claim, until, askedUntil } = await this.#soon(this.#links.claimProbe(healthId, forMs));
      if (claim === 'closed') entry.health = HEALTHY;
      if (claim !== 'taken') return true;
      if (entry.health.state === 'open') {
        // Asked again within a cooldown: by then the other's probe may have succeeded. Often it is only that the rest ends
        // there a moment later than here, for it began when the report arrived.
        const waitUntil = until > now ? Math.min(until, now + this.#settings.cooldownMs) : now + PROBE_TAKEN_MS;
        const { health } = entry;
        entry.health = {
          ...health,
          until: Math.max(health.until, waitUntil),
          askedUntil: Math.max(health.askedUntil, askedUntil),
          probeUntil: 0,
        };
      }
      return false;
    } catch {
      return true; // `HealthBoard` out of reach: one probe per isolate is still few
    }
  }

  observe(deployment: Deployment, outcome: Observation, background: Background): void {
    const { healthId } = deployment;
    const entry = this.#entry(healthId);
    const now = this.#clock.now();
    const before = entry.health;
    // Asked before we knew of the rest, it is no probe: else each isolate's last such success would end everybody's rest.
    if (outcome.result === 'success' && before.state === 'open' && outcome.startedAt < entry.learntAt) return;
    const after = observe(before, outcome, now, this.#settings);
    entry.health = after;
    this.#sayRested(deployment, before, after, outcome, now);

    if (outcome.result === 'success') {
      entry.successes++;
      // An end of an outage is told at once, other successes with the next failure.
      if (after.state === 'closed' && isShared(before)) this.#tell(healthId, entry, outcome, background);
      return;
    }
    const told = forOthers(outcome, after, now);
    if (told !== undefined) {
      this.#tell(healthId, entry, told, background);
    } else if (isShared(before) && before.probeUntil > 0) {
      // Nothing for others, but they wait for the probe to end.
      const { startedAt, user } = outcome;
      this.#tell(healthId, entry, { startedAt, result: 'unknown', user }, background);
    }
  }

  /** By `healthId`: own lessons at once, those of others as they are published. */
  get learnt(): ReadonlyMap<string, Learnt> {
    return this.#learnt;
  }

  learn({ id, healthId }: Deployment, { oddity, lesson }: Seen, background: Background): void {
    if (oddity !== undefined) this.#sayOdd(id, oddity);
    if (lesson === undefined) return;
    const known = this.#learnt.get(healthId) ?? NOTHING_LEARNT;
    const after = joinLearnt(known, lesson);
    if (after === known) return;
    this.#learnt.set(healthId, after);
    const { clearings: _, ...learnt } = after;
    this.#events({ event: 'usage_above_hold', deployment: id, needsOperator: true, ...learnt, advice: LEARNT_ADVICE });
    const told = this.#links.learn(healthId, after).catch((error: unknown) => {
      this.#events({ event: 'health_report_failed', deployment: healthId, reason: String(error) });
    });
    background(told);
  }

  #sayOdd(deployment: string, oddity: Oddity): void {
    const now = this.#clock.now();
    const name = `${deployment} ${oddity}`;
    if (now - (this.#oddAt.get(name) ?? Number.NEGATIVE_INFINITY) < ODD_AGAIN_MS) return;
    this.#oddAt.set(name, now);
    this.#events({ event: 'usage_odd', deployment, oddity, needsOperator: true, advice: ODD_ADVICE });
  }

  /** An operator cleared it: at once here, elsewhere by the published board. */
  clear({ healthId }: Deployment, { version, clearings }: Clearing): void {
    const entry = this.#entry(healthId);
    entry.health = HEALTHY;
    this.#learnt.set(healthId, { ...NOTHING_LEARNT, clearings });
    // An older entry may be on its way here.
    entry.version = Math.max(entry.version, version);
  }

  async #soon<T>(work: Promise<T>): Promise<T> {
    const answer = await within(work, BINDING_MS, this.#clock, LATE);
    if (answer === LATE) throw new Error(`no answer within ${BINDING_MS} ms`);
    return answer;
  }

  #entry(healthId: string): Entry {
    let entry = this.#entries.get(healthId);
    if (entry === undefined) {
      entry = { health: HEALTHY, version: 0, learntAt: 0, running: 0, successes: 0 };
      this.#entries.set(healthId, entry);
    }
    return entry;
  }

  #tell(deployment: string, entry: Entry, outcome: Observation, background: Background): void {
    const sums: Observation[] =
      entry.successes === 0 ? [] : [{ startedAt: 0, result: 'success', user: null, count: entry.successes }];
    entry.successes = 0;
    const told = this.#links.report([{ deployment, outcomes: [...sums, outcome] }]).catch((error: unknown) => {
      this.#events({ event: 'health_report_failed', deployment, reason: String(error) });
    });
    background(told);
  }

  async #refresh(): Promise<void> {
    try {
      const document = await this.#soon(this.#links.read());
      for (const [healthId, published] of Object.entries(document?.cooldowns ?? {})) {
        const entry = this.#entry(healthId);
        if (published.version <= entry.version) continue;
        entry.version = published.version;
        const before = entry.health;
        entry.health = mergePublished(before, published);
        if (before.state === 'closed' && entry.health.state === 'open') entry.learntAt = this.#clock.now();
      }
      for (const [healthId, published] of Object.entries(document?.learnt ?? {})) {
        this.#learnt.set(healthId, joinLearnt(this.#learnt.get(healthId) ?? NOTHING_LEARNT, published));
      }
      await this.#takePublished(document?.overrides);
    } catch (error) {
      this.#events({ event: 'board_unreadable', reason: String(error) });
    }
  }

  async #takePublished(published: Overrides | undefined): Promise<void> {
    const { copy, mustAsk } = takePublished(this.#copy, published, this.#clock.now());
    if (!mustAsk) return this.#keep(copy);
    try {
      this.takeOverrides(await this.#soon(this.#links.overrides()));
    } catch (error) {
      // In an incident a pin that may be old is better than none. Asked again after the next read.
      this.#keep(takePublished(this.#copy, published, this.#clock.now()).copy);
      throw error;
    }
  }

  #keep(copy: OverrideCopy): void {
    this.#copy = copy;
    this.overrides = copy.overrides;
  }

  #sayRested({ id, healthId }: Deployment, before: Health, after: Health, { result }: Observation, now: number): void {
    const deployment = id;
    // What was done on purpose asks for no operator.
    const isDrill = isDrillHealth(healthId);
    const mark = isDrill ? { drill: true } : {};
    if (after.state === 'closed' && before.state === 'open') {
      this.#events({ event: 'deployment_back', deployment, restedMs: now - before.since, ...mark });
    }
    if (after.state === 'closed' || after === before || result === 'success' || result === 'unknown') return;
    const needsOperator = FAILURE_RULES[result].rest === 'long' && !isDrill;
    const isNews = before.state === 'closed' || (needsOperator && before.cause !== result);
    if (!isNews) return;
    const advice = isDrill ? undefined : ADVICE[result];
    const restMs = after.until - now;
    this.#events({
      event: 'deployment_rested',
      deployment,
      cause: result,
      restMs,
      needsOperator,
      ...mark,
      ...(advice && { advice }),
    });
  }
}

const ODD_ADVICE =
  'the provider tells a usage that cannot be true: the answer is booked at its bound or at what was told, whichever is more; compare with its bill';
const LEARNT_ADVICE =
  'a usage was above what was held, or faster than believed: more is held from now on; compare with the bill, or say it in carryon.config.ts';

/** What an operator should look at where waiting does not help. */
const ADVICE: Partial<Record<FailureKind, string>> = {
  no_money: 'the provider says that the account is out of money: top it up, or raise its limit',
  bad_key: 'the provider does not accept the key: set the right one',
  no_model:
    'the provider knows no such model or path: check the model, and that the API base ends before /chat/completions or /messages',
  region: 'the provider refuses this region: set [placement] in wrangler.toml',
};

/** Whether others rest it too; a region's refusal and a short wait that a provider asked for are this isolate's own matter. */
const isShared = (health: Health): health is Open =>
  health.state === 'open' &&
  !health.isolateOnly &&
  (health.restMs >= WORTH_PUBLISHING_MS || health.askedUntil < health.until);

/** What of an outcome `HealthBoard` has to hear; undefined where it is this isolate's own matter. */
function forOthers(outcome: Observation, after: Health, now: number): Observation | undefined {
  const { result, retryAfterMs, startedAt, user } = outcome;
  const rest = result === 'success' || result === 'unknown' ? 'none' : FAILURE_RULES[result].rest;
  if (rest === 'none' || rest === 'isolate') return undefined;
  if (rest !== 'asked' || retryAfterMs === undefined || retryAfterMs >= WORTH_PUBLISHING_MS) return outcome;
  // Short waits, so many that they became a rest of our own: told as the failures they are.
  if (after.state === 'closed' || after.until - now < WORTH_PUBLISHING_MS) return undefined;
  return { startedAt, result, user, count: after.failures };
}
