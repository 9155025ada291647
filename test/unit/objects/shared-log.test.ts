/** The memory of a shared answer: what is kept for latecomers, what slow readers may hold, and which reader is left behind. */
import { describe, expect, it } from 'vitest';
import type { Refusal, RunEvent } from '../../../worker/core/answers/stream/events.ts';
import {
  READER_STALL_MS,
  SHARED_BEHIND_BYTES,
  SHARED_IN_MEMORY_BYTES,
} from '../../../worker/core/answers/stream/limits.ts';
import { SharedLog } from '../../../worker/objects/shared-answer/shared-log.ts';
import { TestClock } from '../pipeline/support/clock.ts';

const TOO_SLOW: Refusal = { status: 502, head: {}, headers: {}, body: 'too slow' };
const UNIT_BYTES = 100_000;
/** One more event than a slow reader may be behind. */
const TOO_MANY = Math.ceil(SHARED_BEHIND_BYTES / UNIT_BYTES) + 1;
const filler = 'x'.repeat(UNIT_BYTES);
const chunk = (content: string, finish_reason: string | null = null): RunEvent => ({
  kind: 'chunk',
  data: JSON.stringify({ id: 'x', choices: [{ index: 0, delta: { content }, finish_reason }] }),
});
const numbered = (id: number) => chunk(`${id} ${filler}`);

class Bench {
  readonly clock = new TestClock();
  readonly log = new SharedLog(this.clock, () => TOO_SLOW);
  appended = 0;

  /** One event after the other, as a provider's stream is read. */
  async append(events: number): Promise<void> {
    for (let event = 1; event <= events; event++) {
      await this.log.append([numbered(this.log.lastId + 1)]);
      this.appended++;
    }
  }

  reader() {
    const reader = this.log.reader(true, () => {});
    let seenId = 0;
    return {
      reader,
      /** Takes all there is; the ids. */
      take(): number[] {
        const ids: number[] = [];
        for (let events = reader.read(seenId); events.length > 0; events = reader.read(seenId)) {
          ids.push(...events.map(({ id }) => id));
          seenId = ids[ids.length - 1] ?? seenId;
        }
        return ids;
      },
    };
  }
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

describe('a shared answer in memory', () => {
  it('is there from the beginning while it is small; then only what a reader still needs', async () => {
    const bench = new Bench();
    const { log } = bench;
    const reading = bench.reader();
    const small = Math.floor(SHARED_IN_MEMORY_BYTES / UNIT_BYTES) - 1;
    await bench.append(small);
    expect(reading.take()).toEqual(upTo(small));
    expect([log.hasOutgrownMemory, log.read(0).length]).toEqual([false, small]);
    await bench.append(3);
    expect(reading.take()).toHaveLength(3);
    await bench.append(1);
    expect([log.hasOutgrownMemory, log.read(log.lastId - 1).map(({ id }) => id)]).toEqual([true, [small + 4]]);
    expect(log.read(log.lastId - 2)).toHaveLength(1);
  });

  it('gives the whole of a long one, word for word, though nobody holds its events', async () => {
    const bench = new Bench();
    await bench.append(30);
    await bench.log.append([chunk('End.', 'stop')]);
    bench.log.end({ kind: 'complete' });
    const whole = `${upTo(30)
      .map((id) => `${id} ${filler}`)
      .join('')}End.`;
    for (let again = 0; again < 2; again++) {
      const { choices } = JSON.parse(bench.log.completion ?? '') as { choices: { message: { content: string } }[] };
      expect(choices[0]?.message.content === whole).toBe(true);
    }
  });

  it.each([
    ['that broke off', { kind: 'interrupted' as const, error: TOO_SLOW }],
    ['that lost events', { kind: 'complete' as const, skippedEvents: 1 }],
  ])('%s has no whole', async (_, ending) => {
    const bench = new Bench();
    await bench.log.append([chunk('Hello.', 'stop')]);
    bench.log.end(ending);
    expect(bench.log.completion).toBeUndefined();
  });
});

describe('a slow reader', () => {
  it('keeps nobody waiting until it is too far behind, then the provider, and has every event', async () => {
    const bench = new Bench();
    const [fast, slow] = [bench.reader(), bench.reader()];
    const appending = bench.append(TOO_MANY + 20);
    await bench.clock.settle();
    const reached = bench.appended;
    expect(reached * UNIT_BYTES).toBeGreaterThan(SHARED_BEHIND_BYTES - UNIT_BYTES);
    expect(reached).toBeLessThan(TOO_MANY);
    expect(fast.take()).toEqual(upTo(reached));
    const taken = slow.take();
    await appending;
    expect([...taken, ...slow.take()]).toEqual(upTo(TOO_MANY + 20));
    expect(bench.clock.pending).toBe(0);
  });

  it('that takes nothing for a minute is left behind by name; the others go on', async () => {
    const bench = new Bench();
    const [fast, slow] = [bench.reader(), bench.reader()];
    const appending = bench.append(TOO_MANY + 1);
    await bench.clock.settle();
    const ids = fast.take();
    await bench.clock.advance(READER_STALL_MS - 1);
    expect([bench.appended, slow.reader.ending]).toEqual([ids.length, null]);
    await bench.clock.advance(1);
    await appending;
    expect([...ids, ...fast.take()]).toEqual(upTo(TOO_MANY + 1));
    expect([slow.reader.ending, slow.take(), fast.reader.ending]).toEqual([
      { kind: 'interrupted', error: TOO_SLOW },
      [],
      null,
    ]);
  });

  it.each([
    ['leaves', ({ slow }: { slow: ReturnType<Bench['reader']>; bench: Bench }) => slow.reader.close()],
    [
      'is there when the run is cut',
      ({ bench }: { bench: Bench }) => bench.log.end({ kind: 'interrupted', error: TOO_SLOW }),
    ],
  ])('that %s lets the provider go on at once', async (_, happens) => {
    const bench = new Bench();
    const slow = bench.reader();
    const appending = bench.append(TOO_MANY + 1);
    await bench.clock.settle();
    happens({ slow, bench });
    await appending;
    expect(bench.clock.pending).toBe(0);
  });
});
