import { DurableObject } from 'cloudflare:workers';
import { hasLearnt, joinLearnt, type Learnt, NOTHING_LEARNT } from '../../core/pricing/learnt.ts';
import {
  BOARD_KEY,
  type BoardDocument,
  KEEP_CLEARED_MS,
  KEEP_RESTING_MS,
  type PublishedCooldown,
  publishedChange,
} from '../../core/routing/board.ts';
import {
  claimProbe,
  HEALTHY,
  type Health,
  type HealthPolicy,
  type HealthReport,
  type Open,
  observe,
  type ProbeAnswer,
} from '../../core/routing/health.ts';
import {
  clearOverride,
  type OverrideChange,
  type OverrideKind,
  type SetOverride,
  setOverride,
  wholeOverrides,
  withoutEnded,
} from '../../core/routing/override-changes.ts';
import { NO_OVERRIDES, NOTHING_SETS_YET, type Overrides } from '../../core/routing/overrides.ts';

interface Bindings {
  STATE: KVNamespace;
}

export interface Resting {
  deployment: string;
  health: Open;
}

export interface Cleared {
  wasResting: boolean;
  version: number;
  clearings: number;
  before: { cooldown: Open | null; learnt: Learnt | null };
}

const versionAfter = (published: PublishedCooldown | undefined): number => (published?.version ?? 0) + 1;

/** KV that refuses is asked again after the first, then after twice as long each time, up to the last. */
const FIRST_RETRY_MS = 2_000;
const LAST_RETRY_MS = 60_000;

const RESTED: Open = {
  state: 'open',
  until: 0,
  askedUntil: 0,
  since: 0,
  openedAt: 0,
  restMs: 0,
  cause: 'server_error',
  failures: 0,
  isolateOnly: false,
  probeUntil: 0,
};

/**
 * The standing of every deployment over all isolates, and the only writer of the routing board. Every rule is in
 * core/routing/; this class loads, decides and saves. A change for others is published from the alarm, so that a KV that
 * refuses (one write a second per key) or a killed object delays it and never loses it.
 */
export class HealthBoard extends DurableObject<Bindings> {
  #retryMs = FIRST_RETRY_MS;

  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env);
    ctx.storage.sql.exec(
      'CREATE TABLE IF NOT EXISTS health (deployment TEXT PRIMARY KEY, health TEXT NOT NULL, published TEXT) WITHOUT ROWID',
    );
    ctx.storage.sql.exec(
      'CREATE TABLE IF NOT EXISTS learnt (deployment TEXT PRIMARY KEY, learnt TEXT NOT NULL) WITHOUT ROWID',
    );
    ctx.storage.sql.exec(
      'CREATE TABLE IF NOT EXISTS overrides (id INTEGER PRIMARY KEY CHECK (id = 1), overrides TEXT NOT NULL)',
    );
  }

  /** What isolates saw. Failures come at once; the successes between them come along in sums. */
  report(reports: HealthReport[], policy: HealthPolicy): void {
    const now = Date.now();
    for (const { deployment, outcomes } of reports) {
      const { health, published } = this.#load(deployment);
      const after = outcomes.reduce((health, outcome) => observe(health, outcome, now, policy), health);
      this.#save(deployment, health, after, published, now);
    }
  }

  /** One caller at a time may try a half-open deployment; the others learn how long to wait. */
  claimProbe(deployment: string, forMs: number): ProbeAnswer {
    const now = Date.now();
    const { health, published } = this.#load(deployment);
    const { next, claim } = claimProbe(health, now, forMs);
    if (next !== health) this.#save(deployment, health, next, published, now);
    if (next.state === 'closed') return { claim, until: 0, askedUntil: 0 };
    return { claim, until: Math.max(next.until, next.probeUntil), askedUntil: next.askedUntil };
  }

  /**
   * An operator says that the deployment is well, and that its bills taught nothing; published even if nothing rests here, for an
   * isolate may rest it by itself.
   */
  clear(deployment: string): Cleared {
    const now = Date.now();
    const { health, published } = this.#load(deployment);
    const wasResting = health.state === 'open';
    const known = this.#learnt()[deployment] ?? NOTHING_LEARNT;
    const clearings = known.clearings + Number(hasLearnt(known));
    if (clearings > known.clearings) this.#saveLearnt(deployment, { ...NOTHING_LEARNT, clearings });
    this.#save(deployment, wasResting ? health : RESTED, HEALTHY, published, now);
    const before = { cooldown: wasResting ? health : null, learnt: hasLearnt(known) ? known : null };
    return { wasResting, version: versionAfter(published), clearings, before };
  }

  /** What a bill taught one isolate, for all of them. */
  learn(deployment: string, lesson: Partial<Learnt>): void {
    const known = this.#learnt()[deployment] ?? NOTHING_LEARNT;
    const after = joinLearnt(known, lesson);
    if (after === known) return;
    this.#saveLearnt(deployment, after);
    void this.ctx.storage.setAlarm(Date.now());
  }

  listLearnt(): Record<string, Learnt> {
    return Object.fromEntries(Object.entries(this.#learnt()).filter(([, learnt]) => hasLearnt(learnt)));
  }

  list(): Resting[] {
    return this.#rows().flatMap(({ deployment, health: text }) => {
      const health = JSON.parse(text) as Health;
      return health.state === 'open' ? [{ deployment, health }] : [];
    });
  }

  /** An operator's change: in SQLite before the reply, in KV by the alarm. */
  setOverride(...set: SetOverride): OverrideChange {
    return this.#changeOverrides((overrides, now) => setOverride(overrides, set, now));
  }

  clearOverride(kind: OverrideKind, name: string): OverrideChange {
    return this.#changeOverrides((overrides, now) => clearOverride(overrides, kind, name, now));
  }

  /** Those in force. */
  overrides(): Overrides {
    return withoutEnded(this.#overrides(), Date.now());
  }

  override async alarm(): Promise<void> {
    const now = Date.now();
    const cooldowns: Record<string, PublishedCooldown> = {};
    for (const { deployment, published } of this.#rows()) {
      const entry = published === null ? undefined : (JSON.parse(published) as PublishedCooldown);
      const keptMs = entry?.until === 0 ? KEEP_CLEARED_MS : KEEP_RESTING_MS;
      if (entry !== undefined && entry.at > now - keptMs) cooldowns[deployment] = entry;
    }
    const learnt = this.#learnt();
    const isAny = Object.keys(learnt).length > 0;
    const overrides = { ...NOTHING_SETS_YET, ...withoutEnded(this.#overrides(), now) };
    const document: BoardDocument = { schema: 2, cooldowns, ...(isAny && { learnt }), overrides };
    try {
      await this.env.STATE.put(BOARD_KEY, JSON.stringify(document));
      this.#retryMs = FIRST_RETRY_MS;
    } catch {
      const waitMs = this.#retryMs;
      this.#retryMs = Math.min(2 * waitMs, LAST_RETRY_MS);
      // Throwing would use up the platform's six tries; this goes on until KV takes it. A change in the meantime has set its own.
      if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(Date.now() + waitMs);
    }
  }

  #load(deployment: string): { health: Health; published: PublishedCooldown | undefined } {
    const row = this.ctx.storage.sql
      .exec<{ health: string; published: string | null }>(
        'SELECT health, published FROM health WHERE deployment = ?',
        deployment,
      )
      .toArray()[0];
    if (row === undefined) return { health: HEALTHY, published: undefined };
    return {
      health: JSON.parse(row.health) as Health,
      published: row.published === null ? undefined : (JSON.parse(row.published) as PublishedCooldown),
    };
  }

  // No await between load and save, so no other call can come between.
  #save(
    deployment: string,
    before: Health,
    after: Health,
    published: PublishedCooldown | undefined,
    now: number,
  ): void {
    const change = publishedChange(before, after, versionAfter(published), now);
    this.ctx.storage.sql.exec(
      'INSERT OR REPLACE INTO health (deployment, health, published) VALUES (?, ?, ?)',
      deployment,
      JSON.stringify(after),
      JSON.stringify(change ?? published ?? null),
    );
    if (change !== undefined) void this.ctx.storage.setAlarm(now);
  }

  #changeOverrides(decide: (overrides: Overrides, now: number) => OverrideChange): OverrideChange {
    const now = Date.now();
    const before = this.#overrides();
    const change = decide(before, now);
    if (change.overrides.version > before.version) {
      const text = JSON.stringify(change.overrides);
      this.ctx.storage.sql.exec('INSERT OR REPLACE INTO overrides (id, overrides) VALUES (1, ?)', text);
      void this.ctx.storage.setAlarm(now);
    }
    return change;
  }

  #overrides(): Overrides {
    const rows = this.ctx.storage.sql.exec<{ overrides: string }>('SELECT overrides FROM overrides').toArray();
    return rows[0] === undefined ? NO_OVERRIDES : wholeOverrides(JSON.parse(rows[0].overrides));
  }

  #saveLearnt(deployment: string, learnt: Learnt): void {
    this.ctx.storage.sql.exec(
      'INSERT OR REPLACE INTO learnt (deployment, learnt) VALUES (?, ?)',
      deployment,
      JSON.stringify(learnt),
    );
  }

  #learnt(): Record<string, Learnt> {
    const rows = this.ctx.storage.sql.exec<{ deployment: string; learnt: string }>(
      'SELECT deployment, learnt FROM learnt',
    );
    return Object.fromEntries(
      [...rows].map(({ deployment, learnt }) => [deployment, joinLearnt(NOTHING_LEARNT, JSON.parse(learnt))]),
    );
  }

  #rows() {
    return this.ctx.storage.sql
      .exec<{ deployment: string; health: string; published: string | null }>(
        'SELECT deployment, health, published FROM health',
      )
      .toArray();
  }
}
