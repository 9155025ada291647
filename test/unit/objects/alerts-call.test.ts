/** One call of a webhook; its signature is checked by Standard Webhooks' own library. */
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SEVERITIES } from '../../../worker/core/alerts/notice.ts';
import type { Hook } from '../../../worker/core/alerts/policy.ts';
import { deliver } from '../../../worker/objects/alerts/call.ts';
import { TestClock } from '../pipeline/support/clock.ts';

const SECRET = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const URL = 'https://hooks.example/services/T0/B0/s3cr3t?token=t0k3n';
const common = { severities: SEVERITIES, problem: undefined };
const json: Hook = { name: 'OPS', format: 'json', url: URL, secret: SECRET, ...common };
const ROUTING_KEY = 'R0123456789abcdef0123456789abcde';
const pager: Hook = { name: 'PAGER', format: 'pagerduty', url: URL, secret: ROUTING_KEY, ...common };
const slack: Hook = { name: 'CHAT', format: 'slack', url: URL, secret: '', ...common };

let clock: TestClock;
beforeEach(() => {
  clock = new TestClock();
  // The library refuses a message with an old time.
  vi.useFakeTimers({ toFake: ['Date'], now: clock.now() });
});
afterEach(() => {
  vi.useRealTimers();
});

/** The call that was sent, and its result. */
async function call(hook: Hook, body: string, answer: (init: RequestInit) => Promise<Response>, passMs = 0) {
  let sent: RequestInit = {};
  let called = () => {};
  const underWay = new Promise<void>((resolve) => {
    called = resolve;
  });
  const fetch = (url: string, init: RequestInit) => {
    expect(url).toBe(URL);
    sent = init;
    called();
    return answer(init);
  };
  const telling = deliver(hook, 'msg_1', body, { clock, fetch });
  // Signing runs in a thread of its own, which no test clock moves.
  await underWay;
  if (passMs > 0) await clock.advance(passMs);
  const attempt = await telling;
  return { attempt, sent, headers: sent.headers as Record<string, string> };
}

const status =
  (code: number, body: string | null = null) =>
  async () =>
    new Response(body, { status: code });

describe('a signed call', () => {
  it.each(['{"a":1}', '{"user":"ü € 😀"}', JSON.stringify('x'.repeat(100_000))])(
    'is one for an independent receiver (%#)',
    async (body) => {
      const { headers, sent, attempt } = await call(json, body, status(204));
      const receiver = new Webhook(`whsec_${SECRET}`);
      expect(receiver.verify(String(sent.body), headers)).toEqual(JSON.parse(body));
      expect(attempt).toEqual({ ok: true, status: 204, ms: 0, error: null, retryAfterMs: null });
      for (const [tampered, with_] of [
        [`${body} `, headers],
        [body, { ...headers, 'webhook-id': 'msg_2' }],
        [body, { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) + 1) }],
      ] as const) {
        expect(() => receiver.verify(tampered, with_)).toThrow('No matching signature');
      }
      expect(() => new Webhook(btoa('another secret of 24 bytes')).verify(body, headers)).toThrow(
        'No matching signature',
      );
    },
  );

  it('to Slack has no signature', async () => {
    expect((await call(slack, '{}', status(200))).headers).toEqual({ 'content-type': 'application/json' });
  });
});

describe('a call that fails', () => {
  it.each([
    ['a status', status(500, 'Boom!'), 500, 'answered 500'],
    ['Slack’s word', status(404, 'no_service'), 404, 'answered 404: no_service'],
    ['a redirect', status(302), 302, 'answered 302, and redirects are not followed'],
    ['a page that quotes the address', status(404, `Cannot POST ${URL}`), 404, 'answered 404'],
    ['a word out of it', status(404, 'services'), 404, 'answered 404'],
    ['an error that quotes it', () => Promise.reject(new Error(`no route to ${URL}`)), null, 'cannot be reached'],
  ])('%s: is told without the address', async (_, answer, code, error) => {
    const { attempt, sent } = await call(json, '{}', answer);
    expect(attempt).toEqual({ ok: false, status: code, ms: 0, error, retryAfterMs: null });
    expect(sent.redirect).toBe('manual');
  });

  it.each([
    [
      'PagerDuty’s errors',
      {
        status: 'invalid event',
        message: 'Event object is invalid',
        errors: ["'summary' is missing", 'Length is wrong'],
      },
      "answered 400: 'summary' is missing; Length is wrong",
      true,
    ],
    ['its message', { message: 'Event object is invalid' }, 'answered 400: Event object is invalid', true],
    ['words with the key in them', { message: `No integration ${ROUTING_KEY}` }, 'answered 400', true],
    [
      'words of a wrong key, which may be set right',
      { message: 'Invalid routing key' },
      'answered 400: Invalid routing key',
      undefined,
    ],
    ['words that link', { message: 'see https://x.example/<b>' }, 'answered 400', true],
    ['something else', 'Bad Request', 'answered 400', true],
  ])('with %s of an event that PagerDuty refuses is told so', async (_, reply, error, isRefused) => {
    const body = typeof reply === 'string' ? reply : JSON.stringify(reply);
    const { attempt } = await call(pager, '{}', status(400, body));
    expect([attempt.error, attempt.isRefused]).toEqual([error, isRefused]);
    const { attempt: later } = await call(pager, '{}', status(429, body));
    expect(later.isRefused).toBeUndefined();
  });

  it('with a message that Slack cannot read is a refusal; a channel that is gone is not', async () => {
    expect((await call(slack, '{}', status(400, 'invalid_payload'))).attempt.isRefused).toBe(true);
    expect((await call(slack, '{}', status(404, 'no_service'))).attempt.isRefused).toBeUndefined();
  });

  it.each([
    ['7', 7_000],
    ['soon', null],
    ['-1', null],
  ])('asks for a pause: retry-after %s', async (value, ms) => {
    const answer = async () => new Response(null, { status: 429, headers: { 'retry-after': value } });
    expect((await call(json, '{}', answer)).attempt).toMatchObject({ retryAfterMs: ms });
  });

  it('is ended after ten seconds, also in the middle of its answer', async () => {
    const aborts = (init: RequestInit) =>
      new Promise<Response>((_, reject) => init.signal?.addEventListener('abort', () => reject(new Error('aborted'))));
    const { attempt } = await call(json, '{}', aborts, 10_000);
    expect(attempt).toMatchObject({ ok: false, status: null, ms: 10_000, error: 'did not answer within 10 s' });
    const drips = async (init: RequestInit) => {
      const body = new ReadableStream({
        start: (controller) => init.signal?.addEventListener('abort', () => controller.error(new Error('aborted'))),
      });
      return new Response(body, { status: 500 });
    };
    expect((await call(json, '{}', drips, 10_000)).attempt.error).toBe('did not answer within 10 s');
  });

  it('is not made where a variable is missing', async () => {
    const attempt = await deliver({ ...json, problem: 'OPS is not set' }, 'msg_1', '{}', {
      clock,
      fetch: () => Promise.reject(new Error('called')),
    });
    expect(attempt).toMatchObject({ ok: false, status: null, error: 'OPS is not set' });
  });
});
