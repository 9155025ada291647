/** This isolate's copy of the board. Its own observations take effect at once, those of other isolates within seconds. */
import type { Deployment, RouterSettings } from '../core/config/config.ts';
import { joinLearnt, type Learnt, NOTHING_LEARNT } from '../core/pricing/learnt.ts';
import { type BoardDocument, mergePublished } from '../core/routing/board.ts';
import { FAILURE_RULES } from '../core/routing/failure.ts';
import {
  claimProbe,
  HEALTHY,
  type Health,
  type HealthReport,
  healthState,
  type Observation,
  type Open,
  observe,
  type ProbeAnswer,
} from '../core/routing/health.ts';
import { EMPTY_COPY, type OverrideCopy, takeConfirmed, takePublished } from '../core/routing/override-copy.ts';
import { NO_OVERRIDES, type Overrides } from '../core/routing/overrides.ts';
import type { Candidate } from '../core/routing/plan.ts';
import { UnderWay } from '../core/under-way.ts';
import { within } from '../core/within.ts';
import type { Background, BillFindings, Clock, EventSink, RoutingBoard } from '../ports.ts';
import { BoardNews } from './board-news.ts';

/** The calls that read the board and report health: bindings in production, plain functions in tests. */
export interface BoardLinks {
  read(): Promise<BoardDocument | null>;
  report(reports: HealthReport[]): Promise<void>;
  claimProbe(deployment: string, forMs: number): Promise<ProbeAnswer>;
  learn(deployment: string, lesson: Learnt): Promise<void>;
  /** The overrides that `HealthBoard` holds. */
  overrides(): Promise<Overrides>;
}

/** `HealthBoard`'s reply when an operator ends a cooldown. */
export interface Clearing {
  version: number;
  clearings: number;
}

/** A copy of the board older than this is read again, behind a response. */
const FRESH_MS = 5_000;
/**
 * An isolate that was idle this long waits for the board, because it may have missed what an operator set. With the 30 s that
 * KV may serve a cached copy, this makes the one minute that an override takes at most.
 */
const STALE_MS = 30_000;
/** A cooldown shorter than the time that KV needs to spread it stays in this isolate. */
const WORTH_PUBLISHING_MS = 5_000;
/** How long this isolate waits after losing a probe claim that came without a retry time. */
const PROBE_TAKEN_MS = 1_000;
/** Bindings have no deadline of their own. A binding that takes longer counts as unreachable. */
const BINDING_MS = 2_000;

/** A request lasts little longer than its time limits, because the rest of a slow reader's answer is read behind the request. */
const OVER_MS = 30_000;

const LATE = Symbol('late');

interface Entry {
  health: Health;
  /** The version of the newest published entry that was merged. */
  version: number;
  /** When this isolate learnt of a cooldown that another isolate began. */
  learntAt: number;
  running: UnderWay;
  /** Successes not yet reported to `HealthBoard`. They travel with the next failure. */
  successes: number;
}

/** One per isolate; entries are kept by `healthId`. */
export class IsolateBoard implements RoutingBoard {
  readonly #entries = new Map<string, Entry>();
  readonly #links: BoardLinks;
  readonly #settings: RouterSettings;
  readonly #clock: Clock;
  readonly #events: EventSink;
  readonly #learnt = new Map<string, Learnt>();
  readonly #news: BoardNews;
  #readAt = Number.NEGATIVE_INFINITY;
  #copy = EMPTY_COPY;
  /** A plain field, because every request reads it; only `#keep` sets it. */
  overrides: Overrides = NO_OVERRIDES;

  constructor(links: BoardLinks, settings: RouterSettings, clock: Clock, events: EventSink) {
    this.#links = links;
    this.#settings = settings;
    this.#clock = clock;
    this.#events = events;
    this.#news = new BoardNews(events);
  }

  ready(background: Background): void | Promise<void> {
    const now = this.#clock.now();
    const age = now - this.#readAt;
    if (age < FRESH_MS && age >= 0) return;
    // Each request that arrives meanwhile reads the board itself: in workerd it cannot wait for another's I/O, and the old copy is too old.
    if (age >= STALE_MS) {
      return this.#refresh().then(() => {
        this.#readAt = now;
      });
    }
    // Set before reading, so that one request reads for all.
    this.#readAt = now;
    background(this.#refresh());
  }

  /** Takes the overrides that `HealthBoard` holds after a change. They apply here at once, unless a newer version is known. */
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
        state: healthState(health, now),
        until: open?.until ?? 0,
        asked: (open?.askedUntil ?? 0) > now,
        cause: open?.cause,
      };
    });
  }

  enter({ healthId, maxParallel }: Deployment, request: object): boolean {
    const { running } = this.#entry(healthId);
    const now = this.#clock.now();
    if (running.countAt(now) >= maxParallel) return false;
    running.begin(request, now);
    return true;
  }

  leave({ healthId }: Deployment, request: object): void {
    this.#entry(healthId).running.end(request);
  }

  async claimProbe({ healthId }: Deployment, forMs: number): Promise<boolean> {
    const entry = this.#entry(healthId);
    const now = this.#clock.now();
    const own = claimProbe(entry.health, now, forMs);
    entry.health = own.next;
    if (own.claim !== 'granted' || !isShared(entry.health)) return own.claim !== 'taken';
    try {
      const { claim, until, askedUntil } = await this.#inTime(this.#links.claimProbe(healthId, forMs));
      if (claim === 'closed') entry.health = HEALTHY;
      if (claim !== 'taken') return true;
      if (entry.health.state === 'open') {
        // The next claim comes within one cooldown, because the other probe may have succeeded by then. Often a claim is refused only
        // because the board's cooldown ends a moment later than ours: it began when the report arrived there.
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
      return true; // `HealthBoard` cannot be reached, and one probe per isolate is still few
    }
  }

  observe(deployment: Deployment, observation: Observation, background: Background): void {
    const { healthId } = deployment;
    const entry = this.#entry(healthId);
    const now = this.#clock.now();
    const before = entry.health;
    // An attempt that began before this isolate knew of the cooldown is not a probe. If it counted as one, each isolate's last success
    // would end the cooldown for all.
    if (observation.result === 'success' && before.state === 'open' && observation.startedAt < entry.learntAt) return;
    const after = observe(before, observation, now, this.#settings);
    entry.health = after;
    this.#news.cooldown(deployment, before, after, observation, now);

    if (observation.result === 'success') {
      entry.successes++;
      // The end of an outage is reported at once, other successes with the next failure.
      if (after.state === 'closed' && isShared(before)) this.#report(healthId, entry, observation, background);
      return;
    }
    const told = forOthers(observation, after, now);
    if (told !== undefined) {
      this.#report(healthId, entry, told, background);
    } else if (isShared(before) && before.probeUntil > 0) {
      // The observation tells other isolates nothing, but they wait for the probe to end.
      const { startedAt, user } = observation;
      this.#report(healthId, entry, { startedAt, result: 'unknown', user }, background);
    }
  }

  /** The lessons by `healthId`: this isolate's own at once, those of others once they are published. */
  get learnt(): ReadonlyMap<string, Learnt> {
    return this.#learnt;
  }

  learn(deployment: Deployment, { oddity, lesson }: BillFindings, background: Background): void {
    if (oddity !== undefined) this.#news.oddUsage(deployment.id, oddity, this.#clock.now());
    if (lesson === undefined) return;
    const { id, healthId } = deployment;
    const known = this.#learnt.get(healthId) ?? NOTHING_LEARNT;
    const after = joinLearnt(known, lesson);
    if (after === known) return;
    this.#learnt.set(healthId, after);
    this.#news.aboveHold(id, after);
    const told = this.#links.learn(healthId, after).catch((error: unknown) => {
      this.#events({ event: 'health_report_failed', deployment: healthId, reason: String(error) });
    });
    background(told);
  }

  /** Called when an operator has ended the cooldown. It ends here at once, and elsewhere when isolates read the published board. */
  clear({ healthId }: Deployment, { version, clearings }: Clearing): void {
    const entry = this.#entry(healthId);
    entry.health = HEALTHY;
    this.#learnt.set(healthId, { ...NOTHING_LEARNT, clearings });
    // An older published entry may still arrive.
    entry.version = Math.max(entry.version, version);
  }

  async #inTime<T>(work: Promise<T>): Promise<T> {
    const answer = await within(work, BINDING_MS, this.#clock, LATE);
    if (answer === LATE) throw new Error(`no answer within ${BINDING_MS} ms`);
    return answer;
  }

  #entry(healthId: string): Entry {
    let entry = this.#entries.get(healthId);
    if (entry === undefined) {
      const { totalTimeoutMs, maxStreamDurationMs } = this.#settings;
      const running = new UnderWay(totalTimeoutMs + maxStreamDurationMs + OVER_MS);
      entry = { health: HEALTHY, version: 0, learntAt: 0, running, successes: 0 };
      this.#entries.set(healthId, entry);
    }
    return entry;
  }

  #report(deployment: string, entry: Entry, observation: Observation, background: Background): void {
    const sums: Observation[] =
      entry.successes === 0 ? [] : [{ startedAt: 0, result: 'success', user: null, count: entry.successes }];
    entry.successes = 0;
    const told = this.#links.report([{ deployment, outcomes: [...sums, observation] }]).catch((error: unknown) => {
      this.#events({ event: 'health_report_failed', deployment, reason: String(error) });
    });
    background(told);
  }

  async #refresh(): Promise<void> {
    try {
      const document = await this.#inTime(this.#links.read());
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
      this.takeOverrides(await this.#inTime(this.#links.overrides()));
    } catch (error) {
      // In an incident a pin that may be old is better than none. We ask again after the next read.
      this.#keep(takePublished(this.#copy, published, this.#clock.now()).copy);
      throw error;
    }
  }

  #keep(copy: OverrideCopy): void {
    this.#copy = copy;
    this.overrides = copy.overrides;
  }
}

/** True if the cooldown applies to all isolates. A refused region, or a short wait that a provider asked for, concerns only this one. */
const isShared = (health: Health): health is Open =>
  health.state === 'open' &&
  !health.isolateOnly &&
  (health.cooldownMs >= WORTH_PUBLISHING_MS || health.askedUntil < health.until);

/** The observation to send to `HealthBoard`. Undefined if it concerns only this isolate. */
function forOthers(observation: Observation, after: Health, now: number): Observation | undefined {
  const { result, retryAfterMs, startedAt, user } = observation;
  const cooldown = result === 'success' || result === 'unknown' ? 'none' : FAILURE_RULES[result].cooldown;
  if (cooldown === 'none' || cooldown === 'isolate') return undefined;
  if (cooldown !== 'asked' || retryAfterMs === undefined || retryAfterMs >= WORTH_PUBLISHING_MS) return observation;
  // If several short waits became a cooldown of our own, they are reported as the failures that they are.
  if (after.state === 'closed' || after.until - now < WORTH_PUBLISHING_MS) return undefined;
  return { startedAt, result, user, count: after.failures };
}
