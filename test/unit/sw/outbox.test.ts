import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerText } from '../../../protocol/answer-key.ts';
import { parseBody } from '../../../protocol/parse-body.ts';
import { parseChat } from '../../../protocol/parse-chat.ts';
import {
  afterDeath,
  afterSending,
  hasRoomFor,
  inOnePiece,
  MAX_QUESTION_BYTES,
  newRow,
  nextDue,
  nextToSend,
  type QueuedRow,
  type QueueState,
  retryAfterMs,
  rowAt,
  sentNow,
  storableHeaders,
  takenForSending,
} from '../../../sw/core/outbox.ts';

const HOUR_MS = 3_600_000;
const NOW = 1_800_000_000_000;
const STATES: QueueState[] = ['waiting', 'sending', 'answered', 'failed', 'expired'];

const row = (fields: Partial<QueuedRow> = {}): QueuedRow => ({
  ...newRow({ id: 'id', part: 'part', askedAt: NOW, feature: 'chat' }),
  ...fields,
});

describe('the outbox takes', () => {
  it.each(STATES)('20 questions, where those that are %s count unless they are answered', (state) => {
    const rows = Array.from({ length: 20 }, () => row({ state }));
    expect(hasRoomFor(rows, 1)).toBe(state === 'answered');
    expect(hasRoomFor(rows.slice(1), 1)).toBe(true);
  });

  it('no question that is too large', () => {
    expect(hasRoomFor([], MAX_QUESTION_BYTES)).toBe(true);
    expect(hasRoomFor([], MAX_QUESTION_BYTES + 1)).toBe(false);
  });
});

describe('age', () => {
  it('lets a question wait for a day, shows it for a week, and then forgets it', () => {
    expect(rowAt(row(), NOW + 24 * HOUR_MS - 1)).toEqual(row());
    expect(rowAt(row(), NOW + 24 * HOUR_MS)).toEqual(row({ state: 'expired' }));
    expect(rowAt(row({ state: 'failed' }), NOW + 100 * HOUR_MS)).toEqual(row({ state: 'failed' }));
    for (const state of STATES) expect(rowAt(row({ state }), NOW + 7 * 24 * HOUR_MS)).toBeNull();
  });

  it('does not come of a clock that was set back', () => {
    expect(rowAt(row(), NOW - 100 * HOUR_MS)).toEqual(row());
  });
});

describe('what is sent', () => {
  it('is never anything but a question that waits, is due (or put off by a clock that was set back), and is younger than a day; the oldest first', () => {
    const rows = fc.array(
      fc
        .record({
          state: fc.constantFrom(...STATES),
          askedAt: fc.integer({ min: NOW - 30 * HOUR_MS, max: NOW }),
          notBefore: fc.constantFrom(0, NOW, NOW + 1, NOW + 2 * HOUR_MS),
        })
        .map(row),
    );
    fc.assert(
      fc.property(rows, (all) => {
        const next = nextToSend(all, NOW);
        const may = all.filter(
          ({ state, askedAt, notBefore }) =>
            state === 'waiting' && notBefore !== NOW + 1 && NOW - askedAt < 24 * HOUR_MS,
        );
        expect(next?.askedAt).toBe(may.length === 0 ? undefined : Math.min(...may.map(({ askedAt }) => askedAt)));
        expect(next === undefined || takenForSending(next)?.state === 'sending').toBe(true);
      }),
    );
  });

  it('is due when the first that waits is', () => {
    expect(nextDue([row({ notBefore: 7 }), row({ notBefore: 5 }), row({ state: 'failed' })], 4)).toBe(5);
    // A question that waits for a tab of its person does not hold up the others.
    expect(nextDue([row({ notBefore: 0 }), row({ notBefore: 7 }), row({ notBefore: 5 })], 5)).toBe(7);
    expect(nextDue([row({ state: 'answered', notBefore: 9 }), row({ notBefore: 0 })], 4)).toBeUndefined();
  });

  it.each(STATES.filter((state) => state !== 'waiting'))('is taken by one sender only: not where it is %s', (state) => {
    expect(takenForSending(row({ state }))).toBeUndefined();
  });

  it('waits again under its own key where its sender died', () => {
    expect(afterDeath(row({ state: 'sending', tries: 1 }))).toEqual(row({ tries: 1 }));
    for (const state of STATES.filter((state) => state !== 'sending'))
      expect(afterDeath(row({ state }))).toEqual(row({ state }));
  });
});

describe('after it was sent', () => {
  const sent = row({ state: 'sending', tries: 1 });
  const refused = (status: number, code: string | null = null, retryAfterMs: number | null = null) =>
    afterSending(sent, { kind: 'refused', status, code, retryAfterMs }, NOW);

  it.each([401, 429, 500, 502, 503, 504, 529])('%i leaves it waiting, and not at once', (status) => {
    expect(refused(status)).toMatchObject({ state: 'waiting', lastError: `http_${status}`, notBefore: NOW + 5000 });
  });

  it.each([400, 402, 403, 404, 409, 413, 422])('%i is final', (status) => {
    expect(refused(status, 'code')).toMatchObject({ state: 'failed', lastError: 'code' });
  });

  it('a broken answer is final, because its key never runs again', () => {
    expect(refused(502, 'stream_interrupted')).toMatchObject({ state: 'failed', lastError: 'stream_interrupted' });
  });

  it('the wait that the router names is kept, up to an hour; else it doubles', () => {
    expect(refused(429, null, 70_000).notBefore).toBe(NOW + 70_000);
    expect(refused(429, null, 1e9).notBefore).toBe(NOW + HOUR_MS);
    const often = { kind: 'refused', status: 500, code: null, retryAfterMs: 0 } as const;
    const waits = [1, 2, 3, 50].map((tries) => afterSending({ ...sent, tries }, often, NOW).notBefore - NOW);
    expect(waits).toEqual([5000, 10_000, 20_000, 300_000]);
  });

  it('no answer of the router leaves it waiting for the next sign of a network', () => {
    const after = afterSending(sent, { kind: 'unreached', cause: 'offline' }, NOW);
    expect(after).toEqual({ ...sent, state: 'waiting', lastError: 'offline' });
  });

  it('an answer is one', () => {
    const after = afterSending({ ...sent, lastError: 'http_500' }, { kind: 'answered' }, NOW);
    expect(after).toEqual({ ...sent, state: 'answered' });
  });
});

describe('sendNow', () => {
  it('gives a failed or expired question a new key, and hurries one that waits', () => {
    const old = { tries: 3, lastError: 'x', notBefore: 9, askedAt: 1 };
    for (const state of ['failed', 'expired'] as const)
      expect(sentNow(row({ ...old, state }), 'new', NOW)).toEqual(row({ id: 'new' }));
    expect(sentNow(row({ ...old, state: 'waiting' }), 'new', NOW)).toEqual(row({ ...old, notBefore: 0 }));
    for (const state of ['sending', 'answered'] as const)
      expect(sentNow(row({ ...old, state }), 'new', NOW)).toEqual(row({ ...old, state }));
  });
});

describe('in one piece', () => {
  const textOf = (body: string) => {
    const parsed = parseChat(parseBody(body));
    return parsed.ok ? { text: answerText(parsed.chat), stream: parsed.chat.stream } : parsed;
  };

  it.each([
    '{"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"hé\\ud83d\\ude00"}]}',
    '{"messages":[{"role":"user","content":"a"}],"model":"m","tools":[{"type":"function","function":{"name":"f","parameters":{"minimum":12345678901234567890}}}]}',
    '{"messages":[{"role":"user","content":"half \\ud800"}],"model":"m","seed":1.0}',
  ])('it is the same question: %s', (body) => {
    expect(textOf(inOnePiece(body) ?? '')).toEqual({ ...textOf(body), stream: false });
  });

  it('is not to be had of what JSON cannot write', () => {
    expect(inOnePiece(`{"messages":[],"store":${'['.repeat(300)}${']'.repeat(300)}}`)).toBeUndefined();
    expect(inOnePiece('{"messages":[],"seed":1e999}')).toBeUndefined();
  });
});

describe('what is stored and read of headers', () => {
  it('is no credential, in whatever case', () => {
    const headers: [string, string][] = [
      ['Authorization', 'Bearer x'],
      ['x-api-key', 'x'],
      ['Cookie', 'x'],
      ['x-carryon-resume', '1'],
      ['Idempotency-Key', 'x'],
      ['content-type', 'application/json'],
    ];
    expect(storableHeaders(headers)).toEqual({ 'content-type': 'application/json' });
  });

  it('is a wait only where one is named', () => {
    const read = (headers: Record<string, string>) => retryAfterMs((name) => headers[name] ?? null);
    expect(read({ 'retry-after': '2', 'retry-after-ms': '1500' })).toBe(1500);
    expect(read({ 'retry-after': '2' })).toBe(2000);
    expect(read({ 'retry-after': 'Sat, 28 Nov 2026 18:00:00 GMT' })).toBeNull();
    expect(read({})).toBeNull();
  });
});
