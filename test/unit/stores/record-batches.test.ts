/** Records reach every sink in batches: none is lost while the isolate lives, none is handed over twice, and none names a user. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClosedRecord, RequestRecord } from '../../../worker/core/slo/record.ts';
import type { Background } from '../../../worker/ports.ts';
import { RecordBatches } from '../../../worker/stores/record-batches.ts';
import { UserHashes } from '../../../worker/stores/user-hash.ts';
import { recordOf } from '../core/slo/support/record.ts';
import { sloFor } from '../core/slo/support/slo-for.ts';
import { TestClock } from '../pipeline/support/clock.ts';

const BAD = { status: 503, code: 'providers_unavailable', ending: 'refused' } as const;

class Isolate {
  readonly clock = new TestClock();
  readonly batches: RequestRecord[][] = [];
  readonly at: number[] = [];
  /** What each batch says of requests that are under way. */
  readonly open: number[] = [];
  closed = 0;
  hash: (user: string, tenant: string) => string | Promise<string> = (user, tenant) =>
    `hash of ${tenant} ${user.length}`;
  /** The platform ends requests of this isolate: their timers never fire. */
  isEnding = false;
  readonly #background: Promise<unknown>[] = [];
  readonly #records: RecordBatches;

  constructor() {
    const { clock } = this;
    const start = clock.now();
    this.#records = new RecordBatches({
      sinks: [
        {
          name: 'test',
          dropped: 0,
          take: async (records, open) => {
            this.open.push(open);
            this.batches.push([...records]);
            this.at.push(clock.now() - start);
          },
        },
      ],
      clock: {
        now: () => clock.now(),
        after: (ms, run) => (this.isEnding ? () => {} : clock.after(ms, run)),
      },
      slo: sloFor(['chat']),
      hashUser: (tenant, user) => this.hash(user, tenant),
    });
  }

  close(more: Partial<ClosedRecord> = {}, atOnce = false): void {
    const background: Background = (work) => void this.#background.push(work);
    const record = { ...recordOf({ requestId: `request ${this.closed++}` }), user: null, userHash: null, ...more };
    this.#records.close(record, background, atOnce);
  }

  opened(request: object): void {
    this.#records.opened(request);
  }

  ended(request: object): void {
    this.#records.ended(request);
  }

  get lost(): number {
    return this.#records.lost;
  }

  get ids(): string[] {
    return this.batches.flat().map(({ requestId }) => requestId);
  }

  get sizes(): number[] {
    return this.batches.map(({ length }) => length);
  }
}

describe('a batch goes out', () => {
  it('ten seconds after its first record', async () => {
    const isolate = new Isolate();
    isolate.close();
    await isolate.clock.advance(4_000);
    isolate.close();
    await isolate.clock.advance(5_999);
    expect(isolate.sizes).toEqual([]);
    await isolate.clock.advance(1);
    expect(isolate.sizes).toEqual([2]);
    expect(isolate.clock.made).toBe(1);
  });

  it('one second after a bad request, with all before it, and the first timer sends nothing more', async () => {
    const isolate = new Isolate();
    isolate.close();
    await isolate.clock.advance(3_000);
    isolate.close(BAD);
    await isolate.clock.advance(1_000);
    expect(isolate.at).toEqual([4_000]);
    await isolate.clock.advance(5_000);
    isolate.close();
    await isolate.clock.advance(9_999);
    expect(isolate.sizes).toEqual([2]);
    await isolate.clock.advance(1);
    expect(isolate.sizes).toEqual([2, 1]);
  });

  it.each([
    ['a refusal of a budget', { status: 429, code: 'budget_exceeded', ending: 'refused' } as const, 10_000],
    ['a caller’s mistake', { status: 400, code: 'invalid_body', ending: 'refused' } as const, 10_000],
    ['an answer that was cut', { code: 'stream_interrupted', ending: 'cut' } as const, 1_000],
    ['a rate limit of providers', { status: 429, code: 'rate_limited_by_provider', ending: 'refused' } as const, 1_000],
  ])('by what counts as bad: %s', async (_, more, waitMs) => {
    const isolate = new Isolate();
    isolate.close(more);
    await isolate.clock.advance(20_000);
    expect(isolate.at).toEqual([waitMs]);
  });

  it('at fifty records, but once a second at most', async () => {
    const isolate = new Isolate();
    for (let one = 0; one < 50; one++) isolate.close();
    await isolate.clock.settle();
    expect(isolate.sizes).toEqual([50]);
    for (let one = 0; one < 120; one++) isolate.close();
    await isolate.clock.advance(999);
    expect(isolate.sizes).toEqual([50]);
    await isolate.clock.advance(1);
    expect(isolate.sizes).toEqual([50, 120]);
  });

  it('at five hundred whatever the time, so that no burst becomes one huge batch', async () => {
    const isolate = new Isolate();
    for (let one = 0; one < 2_000; one++) isolate.close();
    await isolate.clock.settle();
    expect(isolate.sizes).toEqual([50, 500, 500, 500]);
    await isolate.clock.advance(1_000);
    expect(isolate.sizes.at(-1)).toBe(450);
  });

  it('at once for an object that may sleep', async () => {
    const isolate = new Isolate();
    isolate.close({}, true);
    await isolate.clock.settle();
    expect(isolate.at).toEqual([0]);
  });

  it('with the next request, where the one that held the timer was ended before', async () => {
    const isolate = new Isolate();
    isolate.isEnding = true;
    isolate.close();
    isolate.isEnding = false;
    await isolate.clock.advance(9_000);
    isolate.close();
    await isolate.clock.advance(60_000);
    expect(isolate.sizes).toEqual([]);
    isolate.close();
    await isolate.clock.settle();
    expect(isolate.sizes).toEqual([3]);
    isolate.close();
    await isolate.clock.advance(10_000);
    expect(isolate.sizes).toEqual([3, 1]);
  });
});

it('no record is lost or handed over twice, and none waits longer than ten seconds while requests live', async () => {
  const step = fc.record({
    afterMs: fc.nat(12_000),
    many: fc.oneof(fc.constant(1), fc.nat(700)),
    isBad: fc.boolean(),
    isEnding: fc.boolean(),
    atOnce: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const isolate = new Isolate();
      for (const { afterMs, many, isBad, isEnding, atOnce } of steps) {
        await isolate.clock.advance(afterMs);
        isolate.isEnding = isEnding;
        for (let one = 0; one < many; one++) isolate.close(isBad ? BAD : {}, atOnce);
      }
      isolate.isEnding = false;
      await isolate.clock.advance(10_000);
      isolate.close();
      await isolate.clock.advance(10_000);
      const expected = Array.from({ length: isolate.closed }, (_, index) => `request ${index}`);
      expect(isolate.ids.toSorted()).toEqual(expected.toSorted());
      expect(Math.max(...isolate.sizes)).toBeLessThanOrEqual(500);
    }),
    { numRuns: 60 },
  );
});

it('names no user: only a hash leaves the isolate, the same for the same user', async () => {
  const isolate = new Isolate();
  isolate.close({ user: 'alice@example.org' });
  isolate.close({ user: null });
  isolate.close({ user: 'alice@example.org', tenant: null });
  await isolate.clock.advance(10_000);
  expect(isolate.batches.flat().map(({ userHash }) => userHash)).toEqual(['hash of acme 17', null, null]);
  expect(JSON.stringify(isolate.batches)).not.toContain('alice');
});

it('a hash is of tenant and user together, under the secret, and known the second time', async () => {
  const hashes = new UserHashes('secret');
  const hash = await hashes.of('acme', 'alice');
  expect(hash).toMatch(/^[0-9a-f]{16}$/);
  expect(hashes.of('acme', 'alice')).toBe(hash);
  const others = [hashes.of('globex', 'alice'), hashes.of('acme', 'bob'), new UserHashes('other').of('acme', 'alice')];
  expect(new Set([hash, ...(await Promise.all(others))]).size).toBe(4);
});

it('says how many requests are under way when it goes out, but for those that nobody can still wait for', async () => {
  const isolate = new Isolate();
  const [one, two] = [{}, {}];
  isolate.opened(one);
  await isolate.clock.advance(60_000);
  isolate.opened(two);
  isolate.close({}, true);
  isolate.ended({});
  isolate.close({}, true);
  await isolate.clock.advance(19 * 60_000);
  isolate.close({}, true);
  isolate.ended(two);
  isolate.close({}, true);
  expect(isolate.open).toEqual([2, 2, 1, 0]);
});

it('counts a request that the runtime has ended as one lost record, before the next batch goes out, and no other', async () => {
  const isolate = new Isolate();
  const [dead, long, short] = [{}, {}, {}];
  isolate.opened(dead);
  isolate.opened(short);
  await isolate.clock.advance(16 * 60_000);
  isolate.opened(long);
  isolate.ended(short);
  isolate.close({}, true);
  expect(isolate.lost).toBe(0);
  await isolate.clock.advance(4 * 60_000);
  isolate.ended(long);
  isolate.close({}, true);
  expect([isolate.lost, isolate.open]).toEqual([1, [2, 0]]);
  await isolate.clock.advance(60 * 60_000);
  isolate.close({}, true);
  expect(isolate.lost).toBe(1);
});

it('keeps a batch whose request is ended while a user’s name is hashed for the next request to send', async () => {
  const isolate = new Isolate();
  isolate.hash = () => new Promise(() => {});
  isolate.close({ user: 'alice' }, true);
  await isolate.clock.settle();
  isolate.hash = async () => 'hashed';
  isolate.close({ user: 'bob' }, true);
  await isolate.clock.settle();
  expect([isolate.ids, isolate.batches.flat().map(({ userHash }) => userHash)]).toEqual([
    ['request 0', 'request 1'],
    ['hashed', 'hashed'],
  ]);
});

it('hands each record over once where several requests wait for hashes at the same time', async () => {
  const isolate = new Isolate();
  const { clock } = isolate;
  isolate.hash = (user) =>
    new Promise((resolve) => void clock.after(user === 'slow' ? 30 : 10, () => resolve(`hash of ${user}`)));
  isolate.close({ user: 'slow' }, true);
  isolate.close({ user: 'alice' }, true);
  await clock.advance(5);
  isolate.close({ user: 'bob' }, true);
  await clock.advance(47);
  expect(isolate.sizes).toEqual([3]);
  // The third still waits, for a hash that the first has made.
  isolate.close({ user: 'carl' });
  await clock.advance(20_000);
  const hashes = ['hash of slow', 'hash of alice', 'hash of bob', 'hash of carl'];
  expect(isolate.batches.flat().map(({ userHash }) => userHash)).toEqual(hashes);
});
