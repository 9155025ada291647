import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readBody } from '../../../worker/body/read-body.ts';
import { BytesInFlight } from '../../../worker/core/bytes-in-flight.ts';
import { START, TestClock } from '../pipeline/support/clock.ts';

const LIMITS = { textBytes: 1_000, mediaBytes: 5_000 };
const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Chunks, and waits in milliseconds between them; it never ends where the last is 'open'. */
type Piece = Uint8Array | string | number | 'open';

function reader(limits = LIMITS, bodies = new BytesInFlight(new TestClock())) {
  const clock = new TestClock();
  /** Its clock stands still: unpacking takes real time. */
  const readNow = (body: BodyInit | null, headers: Record<string, string> = {}) => {
    const init = { method: 'POST', body, headers, ...(body instanceof ReadableStream && { duplex: 'half' }) };
    const request = new Request('https://router.example/', init as RequestInit);
    return readBody(request, limits, clock, bodies.open()).then((read) => (read.ok ? read.value : read.error));
  };
  const read: typeof readNow = (body, headers) => clock.run(readNow(body, headers));
  const stream = (pieces: readonly Piece[]) => {
    const left = [...pieces];
    return new ReadableStream<Uint8Array>({
      async pull(controller) {
        const piece = left.shift();
        if (piece === undefined) return controller.close();
        if (piece === 'open') return new Promise(() => {});
        if (typeof piece === 'number') {
          await new Promise<void>((resume) => void clock.after(piece, resume));
          return this.pull?.(controller);
        }
        controller.enqueue(typeof piece === 'string' ? bytesOf(piece) : piece);
      },
    });
  };
  return { clock, read, readNow, stream };
}

describe('a body', () => {
  it('is read as it is, with its length told and without', async () => {
    const { read, stream } = reader();
    expect(await read('héllo', { 'content-length': '6' })).toBe('héllo');
    const bytes = bytesOf('héllo');
    expect(await read(stream([bytes.slice(0, 2), bytes.slice(2)]))).toBe('héllo');
    expect(await read(null)).toBe('');
  });

  it('ends at the limit of text, and goes on to that of media where some were seen by then', async () => {
    const { read, stream } = reader();
    const tooLarge = (limitBytes: number) => ({ code: 'payload_too_large', limitBytes });
    expect(await read(stream(['x'.repeat(1_000)]))).toHaveLength(1_000);
    expect(await read(stream(['x'.repeat(600), 'x'.repeat(600), 'open']))).toEqual(tooLarge(1_000));
    for (const name of ['image_url', 'file_data', 'input_audio']) {
      const head = `{"${name}":"`;
      expect(await read(stream([head, 'x'.repeat(4_000)]))).toHaveLength(4_000 + head.length);
      expect(await read(stream([head, 'x'.repeat(5_000), 'open']))).toEqual(tooLarge(5_000));
      expect(await read(stream(['x'.repeat(1_001), head, 'open']))).toEqual(tooLarge(1_000));
    }
    expect(await read('x', { 'content-length': '5001' })).toEqual(tooLarge(5_000));
    expect(await read('x'.repeat(1_001), { 'content-length': '1001' })).toEqual(tooLarge(1_000));
  });
});

describe('a packed body', () => {
  it.each([
    ['gzip', gzipSync],
    ['GZIP', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
  ] as const)('is unpacked: %s', async (encoding, pack) => {
    const { readNow } = reader();
    expect(await readNow(pack('{"héllo": 1}'), { 'content-encoding': encoding })).toBe('{"héllo": 1}');
  });

  it('ends at the limits of what comes out', async () => {
    const { readNow } = reader();
    const bomb = gzipSync(new Uint8Array(50_000_000));
    expect(await readNow(bomb, { 'content-encoding': 'gzip' })).toMatchObject({ code: 'payload_too_large' });
  });

  it('is refused by name where it is not unpacked here, or not what it says', async () => {
    const { readNow } = reader();
    for (const encoding of ['br', 'zstd', 'gzip, gzip', 'gzip, br', '__proto__', 'toString']) {
      const body = encoding === 'br' ? brotliCompressSync('{}') : '{}';
      expect(await readNow(body, { 'content-encoding': encoding })).toEqual({
        code: 'unsupported_encoding',
        encoding: encoding.toLowerCase(),
      });
    }
    for (const body of ['{}', gzipSync('{"a": 1}').subarray(0, 15)]) {
      expect(await readNow(body, { 'content-encoding': 'gzip' })).toMatchObject({
        code: 'invalid_body',
        param: 'content-encoding',
      });
    }
    expect(await readNow('{}', { 'content-encoding': 'identity' })).toBe('{}');
  });
});

describe('a slow body', () => {
  const drip = (count: number, everyMs: number) => Array.from({ length: count }, () => ['x', everyMs]).flat();

  it('ends by one rule, whatever its length is said to be', async () => {
    for (const headers of [
      {},
      { 'content-length': '2000' },
      { 'content-length': '4999' },
      { 'content-encoding': 'identity' },
    ]) {
      const { clock, read, stream } = reader({ textBytes: 4_000, mediaBytes: 5_000 });
      expect(await read(stream(drip(2_000, 2_000)), headers)).toMatchObject({ code: 'body_timeout' });
      expect(clock.now() - START).toBeLessThanOrEqual(11_000);
    }
  });

  it('is waited for where it arrives at the pace of a slow phone, at most a minute', async () => {
    const limits = { textBytes: 1_000_000, mediaBytes: 1_000_000 };
    const slow = reader(limits);
    const second = 'x'.repeat(6_000);
    expect(await slow.read(slow.stream(Array.from({ length: 50 }, () => [second, 1_000]).flat()))).toHaveLength(
      300_000,
    );
    const slower = reader(limits);
    const never = await slower.read(slower.stream(Array.from({ length: 200 }, () => [second, 1_000]).flat()));
    expect(never).toEqual({ code: 'body_timeout', limitMs: 60_000 });
    expect(slower.clock.now() - START).toBeLessThanOrEqual(60_000);
    const silent = reader(limits);
    expect(await silent.read(silent.stream(['open']), { 'content-length': '500000' })).toMatchObject({
      code: 'body_timeout',
    });
    expect(silent.clock.now() - START).toBe(10_000);
  });

  it('leaves no timer behind', async () => {
    const { clock, read, stream } = reader();
    await read(stream(['x']));
    await read('x', { 'content-length': '1' });
    expect(clock.pending).toBe(0);
  });
});

describe('bodies at once', () => {
  it('are refused where the isolate holds too many bytes already, and let in again afterwards', async () => {
    const bodies = new BytesInFlight(new TestClock(), 2_500);
    const { read, stream } = reader(LIMITS, bodies);
    const others = [bodies.open(), bodies.open()];
    for (const weight of others) expect(weight.take(1_000)).toBe(true);
    for (const body of ['x'.repeat(600), stream(['x'.repeat(300), 'x'.repeat(300), 'open'])]) {
      expect(await read(body, typeof body === 'string' ? { 'content-length': '600' } : {})).toMatchObject({
        code: 'overloaded',
      });
    }
    for (const weight of others) weight.release();
    expect(await read('x'.repeat(600), { 'content-length': '600' })).toHaveLength(600);
  });

  it('let in one that is larger than all of it, alone', () => {
    const bodies = new BytesInFlight(new TestClock(), 1_000);
    const [one, other] = [bodies.open(), bodies.open()];
    expect([one.take(5_000), one.take(1), other.take(1)]).toEqual([true, true, false]);
    one.release();
    expect(other.take(1)).toBe(true);
  });

  it('leave room for small ones, which many large ones cannot take', () => {
    const bodies = new BytesInFlight(new TestClock(), 1_000_000);
    const larges = Array.from({ length: 20 }, () => bodies.open());
    expect(larges.filter((weight) => weight.take(100_000)).length).toBe(8);
    expect(bodies.open().take(50_000)).toBe(true);
    // In pieces it is not small for long.
    const inPieces = bodies.open();
    expect([inPieces.take(40_000), inPieces.take(40_000)]).toEqual([true, false]);
  });

  it('no longer count where the runtime ended a request', async () => {
    const clock = new TestClock();
    const bodies = new BytesInFlight(clock, 1_000);
    const [lost, other] = [bodies.open(), bodies.open()];
    expect([lost.take(1_000), other.take(1)]).toEqual([true, false]);
    await clock.advance(3_600_000);
    expect(bodies.open().take(1_000)).toBe(true);
    lost.release();
    expect(bodies.open().take(1)).toBe(false);
  });
});
