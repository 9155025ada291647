import { describe, expect, it } from 'vitest';
import type { BoardDocument } from '../../../worker/core/routing/board.ts';
import { clearOverride, setOverride } from '../../../worker/core/routing/override-changes.ts';
import { NO_OVERRIDES, type Overrides } from '../../../worker/core/routing/overrides.ts';
import type { RouterEvent } from '../../../worker/ports.ts';
import { IsolateBoard } from '../../../worker/stores/isolate-board.ts';
import { publishedCooldown } from '../core/routing/published-cooldown.ts';
import { START, TestClock } from '../pipeline/support/clock.ts';
import { deployment, SETTINGS } from '../pipeline/support/router.ts';

const ALIAS = 'app/chat';
const pin = (deployment: string, untilMs = 3_600_000) =>
  ({ deployment, until: START + untilMs, reason: 'incident', who: 'ann' }) as const;

const pinned = (deployment: string, from: Overrides = NO_OVERRIDES): Overrides =>
  setOverride(from, ['pins', ALIAS, pin(deployment)], START).overrides;
const unpinned = (from: Overrides): Overrides => clearOverride(from, 'pins', ALIAS, START).overrides;

const documentOf = (overrides: Overrides): BoardDocument => ({
  schema: 2,
  cooldowns: {},
  overrides: { ...overrides, promotions: {} },
});

class Isolate {
  readonly clock = new TestClock();
  readonly events: RouterEvent[] = [];
  document: BoardDocument | null = null;
  /** What `HealthBoard` holds. */
  held: Overrides | Error | 'never' = NO_OVERRIDES;
  reads = 0;
  asked = 0;
  readonly board = new IsolateBoard(
    {
      read: () => this.read(),
      report: async () => {},
      claimProbe: async () => ({ claim: 'closed', until: 0, askedUntil: 0 }),
      learn: async () => {},
      overrides: async () => {
        this.asked++;
        if (this.held === 'never') return new Promise(() => {});
        if (this.held instanceof Error) throw this.held;
        return this.held;
      },
    },
    SETTINGS,
    this.clock,
    (event) => this.events.push(event),
  );

  read: () => Promise<BoardDocument | null> = async () => {
    this.reads++;
    return structuredClone(this.document);
  };

  constructor(document: BoardDocument | null = null, held: Isolate['held'] = NO_OVERRIDES) {
    this.document = document;
    this.held = held;
  }

  /** A request, and the work behind its response. */
  async request(): Promise<string | undefined> {
    const behind: Promise<unknown>[] = [];
    const waiting = this.board.ready((work) => void behind.push(work));
    if (waiting !== undefined) await this.clock.run(waiting);
    const seen = this.pin;
    await this.clock.run(Promise.all(behind));
    return seen;
  }

  /** Its next read of KV shows this. */
  async nextRead(document: BoardDocument | null): Promise<void> {
    this.document = document;
    await this.clock.advance(5_000);
    await this.request();
  }

  get pin(): string | undefined {
    return this.board.overrides.pins[ALIAS]?.deployment;
  }
}

describe('what an operator sets over this isolate', () => {
  it('is in force at once, and so is its clearing', () => {
    const { board } = new Isolate();
    expect(board.overrides).toBe(NO_OVERRIDES);
    const set = pinned('b');
    board.takeOverrides(set);
    expect(board.overrides).toEqual(set);
    board.takeOverrides(unpinned(set));
    expect(board.overrides).toBe(NO_OVERRIDES);
  });

  it('is not undone by an older reply or an older read', async () => {
    const isolate = new Isolate();
    const first = pinned('a');
    const second = pinned('b', first);
    isolate.board.takeOverrides(second);
    isolate.board.takeOverrides(first);
    expect(isolate.pin).toBe('b');
    for (const old of [documentOf(first), null, { schema: 1, cooldowns: {} } as const]) {
      await isolate.nextRead(old);
      expect(isolate.pin).toBe('b');
    }
  });

  it('is undone by nothing old once it is cleared', async () => {
    const isolate = new Isolate();
    const set = pinned('b');
    isolate.board.takeOverrides(unpinned(set));
    await isolate.nextRead(documentOf(set));
    expect(isolate.board.overrides).toBe(NO_OVERRIDES);
    expect(isolate.asked).toBe(0);
  });

  it('leaves no trace once it has ended: requests see the constant again', async () => {
    const isolate = new Isolate();
    await isolate.request();
    isolate.board.takeOverrides(setOverride(NO_OVERRIDES, ['pins', ALIAS, pin('b', 5_000)], START).overrides);
    expect(isolate.pin).toBe('b');
    await isolate.nextRead(null);
    expect(isolate.board.overrides).toBe(NO_OVERRIDES);
  });
});

describe('two operators, on two isolates', () => {
  const base = pinned('a');
  it.each([
    ['set, then cleared', unpinned(pinned('b', base)), undefined],
    ['cleared, then set', pinned('b', unpinned(base)), 'b'],
  ])('%s: the higher version holds on both, whatever either reads later', async (_, last, expected) => {
    const before = [base, pinned('b', base), unpinned(base)];
    for (const own of before) {
      const isolate = new Isolate();
      isolate.board.takeOverrides(own);
      for (const read of [last, ...before, last]) {
        await isolate.nextRead(documentOf(read));
        expect(isolate.pin).toBe(expected);
      }
    }
  });
});

describe('what others set', () => {
  it('is in force with the first request', async () => {
    const isolate = new Isolate(documentOf(pinned('b')), pinned('b'));
    expect(await isolate.request()).toBe('b');
  });

  it('is in force behind the next read, and costs a request that sets nothing no call', async () => {
    const isolate = new Isolate();
    for (let request = 0; request < 20; request++) await isolate.request();
    expect([isolate.reads, isolate.asked]).toEqual([1, 0]);
    isolate.held = pinned('b');
    await isolate.nextRead(documentOf(pinned('b')));
    expect(isolate.pin).toBe('b');
  });

  it('is waited for by a request that comes after half a minute of none', async () => {
    const isolate = new Isolate();
    await isolate.request();
    isolate.document = documentOf(pinned('b'));
    isolate.held = pinned('b');
    await isolate.clock.advance(29_999);
    expect(await isolate.request()).toBeUndefined();
    isolate.document = documentOf(pinned('c', pinned('b')));
    await isolate.clock.advance(30_000);
    expect(await isolate.request()).toBe('c');
  });

  it.each([
    ['a new isolate', 0],
    ['one that was idle', 30_000],
  ])(
    'is waited for by each request of a burst in %s; a read that never comes keeps a burst two seconds',
    async (_, idleMs) => {
      const isolate = new Isolate();
      if (idleMs > 0) await isolate.request();
      isolate.document = documentOf(pinned('b'));
      isolate.held = pinned('b');
      await isolate.clock.advance(idleMs);
      expect(await Promise.all([1, 2, 3].map(() => isolate.request()))).toEqual(['b', 'b', 'b']);

      isolate.read = () => new Promise(() => {});
      await isolate.clock.advance(30_000);
      const sentAt = isolate.clock.now();
      await isolate.clock.run(Promise.all([1, 2, 3].map(() => isolate.board.ready(() => {}))));
      expect(isolate.clock.now() - sentAt).toBe(2_000);
      expect(isolate.board.ready(() => {})).toBeUndefined();
      expect(isolate.pin).toBe('b');
    },
  );

  it('is waited for by the next request where the one that read it was cut off', async () => {
    const isolate = new Isolate(documentOf(pinned('b')), pinned('b'));
    const { read } = isolate;
    isolate.read = () => new Promise(() => {});
    void isolate.board.ready(() => {});
    isolate.read = read;
    expect(await isolate.request()).toBe('b');
  });

  it('takes one question to HealthBoard, however many change later', async () => {
    let overrides = pinned('b');
    const isolate = new Isolate(documentOf(overrides), overrides);
    await isolate.request();
    for (const deployment of ['a', 'b', 'c']) {
      overrides = pinned(deployment, overrides);
      await isolate.nextRead(documentOf(overrides));
      expect(isolate.pin).toBe(deployment);
    }
    expect(isolate.asked).toBe(1);
  });
});

describe('after a restart', () => {
  const set = pinned('b');

  it('what was cleared and never published does not come back', async () => {
    const isolate = new Isolate(documentOf(set), unpinned(set));
    expect(await isolate.request()).toBeUndefined();
    await isolate.nextRead(documentOf(set));
    expect(isolate.board.overrides).toBe(NO_OVERRIDES);
  });

  it('what was set and never published is in force once the alarm has published it', async () => {
    const isolate = new Isolate(null, set);
    expect(await isolate.request()).toBeUndefined();
    await isolate.nextRead(documentOf(set));
    expect(isolate.pin).toBe('b');
  });

  it.each([['never' as const], [new Error('overloaded')]])(
    'KV is believed where HealthBoard does not answer within two seconds (%s), and asked again',
    async (silence) => {
      const isolate = new Isolate(documentOf(set), silence);
      expect(await isolate.request()).toBe('b');
      expect(isolate.clock.now() - START).toBeLessThanOrEqual(2_000);
      expect(isolate.events).toMatchObject([{ event: 'board_unreadable' }]);
      isolate.held = unpinned(set);
      await isolate.nextRead(documentOf(set));
      expect(isolate.board.overrides).toBe(NO_OVERRIDES);
      expect(isolate.asked).toBe(2);
    },
  );

  it('what an operator sets here while HealthBoard is silent stays', async () => {
    const isolate = new Isolate(documentOf(set), 'never');
    const behind: Promise<unknown>[] = [];
    const waiting = isolate.board.ready((work) => void behind.push(work));
    await isolate.clock.settle();
    isolate.board.takeOverrides(pinned('c', set));
    await isolate.clock.run(Promise.resolve(waiting));
    expect(isolate.pin).toBe('c');
  });
});

describe('builds side by side', () => {
  /** As the build before overrides reads it. */
  const readAsBefore = (document: BoardDocument | null) => ({
    cooldowns: Object.entries(document?.cooldowns ?? {}),
    learnt: Object.entries(document?.learnt ?? {}),
  });
  const cooldowns = { a: publishedCooldown(START, { until: START + 60_000 }) };

  it('an earlier build finds in the new document what it looks for, where it looks for it', () => {
    const published: BoardDocument = JSON.parse(JSON.stringify({ ...documentOf(pinned('b')), cooldowns }));
    expect(readAsBefore(published)).toEqual(readAsBefore({ schema: 1, cooldowns }));
  });

  it('this one reads the cooldowns of schema 1, as a document that says nothing of overrides', async () => {
    const isolate = new Isolate({ schema: 1, cooldowns }, pinned('b'));
    await isolate.request();
    expect(isolate.board.candidates([deployment('a')])).toMatchObject([{ state: 'cooling' }]);
    expect(isolate.board.overrides).toBe(NO_OVERRIDES);
    expect([isolate.asked, isolate.events]).toEqual([0, []]);
  });
});
