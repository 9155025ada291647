import { describe, expect, it } from 'vitest';
import { type ShownRequest, whyLines } from '../../../cli/why/lines.ts';
import { countsAs } from '../../../worker/core/slo/counts-as.ts';
import type { RequestEntry } from '../../../worker/core/slo/receipt.ts';
import type { RequestRecord } from '../../../worker/core/slo/record.ts';
import { AT, attemptOf, recordOf } from '../core/slo/support/record.ts';
import { sloFor } from '../core/slo/support/slo-for.ts';

const slo = sloFor(['chat']);
const told = (request: ShownRequest): string => whyLines(request, AT + 300_000).join('\n');
const whole = (more: Partial<RequestRecord> = {}): string => {
  const record = recordOf(more);
  return told({ ...record, whole: true, counts: countsAs(record, slo) });
};

describe('npm run why', () => {
  it('explains a request that failed over: who was asked, why there was another attempt, what it cost, what it counts as', () => {
    const attempts = [
      attemptOf({ result: 'server_error', status: 503, ttftMs: null, ms: 210 }),
      attemptOf({ deployment: 'b', provider: 'anthropic', model: 'other', startedMs: 215, ms: 1_600, hop: 1 }),
    ];
    expect(whole({ attempts, hops: 1, deployment: 'b', ttftMs: 2_700, totalMs: 3_060, cachedTokens: 20 })).toBe(`
${recordOf().requestId} came at 2027-01-15 08:00:00 UTC (5 min ago), of the tenant acme, user 0123456789abcdef (hashed), for the feature chat. It asked for app/chat as a stream, at /v1/chat/completions, with the key key-1.

1. After 3 ms it asked a (openai, small): it failed after 210 ms (server_error, HTTP 503). The provider failed.
   That is a’s fault, so it failed over to b.
2. After 215 ms it asked b (anthropic, other): content came after 390 ms, the end after 1.6 s.

It was answered in full, with 200; its first content went out after 2.7 s, and it ended after 3.1 s. The model had finished.

It cost $0.0003: 100 tokens in (20 of them from the provider’s cache), 50 out.

It counts as good.
   chat-success: good
   chat-ttft: bad

(build v1, colo FRA)`);
  });

  it.each<[string, Partial<RequestRecord>, string[]]>([
    [
      'refused for its budget',
      {
        code: 'budget_exceeded',
        status: 429,
        ending: 'refused',
        attempts: [],
        ttftMs: null,
        costMicroUsd: 0,
        inputTokens: 0,
        outputTokens: 0,
      },
      [
        'No provider was asked.',
        'refused with 429 (budget_exceeded: a budget had no room for it)',
        'It cost nothing.',
        'It does not count: a budget was spent',
      ],
    ],
    [
      'of the cache',
      { cache: 'hit', cacheAgeS: 12, cacheTtlS: 60, attempts: [] },
      ['from the cache (12 s old, fresh for 60 s); no provider was asked'],
    ],
    [
      'stale',
      {
        cache: 'stale',
        staleCause: 'providers_unavailable',
        cacheAgeS: 90,
        attempts: [attemptOf({ result: 'unreachable', ttftMs: null })],
      },
      [
        'it failed after 1.9 s (unreachable). The provider could not be reached.',
        'A stale answer (90 s old) stood in for an error (providers_unavailable: no provider answered)',
        'It counts as good.',
      ],
    ],
    [
      'that its client left',
      { ending: 'left', ttftMs: null, finishReason: null },
      ['Its client left before any content', 'It does not count: its client left before any content'],
    ],
    [
      'cut',
      { ending: 'cut', code: 'stream_interrupted', estimated: true },
      [
        'Its answer broke off (stream_interrupted: the stream broke off',
        'the fault lies with the providers',
        'That is an upper bound',
      ],
    ],
    [
      'that joined',
      { role: 'attached', attempts: [], costMicroUsd: 0 },
      ['It joined an answer that another request had started'],
    ],
    [
      'that was given a kept answer',
      { role: 'replayed', attempts: [] },
      ['the result of an earlier request with its key'],
    ],
    [
      'with a bad key',
      { tenant: null, feature: null, code: 'invalid_key', status: 401, ending: 'refused', attempts: [] },
      ['without a known credential.', 'its key does not exist, or was revoked'],
    ],
    [
      'of a drill',
      { drill: 'drill-1', mode: 'drill' },
      ['the drill drill-1', 'It met a fault that was set on purpose.', 'it belongs to a drill'],
    ],
    ['tried again', { attempts: [attemptOf({ result: 'cut' }), attemptOf()] }, ['so it was tried again.']],
  ])('explains one %s', (_, more, sentences) => {
    const text = whole(more);
    for (const sentence of sentences) expect(text).toContain(sentence);
  });

  it('shows of an index entry what it has', () => {
    const {
      alias,
      keyId,
      class: _,
      door,
      stream,
      cacheAgeS,
      cacheTtlS,
      colo,
      build,
      promptVersion,
      ...rest
    } = recordOf();
    const { traceparent, ...entry } = rest;
    const text = told({ ...(entry satisfies RequestEntry), whole: false, counts: countsAs(entry, slo) });
    expect(text).toContain('Only its index entry is kept.');
    expect(text).not.toMatch(/undefined|null/);
  });
});
