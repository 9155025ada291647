import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BoardDocument, PublishedCooldown } from '../../../worker/core/routing/board.ts';
import type { HealthReport, Observation, ProbeAnswer } from '../../../worker/core/routing/health.ts';
import { NO_OVERRIDES } from '../../../worker/core/routing/overrides.ts';
import type { RouterEvent } from '../../../worker/ports.ts';
import { IsolateBoard } from '../../../worker/stores/isolate-board.ts';
import { publishedCooldown } from '../core/routing/published-cooldown.ts';
import { START, TestClock } from '../pipeline/support/clock.ts';
import { deployment, SETTINGS } from '../pipeline/support/router.ts';

const a = deployment('a');

class Isolate {
  readonly clock = new TestClock();
  readonly reports: HealthReport[] = [];
  readonly events: RouterEvent[] = [];
  reads = 0;
  probes = 0;
  document: BoardDocument | null = null;
  answer: ProbeAnswer | Error | 'never' = { claim: 'granted', until: 0, askedUntil: 0 };
  readError: Error | 'never' | undefined;
  readonly board = new IsolateBoard(
    {
      read: async () => {
        this.reads++;
        if (this.readError === 'never') return new Promise(() => {});
        if (this.readError) throw this.readError;
        return this.document;
      },
      report: async (reports) => void this.reports.push(...reports),
      claimProbe: async () => {
        this.probes++;
        if (this.answer instanceof Error) throw this.answer;
        if (this.answer === 'never') return new Promise(() => {});
        return this.answer;
      },
      learn: async () => {},
      overrides: async () => NO_OVERRIDES,
    },
    SETTINGS,
    this.clock,
    (event) => this.events.push(event),
  );

  publish(entry: Partial<PublishedCooldown>): void {
    this.document = { schema: 1, cooldowns: { a: publishedCooldown(START, entry) } };
  }

  async ready(): Promise<void> {
    const behind: Promise<unknown>[] = [];
    await this.board.ready((work) => void behind.push(work));
    await Promise.all(behind);
  }

  observe(result: Observation['result'], more: Partial<Observation> = {}): void {
    this.board.observe(a, { startedAt: this.clock.now(), result, user: null, ...more }, () => {});
  }

  fail(times = 4): void {
    for (let failure = 0; failure < times; failure++) this.observe('server_error');
  }

  get healthState() {
    return this.board.candidates([a])[0]?.state;
  }
}

describe('its own breaker', () => {
  it('begins a cooldown at once, without asking anybody', () => {
    const isolate = new Isolate();
    isolate.fail(3);
    expect(isolate.healthState).toBe('up');
    isolate.fail(1);
    expect(isolate.healthState).toBe('cooling');
    expect(isolate.reads).toBe(0);
  });

  it('reports each failure, with the successes before it in a sum', () => {
    const isolate = new Isolate();
    for (let success = 0; success < 7; success++) isolate.observe('success');
    expect(isolate.reports).toEqual([]);
    isolate.observe('server_error');
    isolate.observe('cut');
    expect(isolate.reports.map(({ outcomes }) => outcomes.map(({ result, count }) => [result, count]))).toEqual([
      [
        ['success', 7],
        ['server_error', undefined],
      ],
      [['cut', undefined]],
    ]);
  });

  it('keeps its own matters to itself: the caller’s faults, a place refused, a short wait', () => {
    const isolate = new Isolate();
    for (const result of ['bad_request', 'flagged', 'too_long', 'region', 'unknown'] as const) isolate.observe(result);
    expect(isolate.reports).toEqual([]);
    expect(isolate.healthState).toBe('cooling');
    const limited = new Isolate();
    limited.observe('rate_limited', { retryAfterMs: 4_999 });
    expect(limited.reports).toEqual([]);
    limited.observe('rate_limited', { retryAfterMs: 5_000 });
    expect(limited.reports).toHaveLength(1);
  });

  it('reports short waits as failures once they have become a cooldown', async () => {
    const isolate = new Isolate();
    for (let failure = 0; failure < 4; failure++) {
      isolate.observe('rate_limited', { retryAfterMs: 1_000 });
      await isolate.clock.advance(1_000);
    }
    expect(isolate.healthState).toBe('cooling');
    expect(isolate.reports).toHaveLength(1);
    const [outcome] = isolate.reports[0]?.outcomes ?? [];
    expect(outcome).toMatchObject({ result: 'rate_limited', count: 4 });
    expect(outcome?.retryAfterMs).toBeUndefined();
  });

  it('asks nobody before it probes after a short wait of its own', async () => {
    const isolate = new Isolate();
    isolate.observe('rate_limited', { retryAfterMs: 1_000 });
    await isolate.clock.advance(1_000);
    expect(await isolate.board.claimProbe(a, 30_000)).toBe(true);
    expect(await isolate.board.claimProbe(a, 30_000)).toBe(false);
    expect(isolate.probes).toBe(0);
  });

  it('says loudly what an operator has to mend, also of one that is in cooldown already, once', () => {
    const isolate = new Isolate();
    isolate.fail();
    expect(isolate.events).toMatchObject([{ event: 'deployment_cooling', needsOperator: false, cooldownMs: 10_000 }]);
    isolate.observe('bad_key');
    isolate.observe('bad_key');
    isolate.fail();
    expect(isolate.events).toHaveLength(2);
    expect(isolate.events[1]).toMatchObject({ cause: 'bad_key', needsOperator: true });
  });
});

describe('what others published', () => {
  it('is read before the first request, then behind one at most every five seconds', async () => {
    const isolate = new Isolate();
    isolate.publish({});
    await isolate.board.ready(() => expect.fail('the first is waited for'));
    expect(isolate.healthState).toBe('cooling');
    for (let request = 0; request < 20; request++) await isolate.ready();
    expect(isolate.reads).toBe(1);
    await isolate.clock.advance(5_000);
    const behind: Promise<unknown>[] = [];
    expect(isolate.board.ready((work) => void behind.push(work))).toBeUndefined();
    expect(behind).toHaveLength(1);
    expect(isolate.reads).toBe(2);
  });

  it('is read once behind the responses of a burst', async () => {
    const isolate = new Isolate();
    await isolate.ready();
    await isolate.clock.advance(5_000);
    await Promise.all([1, 2, 3].map(() => isolate.ready()));
    expect(isolate.reads).toBe(2);
  });

  it('that cannot be read stops nobody, and is reported', async () => {
    const isolate = new Isolate();
    isolate.readError = new Error('KV is down');
    await isolate.ready();
    expect(isolate.healthState).toBe('up');
    expect(isolate.events).toMatchObject([{ event: 'board_unreadable' }]);
  });

  it('that never comes is waited for two seconds, once', async () => {
    const isolate = new Isolate();
    isolate.readError = 'never';
    await isolate.clock.run(isolate.ready());
    expect(isolate.clock.now() - START).toBe(2_000);
    expect(isolate.events).toMatchObject([{ event: 'board_unreadable' }]);
  });

  it('ends in the highest version’s state, in whatever order old and new copies come', async () => {
    const version = fc.record({ version: fc.integer({ min: 1, max: 8 }), until: fc.constantFrom(0, START + 60_000) });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(version, { selector: ({ version }) => version, minLength: 1 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        async (versions, order) => {
          const isolate = new Isolate();
          const newest = versions.reduce((one, other) => (other.version > one.version ? other : one));
          // Each cooldown begins after the one before it was cleared, as HealthBoard decides.
          const read = [...order.map((place) => versions[place % versions.length] ?? newest), newest, ...versions];
          for (const { version, until } of read) {
            isolate.publish({ version, until, at: START + version });
            await isolate.ready();
            await isolate.clock.advance(5_000);
          }
          await isolate.clock.advance(0);
          const expected = newest.until === 0 ? 'up' : isolate.clock.now() >= newest.until ? 'half-open' : 'cooling';
          // A cooldown from an older copy that came first does not outlast what the newest copy says.
          expect(isolate.healthState).toBe(expected);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('does not put into cooldown again what this isolate has found well since', async () => {
    const isolate = new Isolate();
    isolate.publish({});
    await isolate.ready();
    await isolate.clock.advance(10_000);
    expect(await isolate.board.claimProbe(a, 30_000)).toBe(true);
    isolate.observe('success');
    await isolate.ready();
    expect(isolate.healthState).toBe('up');
  });

  it('is not ended by a success that was asked before it became known here', async () => {
    const isolate = new Isolate();
    await isolate.ready();
    await isolate.clock.advance(5_000);
    const startedAt = isolate.clock.now();
    isolate.publish({ until: START + 60_000 });
    await isolate.clock.advance(5);
    await isolate.ready();
    isolate.observe('success', { startedAt });
    expect(isolate.healthState).toBe('cooling');
    expect(isolate.reports).toEqual([]);
    // Asked since, as the last deployment left: that counts as a probe.
    isolate.observe('success');
    expect(isolate.healthState).toBe('up');
    expect(isolate.reports).toHaveLength(1);
  });

  it('brings the time that a provider asked for', async () => {
    const isolate = new Isolate();
    isolate.publish({ until: START + 30_000, askedUntil: START + 30_000 });
    await isolate.ready();
    expect(isolate.board.candidates([a])).toMatchObject([{ asked: true, until: START + 30_000 }]);
  });
});

describe('a probe', () => {
  async function halfOpen(): Promise<Isolate> {
    const isolate = new Isolate();
    isolate.fail();
    await isolate.clock.advance(10_000);
    return isolate;
  }

  it('is claimed here first and of HealthBoard then, by one of many at once', async () => {
    const isolate = await halfOpen();
    const claims = await Promise.all([1, 2, 3, 4].map(() => isolate.board.claimProbe(a, 30_000)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(isolate.probes).toBe(1);
  });

  it('that somebody else has is asked for again after as long as the board says, a cooldown at most', async () => {
    const isolate = await halfOpen();
    isolate.answer = { claim: 'taken', until: isolate.clock.now() + 4_000, askedUntil: isolate.clock.now() + 3_000 };
    expect(await isolate.board.claimProbe(a, 30_000)).toBe(false);
    expect(isolate.board.candidates([a])).toMatchObject([
      { state: 'cooling', until: isolate.clock.now() + 4_000, asked: true },
    ]);
    await isolate.clock.advance(4_000);
    isolate.answer = { claim: 'taken', until: isolate.clock.now() + 60_000, askedUntil: 0 };
    expect(await isolate.board.claimProbe(a, 30_000)).toBe(false);
    expect(isolate.board.candidates([a])).toMatchObject([{ until: isolate.clock.now() + 10_000 }]);
    await isolate.clock.advance(10_000);
    isolate.answer = { claim: 'taken', until: 0, askedUntil: 0 };
    await isolate.board.claimProbe(a, 30_000);
    expect(isolate.board.candidates([a])).toMatchObject([{ until: isolate.clock.now() + 1_000 }]);
  });

  it('that comes before the cooldown ends at the board is asked for again when it does', async () => {
    const isolate = await halfOpen();
    isolate.answer = { claim: 'taken', until: isolate.clock.now() + 7, askedUntil: 0 };
    expect(await isolate.board.claimProbe(a, 30_000)).toBe(false);
    expect(isolate.board.candidates([a])).toMatchObject([{ until: isolate.clock.now() + 7 }]);
  });

  it('is not needed where the board has found it well', async () => {
    const isolate = await halfOpen();
    isolate.answer = { claim: 'closed', until: 0, askedUntil: 0 };
    expect(await isolate.board.claimProbe(a, 30_000)).toBe(true);
    expect(isolate.healthState).toBe('up');
  });

  it('is this isolate’s own where HealthBoard is out of reach', async () => {
    const isolate = await halfOpen();
    isolate.answer = new Error('overloaded');
    const claims = await Promise.all([1, 2, 3].map(() => isolate.board.claimProbe(a, 30_000)));
    expect(claims.filter(Boolean)).toHaveLength(1);
  });

  it('is this isolate’s own too where HealthBoard never answers, after two seconds', async () => {
    const isolate = await halfOpen();
    isolate.answer = 'never';
    const began = isolate.clock.now();
    expect(await isolate.clock.run(isolate.board.claimProbe(a, 30_000))).toBe(true);
    expect(isolate.clock.now() - began).toBe(2_000);
    expect(isolate.clock.pending).toBe(0);
  });

  it('that succeeds is reported at once', async () => {
    const isolate = await halfOpen();
    await isolate.board.claimProbe(a, 30_000);
    const before = isolate.reports.length;
    isolate.observe('success');
    expect(isolate.healthState).toBe('up');
    expect(isolate.reports.slice(before)).toMatchObject([
      { deployment: 'a', outcomes: [{ result: 'success' }, { result: 'success' }] },
    ]);
  });

  it.each(['unknown', 'flagged', 'region'] as const)(
    'that ends with %s is given back, here and there',
    async (result) => {
      const isolate = await halfOpen();
      await isolate.board.claimProbe(a, 30_000);
      const before = isolate.reports.length;
      isolate.observe(result);
      expect(isolate.reports.slice(before)).toMatchObject([{ outcomes: [{ result: 'unknown' }] }]);
    },
  );

  it('lapses when it never reports', async () => {
    const isolate = await halfOpen();
    await isolate.board.claimProbe(a, 30_000);
    await isolate.clock.advance(29_999);
    expect(await isolate.board.claimProbe(a, 30_000)).toBe(false);
    await isolate.clock.advance(1);
    expect(await isolate.board.claimProbe(a, 30_000)).toBe(true);
  });

  it('never shortens a cooldown that was learnt of while the board was asked', async () => {
    const isolate = await halfOpen();
    isolate.answer = { claim: 'taken', until: 0, askedUntil: 0 };
    const claiming = isolate.board.claimProbe(a, 30_000);
    isolate.observe('rate_limited', { retryAfterMs: 60_000 });
    await claiming;
    expect(isolate.board.candidates([a])).toMatchObject([{ asked: true, until: isolate.clock.now() + 60_000 }]);
  });
});

describe('an operator’s clearing', () => {
  it('holds here at once', () => {
    const isolate = new Isolate();
    isolate.fail();
    isolate.board.clear(a, { version: 2, clearings: 0 });
    expect(isolate.healthState).toBe('up');
  });

  it('is not undone by an older entry that is still on its way', async () => {
    const isolate = new Isolate();
    isolate.publish({ version: 3 });
    isolate.board.clear(a, { version: 4, clearings: 0 });
    await isolate.ready();
    expect(isolate.board.candidates([a])[0]?.state).toBe('up');
  });
});

describe('places', () => {
  const narrow = deployment('n', { maxParallel: 2 });

  it('are as many as maxParallel, for each deployment its own', () => {
    const { board } = new Isolate();
    const [one, two, three] = [{}, {}, {}];
    expect([one, two, three].map((request) => board.enter(narrow, request))).toEqual([true, true, false]);
    expect(board.enter(a, one)).toBe(true);
    board.leave(narrow, one);
    expect([board.enter(narrow, three), board.enter(narrow, one)]).toEqual([true, false]);
  });

  it('of requests that the runtime has ended are free again once no request can have run for so long', async () => {
    const { board, clock } = new Isolate();
    const [killed, lives, next] = [{}, {}, {}];
    board.enter(narrow, killed);
    await clock.advance(1_000);
    board.enter(narrow, lives);
    await clock.advance(SETTINGS.totalTimeoutMs + SETTINGS.maxStreamDurationMs - 1_001);
    expect(board.enter(narrow, next)).toBe(false);
    // Not to the millisecond: a reader who is slow to the last is waited for.
    await clock.advance(30_001);
    expect([board.enter(narrow, next), board.enter(narrow, {})]).toEqual([true, false]);
    board.leave(narrow, lives);
    expect([board.enter(narrow, {}), board.enter(narrow, {})]).toEqual([true, false]);
  });
});

describe('another model, address or key', () => {
  it('starts without the state of the one before', async () => {
    const isolate = new Isolate();
    isolate.publish({});
    await isolate.ready();
    const corrected = deployment('a', { healthId: 'a~corrected' });
    expect(isolate.board.candidates([a, corrected]).map(({ state }) => state)).toEqual(['cooling', 'up']);
  });
});
