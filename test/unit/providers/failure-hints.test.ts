import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anthropic } from '../../../worker/providers/anthropic/adapter.ts';
import { openai } from '../../../worker/providers/openai/adapter.ts';
import { redact } from '../../../worker/providers/shared/provider-error.ts';
import { parseDurationMs, retryAfterMs } from '../../../worker/providers/shared/retry-hints.ts';
import { chat } from './chats.ts';

const wait = (headers: Record<string, string>, status = 429, extra = '', message = '') =>
  retryAfterMs(status, (name) => headers[name] ?? null, extra, message);

describe('how long to wait', () => {
  it.each([
    [{ 'retry-after-ms': '250', 'retry-after': '9' }, 250],
    [{ 'retry-after': '1.5' }, 1500],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '-1' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': 'NaN' }, undefined],
    [{ 'retry-after': '' }, undefined],
    [{ 'retry-after': 'Infinity' }, undefined],
    [{ 'retry-after': '1e9' }, 86_400_000],
    [{ 'retry-after': 'Sat, 21 Nov 2026 10:00:05 GMT' }, undefined],
    [{ 'retry-after': 'Sat, 21 Nov 2026 10:00:05 GMT', date: 'Sat, 21 Nov 2026 10:00:00 GMT' }, 5000],
    [{ 'retry-after': 'Sat, 21 Nov 2026 09:00:00 GMT', date: 'Sat, 21 Nov 2026 10:00:00 GMT' }, undefined],
    [{ 'x-ratelimit-remaining-tokens': '12', 'x-ratelimit-reset-tokens': '1s' }, undefined],
    [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '1s' }, 1000],
  ] as [Record<string, string>, number | undefined][])('%j is %s', (headers, expected) => {
    expect(wait(headers)).toBe(expected);
  });

  it.each([
    [{ 'retry-after': 'Sat, 21 Nov 2026 10:01:00 GMT' }, 60_000],
    [{ 'retry-after': 'Saturday, 21-Nov-26 10:01:00 GMT' }, 60_000],
    [{ 'retry-after': '2026-11-21T10:01:00Z' }, 60_000],
    [{ 'retry-after': '1795255260' }, 60_000],
    [{ 'retry-after': '1795255260000' }, 60_000],
    [{ 'retry-after': '1m' }, 60_000],
    [{ 'retry-after': 'Sat, 21 Nov 2026 09:59:00 GMT' }, undefined],
    [{ 'retry-after': 'Tue, 01 Jan 2036 00:00:00 GMT' }, 86_400_000],
    // The provider's clock is two minutes ahead of ours.
    [{ 'retry-after': 'Sat, 21 Nov 2026 10:03:00 GMT', date: 'Sat, 21 Nov 2026 10:02:00 GMT' }, 60_000],
    [{ 'retry-after': 'Sat, 21 Nov 2026 10:01:00 GMT', date: 'no date' }, 60_000],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1795255260000' }, 60_000],
    [{ 'x-ratelimit-reset': '1795255260' }, 60_000],
    [{ 'x-ratelimit-remaining': '7', 'x-ratelimit-reset': '1795255260' }, undefined],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '60' }, 60_000],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1000000' }, undefined],
    [{ 'ratelimit-remaining': '0', 'ratelimit-reset': '60' }, 60_000],
    [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '2026-11-21T10:01:00Z' }, 60_000],
    [
      { 'anthropic-ratelimit-tokens-remaining': '0', 'anthropic-ratelimit-tokens-reset': '2026-11-21T10:01:00Z' },
      60_000,
    ],
  ] as [Record<string, string>, number | undefined][])('%j, arrived at ten, is %s', (headers, expected) => {
    const header = (name: string) => headers[name] ?? null;
    expect(retryAfterMs(429, header, '', '', Date.parse('2026-11-21T10:00:00Z'))).toBe(expected);
  });

  it('reads the headers that OpenRouter tells in the body, and words', () => {
    const at = Date.parse('2026-11-21T10:00:00Z');
    const headers = { 'X-RateLimit-Limit': '50', 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '1795255260000' };
    const body = JSON.stringify({ error: { code: 429, message: 'Rate limit exceeded', metadata: { headers } } });
    const asked = { arrivedAt: at, inputTokens: 0, outputTokens: 0 };
    expect(openai.failure(429, () => null, body, asked)).toMatchObject({ kind: 'rate_limited', retryAfterMs: 60_000 });
    expect(openai.reply(body, chat(), at)).toMatchObject({ failure: { kind: 'rate_limited', retryAfterMs: 60_000 } });
    for (const words of [
      'Please retry after 60 seconds.',
      'try again in 1 minute',
      'Please retry in 1m0s.',
      'try again in 60000ms',
    ]) {
      expect(wait({}, 429, '', words)).toBe(60_000);
    }
  });

  it('reads reset headers only of a 429, words of a failing server’s answer too, and neither of the caller’s fault', () => {
    const headers = { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '1s' };
    expect(wait(headers, 503)).toBeUndefined();
    for (const status of [429, 500, 503, 529]) {
      expect(wait({}, status, '', 'Please try again in 3s.')).toBe(3000);
      expect(wait({}, status, '[{"retryDelay":"4s"}]')).toBe(4000);
      expect(wait({ 'retry-after': '3' }, status)).toBe(3000);
      expect(wait({ 'retry-after-ms': '30' }, status)).toBe(30);
    }
    expect(wait({}, 400, '[{"retryDelay":"4s"}]', 'Please try again in 3s.')).toBeUndefined();
  });

  it.each([
    ['12ms', 12],
    ['6m0s', 360_000],
    ['1h2m3.5s', 3_723_500],
    ['', undefined],
    ['12', undefined],
    ['1s later', undefined],
    ['..s', undefined],
  ])('%j lasts %s', (text, expected) => expect(parseDurationMs(text)).toBe(expected));

  it('is never negative, fractional or longer than a day', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (after, reset, said) => {
        const found = wait(
          { 'retry-after': after, 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': reset },
          429,
          said,
          said,
        );
        expect(found === undefined || (Number.isInteger(found) && found >= 0 && found <= 86_400_000)).toBe(true);
      }),
    );
  });
});

describe('what a client may read', () => {
  it.each([
    'Incorrect API key provided: sk-proj-AbCd1234EfGh5678IjKl.',
    'key AIzaSyA1234567890abcdefghijklmnopqrst is bad',
    'authorization: Bearer abc.def.ghi',
    'see https://api.openai.com/v1/chat and api.deepseek.com:8443',
    'organization org-AbCdEfGh12345678',
    'token 0123456789abcdef0123456789abcdef0123',
    'x-api-key: sk-ant-api03-abcdef_ghijkl-mnop',
    'Your api key: ****abcd is invalid',
  ])('%s', (text) => {
    expect(redact(text)).not.toMatch(/sk-|AIza|abc\.def|https|\.com|org-A|0123|\*{3}|abcd/);
  });

  it('keeps ordinary words, in one line', () => {
    expect(redact("Invalid value:\n 'messages[0].role'.")).toBe("Invalid value: 'messages[0].role'.");
    expect(redact('long words '.repeat(500))).toBe('long words '.repeat(500).trim());
  });

  // Code that masks keys afterwards has to find the whole key.
  it('is never cut inside a word', () => {
    const key = 'Key/of+the=operator';
    fc.assert(
      fc.property(fc.nat(8_300), fc.constantFrom('ab ', 'https://a.example/ ', '… '), (length, filler) => {
        const text = `${filler.repeat(Math.ceil(length / filler.length)).slice(0, length)} ${key} ${'x '.repeat(5_000)}`;
        const shown = redact(text);
        expect(shown.replaceAll(key, '')).not.toMatch(/Key|Ke$|K$/);
        expect(shown.length).toBeLessThan(8_200);
      }),
    );
    expect(redact(key.repeat(1_000))).toBe('…');
  });

  it.each(['a-', 'a.', 'a', '*', '-', 'sk-', 'a1-', '.', 'a*'])('takes no time over %j again and again', (piece) => {
    const times = Array.from({ length: 5 }, () => {
      const startedAt = performance.now();
      redact(`${piece.repeat(8_000 / piece.length)} x`);
      return performance.now() - startedAt;
    });
    expect(Math.min(...times)).toBeLessThan(10);
  });
});

it('says what the provider said only where it is the caller’s to read', () => {
  const body = JSON.stringify({
    error: { message: 'Bad value', type: 'invalid_request_error', code: 'invalid_value', param: 'n' },
  });
  expect(openai.failure(400, () => null, body)).toEqual({
    kind: 'bad_request',
    status: 400,
    message: 'Bad value',
    code: 'invalid_value',
    param: 'n',
    mayBeBilled: false,
  });
});

describe('how long to wait, in the body', () => {
  const openaiError = { error: { message: 'Busy. Try again in 2s.', type: 'server_error', code: null } };
  const gemini = {
    error: { code: 503, message: 'Overloaded', status: 'UNAVAILABLE', details: [{ retryDelay: '7s' }] },
  };
  const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'Try again in 2s' } };
  const header = (name: string) => (name === 'retry-after' ? '9' : null);
  const none = () => null;

  it('or in a header comes with whatever status an overloaded provider answers', () => {
    for (const status of [500, 503, 529]) {
      for (const adapter of [openai, anthropic]) {
        expect(adapter.failure(status, header, '')).toMatchObject({ kind: 'server_error', retryAfterMs: 9_000 });
      }
      expect(openai.failure(status, none, JSON.stringify(openaiError)).retryAfterMs).toBe(2_000);
      expect(openai.failure(status, none, JSON.stringify(gemini)).retryAfterMs).toBe(7_000);
      expect(anthropic.failure(status, none, JSON.stringify(overloaded)).retryAfterMs).toBe(2_000);
      expect(openai.failure(status, none, '{}')).not.toHaveProperty('retryAfterMs');
    }
  });

  it('counts inside a 200 too', () => {
    const busy = { kind: 'server_error', status: 200, retryAfterMs: 2_000 };
    expect(openai.reply(JSON.stringify(openaiError), chat(), 0)).toMatchObject({ failure: busy });
    expect(anthropic.reply(JSON.stringify(overloaded), chat(), 0)).toMatchObject({ failure: busy });
    const inStream = openai.stream(chat({ stream: true }), 0).event(undefined, JSON.stringify(gemini));
    expect(inStream).toMatchObject([{ failure: { kind: 'server_error', retryAfterMs: 7_000 } }]);
    const said = anthropic.stream(chat({ stream: true }), 0).event('error', JSON.stringify(overloaded));
    expect(said).toMatchObject([{ failure: busy }]);
  });
});
