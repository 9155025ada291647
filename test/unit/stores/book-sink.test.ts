import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Flush, FlushBody } from '../../../worker/core/slo/flush.ts';
import { unpackRecords } from '../../../worker/core/slo/packed.ts';
import { Sources } from '../../../worker/core/slo/sources.ts';
import { BookSink } from '../../../worker/stores/book-sink.ts';
import { recordOf } from '../core/slo/support/record.ts';
import { sloFor } from '../core/slo/support/slo-for.ts';
import { TestClock } from '../pipeline/support/clock.ts';

/** What becomes of one call. */
type Fate = 'answered' | 'lost' | 'reply lost' | 'hangs' | 'late';

/** A book behind a bad network. */
class Net {
  readonly clock = new TestClock();
  readonly sources = new Sources();
  readonly fates: Fate[];
  readonly drops = { otlp: 0 };
  taken: Flush[] = [];
  calls = 0;

  constructor(fates: Fate[] = []) {
    this.fates = fates;
  }

  sink(source = 'isolate'): BookSink {
    const sink: BookSink = new BookSink({
      source,
      slo: sloFor([]),
      clock: this.clock,
      record: (flush) => this.#record(flush),
      dropped: () => ({ book: sink.dropped, ...this.drops }),
    });
    return sink;
  }

  get bodies(): FlushBody[] {
    return this.taken.map(({ body }) => JSON.parse(body) as FlushBody);
  }

  /** Request ids, as the book would count them. */
  get counted(): string[] {
    return this.bodies.flatMap(({ records }) => unpackRecords(records).map(({ requestId }) => requestId));
  }

  async #record(flush: Flush): Promise<void> {
    this.calls++;
    const fate = this.fates.shift() ?? 'answered';
    if (fate === 'late') await new Promise<void>((resolve) => void this.clock.after(20_000, resolve));
    const arrives = fate !== 'lost' && fate !== 'hangs';
    if (arrives && this.sources.take(flush.source, flush.seq, this.clock.now())) this.taken.push(flush);
    if (fate === 'hangs') await new Promise(() => {});
    if (fate !== 'answered') throw new Error('the network broke');
  }
}

const batch = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => recordOf({ requestId: `request ${from + index}` }));

describe('the book’s sink', () => {
  it('sends a batch once, with the time of the call', async () => {
    const net = new Net();
    await net.clock.run(net.sink().take(batch(0, 3)));
    expect(net.taken).toMatchObject([{ source: 'isolate', seq: 0, sentAt: net.clock.now() }]);
    expect(net.counted).toEqual(['request 0', 'request 1', 'request 2']);
  });

  it('repeats a call under the same number, and gives up within 20 s', async () => {
    const net = new Net(['lost', 'hangs', 'answered']);
    const sink = net.sink();
    await net.clock.run(sink.take(batch(0, 1)));
    expect([net.calls, net.taken.map(({ seq }) => seq), sink.dropped]).toEqual([3, [0], 0]);

    net.fates.push('hangs', 'hangs', 'hangs', 'hangs');
    const began = net.clock.now();
    await net.clock.run(sink.take(batch(1, 2)));
    expect(net.clock.now() - began).toBeLessThanOrEqual(20_000);
    expect([net.calls, sink.dropped]).toEqual([7, 2]);
  });

  it('holds at most 2,000 records, drops the others at once, and forgets what the platform has ended', async () => {
    const net = new Net(Array.from({ length: 40 }, () => 'hangs'));
    const sink = net.sink();
    for (let flush = 0; flush < 45; flush++) void sink.take(batch(flush * 50, 50));
    await net.clock.settle();
    expect([net.calls, sink.dropped]).toEqual([40, 250]);

    // As after a request that ended in the middle: its timers never fire.
    const ended = new Net(Array.from({ length: 40 }, () => 'hangs'));
    const other = ended.sink();
    const after = ended.clock.after.bind(ended.clock);
    ended.clock.after = () => () => {};
    for (let flush = 0; flush < 40; flush++) void other.take(batch(flush * 50, 50));
    await ended.clock.settle();
    ended.clock.after = after;
    await ended.clock.advance(30_000);
    await ended.clock.run(other.take(batch(2_000, 50)));
    expect([ended.counted.length, other.dropped]).toEqual([50, 2_000]);
  });

  it('tells the book what every sink of the isolate has dropped, once', async () => {
    const net = new Net();
    const sink = net.sink();
    net.drops.otlp = 3;
    await net.clock.run(sink.take(batch(0, 1)));
    await net.clock.run(sink.take(batch(1, 1)));
    net.drops.otlp = 4;
    net.fates.push('lost', 'lost', 'lost', 'lost');
    await net.clock.run(sink.take(batch(2, 1)));
    await net.clock.run(sink.take(batch(3, 1)));
    expect(net.bodies.map(({ dropped }) => dropped)).toEqual([{ otlp: 3 }, {}, { otlp: 1, book: 1 }]);
  });

  it('reports drops again where the platform has ended the flush that was to report them', async () => {
    const net = new Net(['hangs']);
    const sink = net.sink();
    net.drops.otlp = 7;
    // As after a request that ended in the middle: its timers never fire.
    const after = net.clock.after.bind(net.clock);
    net.clock.after = () => () => {};
    void sink.take(batch(0, 1));
    await net.clock.settle();
    net.clock.after = after;
    await net.clock.advance(30_000);
    await net.clock.run(sink.take(batch(1, 1)));
    expect(net.bodies.map(({ dropped }) => dropped)).toEqual([{ book: 1, otlp: 7 }]);
  });

  it('never lets a record count twice, whatever the network does', async () => {
    const fate = fc.constantFrom<Fate>('answered', 'lost', 'reply lost', 'hangs', 'late');
    await fc.assert(
      fc.asyncProperty(fc.array(fate, { maxLength: 40 }), fc.nat(8), async (fates, sent) => {
        const net = new Net(fates);
        const sinks = [net.sink('one'), net.sink('two')];
        const work = Array.from({ length: sent * 2 }, (_, flush) => sinks[flush % 2]?.take(batch(flush * 3, 3)));
        await net.clock.run(Promise.all(work));
        await net.clock.advance(60_000);
        expect(new Set(net.counted).size).toBe(net.counted.length);
        const dropped = (sinks[0]?.dropped ?? 0) + (sinks[1]?.dropped ?? 0);
        // What is given up may have arrived all the same, for its reply was lost.
        expect(net.counted.length).toBeGreaterThanOrEqual(sent * 6 - dropped);
        expect(net.counted.length).toBeLessThanOrEqual(sent * 6);
      }),
      { numRuns: 60 },
    );
  });
});
