/** An outage of a provider from its first broken stream to the last thing undone: router, book, board, audit and `GET /slo`, on one clock. */
import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, expect, it } from 'vitest';
import { createApp } from '../../worker/app.ts';
import { withoutEnded } from '../../worker/core/routing/override-changes.ts';
import type { Overrides } from '../../worker/core/routing/overrides.ts';
import type { PublicIncident } from '../../worker/core/slo/incident.ts';
import { compose } from '../../worker/deps.ts';
import type { SloBookDeps } from '../../worker/objects/slo-book/slo-book.ts';
import { carryOutOrder } from '../../worker/stores/policy-orders.ts';
import { SloReports } from '../../worker/stores/slo-reports.ts';
import { sloFor } from '../unit/core/slo/support/slo-for.ts';
import { good, role, streamed, text } from '../unit/pipeline/support/openai.ts';
import { deployment, feature, TestRouter } from '../unit/pipeline/support/router.ts';
import { BookStage, LATE_MS } from './book-stage.ts';

const MINUTE = 60_000;
const REQUESTS = 10;
const POLICY = [
  {
    name: 'outage',
    on: 'burn>6x/6h',
    sli: 'success' as const,
    do: ['incident' as const, 'pin' as const, 'freeze' as const],
  },
];

let stages = 0;

/** A book whose policy reaches a real board and a real audit. */
class OutageStage extends BookStage {
  readonly router = new TestRouter([deployment('a', { order: 1 }), deployment('b', { order: 1 })], {
    allowedFails: 1_000,
  });
  readonly #name = `outage ${stages++}`;
  readonly #reports = new SloReports({
    clock: this.clock,
    report: (narrowing) => this.inside((book) => book.report(narrowing)),
    drills: async () => [],
  });
  /** Of all requests so far, by what their clients saw. */
  readonly counts = { good: 0, bad: 0 };
  isDown = { a: false, b: false };
  #flushed = 0;

  constructor() {
    super(sloFor(['chat'], { preset: 'chat', public: ['chat-success'], policy: POLICY }));
    (this.router.deps.config.features as Map<string, unknown>).set('chat', feature('chat'));
  }

  override get deps(): SloBookDeps {
    const { aliases, features } = this.router.deps.config;
    const { config, ...deps } = super.deps;
    return {
      ...deps,
      config: { ...config, aliases, features },
      overrides: () => this.board(),
      carryOut: (order) => {
        this.orders.push(order);
        return carryOutOrder(order, { board: this.#board, operators: this.audit }, this.clock.now());
      },
    };
  }

  /** A stub belongs to the context that made it: the test, or the book. */
  get #board() {
    return env.HEALTH_BOARD.get(env.HEALTH_BOARD.idFromName(this.#name));
  }

  get audit() {
    return env.OPERATORS.get(env.OPERATORS.idFromName(this.#name));
  }

  /** Those in force. The object's own clock is the machine's, which is behind: it ends none of them. */
  async board(): Promise<Overrides> {
    return withoutEnded(await this.#board.overrides(), this.clock.now());
  }

  /** Ten requests down the router's line by what the board says, half to each deployment; then the book takes them over and looks. */
  async minute(): Promise<void> {
    const { router } = this;
    router.board.takeOverrides(await this.board());
    for (let request = 0; request < REQUESTS; request++) {
      router.random = () => (request % 2 === 0 ? 0.1 : 0.9);
      for (const id of ['a', 'b'] as const) {
        router.upstream.on(id, this.isDown[id] ? streamed(role, text('Once'), 'reset') : good(true, 'All is well.'));
      }
      const { code } = await router.ask({ stream: true });
      this.counts[code === undefined ? 'good' : 'bad']++;
    }
    await router.clock.advance(MINUTE - 10_000);
    await this.pass(router.clock.now() - this.clock.now());
    const records = router.records
      .slice(this.#flushed)
      .map(({ user: _, ...record }) => ({ ...record, userHash: null }));
    this.#flushed += records.length;
    await this.flush(...records);
    await router.clock.advance(10_000);
    await this.pass(router.clock.now() - this.clock.now());
  }

  /** As many, or until something is so; how many there were. */
  async minutes(most: number, isEnough: () => boolean = () => false): Promise<number> {
    for (let minute = 1; minute <= most; minute++) {
      await this.minute();
      if (isEnough()) return minute;
    }
    return most;
  }

  /** What everybody sees. */
  async everybody(): Promise<{ success: Record<string, unknown> | undefined; incidents: PublicIncident[] }> {
    const composition = compose(env);
    const config = { ...composition.config, slo: this.slo };
    const app = createApp(() => ({ ...composition, config, sloReports: this.#reports }));
    const request = new Request('http://localhost/slo') as Parameters<typeof app>[0];
    const body = (await (await app(request, env, createExecutionContext())).json()) as {
      objectives: Record<string, unknown>[];
      incidents: PublicIncident[];
    };
    return { success: body.objectives.find(({ name }) => name === 'chat-success'), incidents: body.incidents };
  }

  incidents() {
    return this.inside((book) => book.incidents(Number.MAX_SAFE_INTEGER, 10).incidents);
  }

  told(type: string) {
    return this.notices.filter((notice) => notice.type === type);
  }
}

let stage: OutageStage;
beforeEach(() => {
  stage = new OutageStage();
});

/** What is left of the error budget by what clients saw: 0.5 % of requests may fail. */
const left = () => 1 - stage.counts.bad / (stage.counts.good + stage.counts.bad) / 0.005;
const isPaged = () => stage.notices.some(({ severity, type }) => type === 'slo.burning' && severity === 'page');

it('of a: a page and an incident within the minute, b is pinned, everybody is told, and all of it is undone after recovery', async () => {
  await stage.minutes(30);
  expect([stage.notices, stage.orders, stage.counts]).toEqual([[], [], { good: 300, bad: 0 }]);
  expect(await stage.everybody()).toMatchObject({
    success: { state: 'healthy', errorBudgetRemaining: 1 },
    incidents: [],
  });

  stage.isDown = { a: true, b: false };
  const began = stage.router.clock.now();
  // Five of ten fail: 5 of 310 are 3.2 times the budget, 10 of 320 are 6.25 times.
  expect(await stage.minutes(20, isPaged)).toBe(2);
  const page = stage.notices.find(({ severity }) => severity === 'page');
  expect(page).toMatchObject({ type: 'slo.burning', at: began + 2 * MINUTE, data: { objective: 'chat-success' } });
  const [opened] = stage.told('incident.opened');
  expect(opened).toMatchObject({ at: began + 2 * MINUTE + LATE_MS, severity: 'incident' });
  const overrides = await stage.board();
  expect(overrides.pins).toMatchObject({ 'app/chat': { deployment: 'b', who: 'policy:outage' } });
  expect(overrides.frozen).toMatchObject({ '*': { who: 'policy:outage' } });

  await stage.pass(10_000);
  const during = await stage.everybody();
  expect(during.incidents).toMatchObject([{ closedAt: null, text: 'Some answers of chat did not arrive.' }]);
  expect(during.success).toMatchObject({ state: 'exhausted' });
  expect(during.success?.errorBudgetRemaining).toBeCloseTo(left(), 2);
  expect(stage.counts).toEqual({ good: 310, bad: 10 });

  // Only b is asked, so nothing fails although a is still down.
  await stage.router.clock.advance(10_000);
  await stage.minutes(15);
  expect(stage.counts.bad).toBe(10);
  stage.isDown = { a: false, b: false };
  await stage.minutes(25);
  expect(stage.counts.bad).toBe(10);
  expect(await stage.board()).toMatchObject({ pins: {}, frozen: {} });
  const [incident, ...others] = await stage.incidents();
  expect(others).toEqual([]);
  expect(incident).toMatchObject({ openedBy: 'policy:outage', closedBy: 'policy:outage', feature: 'chat' });
  expect(incident?.title).toBe('Success of chat burns its error budget 6.3 times too fast over six hours.');
  expect(incident?.actions.map(({ text }) => text)).toEqual([
    'app/chat was pinned to b for 30 minutes: a made 100 % of its bad attempts.',
    'Promotions were frozen.',
    expect.stringMatching(/^The (pin of app\/chat|freeze) was undone\.$/),
    'The error budget has not burnt too fast for half an hour.',
  ]);
  // Half an hour after the last failure, or in the minute after.
  const minutes = ((incident?.closedAt ?? 0) - (incident?.openedAt ?? 0)) / MINUTE;
  expect([30, 31]).toContain(Math.round(minutes));
  expect(stage.told('incident.closed')).toHaveLength(1);
  expect((await stage.everybody()).incidents).toMatchObject([{ closedAt: incident?.closedAt }]);
  expect(stage.orders.filter(({ do: does }) => does === 'undo')).toHaveLength(stage.orders.length - 2);

  const audit = (await stage.audit.audit(undefined, 20)) as { who: string; call: string; pending?: true }[];
  expect(audit.every(({ who, pending }) => who === 'policy:outage' && pending === undefined)).toBe(true);
  expect(
    audit
      .map(({ call }) => call)
      .reverse()
      .slice(0, 2),
  ).toEqual(['PUT /admin/pins/app%2Fchat', 'PUT /admin/freeze']);
  expect(audit.find(({ call }) => call === 'DELETE /admin/freeze')).toMatchObject({ to: null, what: 'end the freeze' });
});

it('of both: a page and an incident all the same, and nobody is pinned', async () => {
  await stage.minutes(30);
  stage.isDown = { a: true, b: true };
  // Ten of ten fail: 10 of 310 are 6.5 times the budget.
  expect(await stage.minutes(20, isPaged)).toBe(1);
  await stage.minutes(5);
  expect((await stage.board()).pins).toEqual({});
  expect(stage.orders.map(({ do: does }) => does)).toEqual(['freeze']);
  const [incident] = await stage.incidents();
  expect(incident).toMatchObject({ closedAt: null });
  expect(incident?.actions.map(({ text }) => text)).toContain(
    'app/chat was not pinned: the bad attempts come from more than one deployment.',
  );
  expect(stage.counts).toEqual({ good: 300, bad: 60 });
  await stage.pass(10_000);
  expect((await stage.everybody()).success?.errorBudgetRemaining).toBeCloseTo(left(), 2);
});
