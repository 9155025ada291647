import { describe, expect, it } from 'vitest';
import { type Outgoing, type SendResult, send } from '../../../sw/send.ts';
import { quickPlatform } from './quick-platform.ts';

const OURS = { 'x-request-id': '01a22377-e21c-7193-acd8-c8535129d424', 'content-type': 'application/json' };
const COMPLETION = JSON.stringify({
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
});
const errorBody = (code: string) => JSON.stringify({ error: { message: '…', type: 'x', code, param: null } });

type Step = (request: Request) => Response | Promise<Response>;
const never = (): Promise<Response> => new Promise(() => {});
const lost = (): Promise<Response> => Promise.reject(new TypeError('Failed to fetch'));
const whole: Step = () => new Response(COMPLETION, { headers: OURS });
/** Half a body, and then the connection is gone. */
const torn: Step = () =>
  new Response(
    new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(COMPLETION.slice(0, 20)));
        controller.error(new TypeError('network error'));
      },
    }),
    { headers: OURS },
  );

/** The network's answers, in order; the last one repeats. `/healthz` has its own. */
async function sending(steps: Step[], how: Partial<Outgoing> = {}, { isOnline = true, healthz = lost as Step } = {}) {
  const asked: Request[] = [];
  const probes: Request[] = [];
  const platform = quickPlatform({
    isOnline: () => isOnline,
    fetch: async (request) => {
      if (new URL(request.url).pathname === '/healthz') {
        probes.push(request);
        return healthz(request);
      }
      asked.push(request);
      return (steps[asked.length - 1] ?? steps.at(-1) ?? lost)(request);
    },
  });
  const outgoing: Outgoing = {
    ...{ url: 'https://router.example/ai', headers: new Headers({ 'idempotency-key': 'k' }), body: '{"prompt":"?"}' },
    ...{ credentials: 'same-origin', idempotencyKey: 'k', isResumable: false, hasCopy: false, ...how },
  };
  const begin = platform.now();
  const sent = await send(platform, outgoing, new AbortController().signal);
  return { sent, asked, probes, tookMs: platform.now() - begin };
}

const kindOf = (sent: SendResult) => [sent.kind, ...(sent.kind === 'failed' ? [sent.cause, sent.instead?.status] : [])];

describe('what comes back', () => {
  it.each<[string, Step, unknown[]]>([
    ['a whole completion', whole, ['answer']],
    [
      'the head of a stream',
      () => new Response('', { headers: { ...OURS, 'content-type': 'text/event-stream' } }),
      ['stream'],
    ],
    ['a refusal', () => new Response(errorBody('budget_exceeded'), { status: 429, headers: OURS }), ['refused']],
    [
      'a fault of the router',
      () => new Response(errorBody('internal_error'), { status: 500, headers: OURS }),
      ['refused'],
    ],
    [
      'no provider',
      () => new Response(errorBody('providers_unavailable'), { status: 503, headers: OURS }),
      ['failed', 'http_503', 503],
    ],
    ['a gateway before the router', () => new Response('bad', { status: 502 }), ['failed', 'http_502', 502]],
    ['a CDN', () => new Response('bad', { status: 522 }), ['failed', 'http_522', 522]],
    ['somebody else’s 404', () => new Response('no', { status: 404 }), ['failed', 'unreachable', 404]],
    ['a captive portal', () => new Response('<html>'), ['failed', 'unreachable', undefined]],
    [
      'a captive portal that speaks JSON',
      () => new Response('{"choices":[]}', { headers: { 'content-type': 'application/json' } }),
      ['failed', 'unreachable', undefined],
    ],
    [
      'a page under a request id that a proxy writes too',
      () => new Response('<html>', { headers: { ...OURS, 'content-type': 'text/html' } }),
      ['failed', 'unreachable', undefined],
    ],
    [
      'nothing, under such an id',
      () => new Response(null, { status: 204, headers: { 'x-request-id': OURS['x-request-id'] } }),
      ['failed', 'unreachable', undefined],
    ],
    ['not modified, under such an id', () => new Response(null, { status: 304, headers: OURS }), ['refused']],
  ])('%s', async (_, step, kind) => {
    const { sent, asked } = await sending([step]);
    expect(kindOf(sent)).toEqual(kind);
    // An answer came, so the question is not sent again.
    expect(asked).toHaveLength(1);
  });

  it('names the code of a refusal, and its body is still to be read', async () => {
    const { sent } = await sending([
      () => new Response(errorBody('idempotency_mismatch'), { status: 422, headers: OURS }),
    ]);
    expect(sent).toMatchObject({ kind: 'refused', code: 'idempotency_mismatch' });
    if (sent.kind === 'refused') expect(await sent.response.text()).toBe(errorBody('idempotency_mismatch'));
  });
});

describe('a line that breaks', () => {
  it('is tried once more with the same key and body, shortly after', async () => {
    for (const first of [lost, torn]) {
      const { sent, asked, tookMs } = await sending([first, whole]);
      expect([sent.kind, asked.length]).toEqual(['answer', 2]);
      expect(asked.map(({ headers }) => headers.get('idempotency-key'))).toEqual(['k', 'k']);
      expect(await asked[1]?.text()).toBe('{"prompt":"?"}');
      expect(tookMs).toBeGreaterThanOrEqual(150);
      expect(tookMs).toBeLessThanOrEqual(300);
    }
  });

  it('is tried no third time', async () => {
    expect(kindOf((await sending([lost])).sent)).toEqual(['failed', 'unreachable', undefined]);
    expect((await sending([lost])).asked).toHaveLength(2);
    expect(kindOf((await sending([torn])).sent)).toEqual(['failed', 'cut', undefined]);
  });

  it('is not tried again without a key, nor where the browser knows that it is offline', async () => {
    const plain = await sending([lost, whole], { idempotencyKey: undefined });
    expect([plain.sent.kind, plain.asked.length]).toEqual(['failed', 1]);
    const offline = await sending([lost, whole], {}, { isOnline: false });
    expect([kindOf(offline.sent), offline.asked.length]).toEqual([['failed', 'offline', undefined], 1]);
  });
});

describe('a silent line', () => {
  it('of a resumable stream: 3 s with a copy, 8 s without, and no second try', async () => {
    for (const [hasCopy, limitMs] of [
      [true, 3_000],
      [false, 8_000],
    ] as const) {
      const { sent, asked, probes, tookMs } = await sending([never, whole], { isResumable: true, hasCopy });
      expect([kindOf(sent), asked.length, probes.length]).toEqual([['failed', 'timeout', undefined], 1, 0]);
      expect(tookMs).toBe(limitMs);
      expect(asked[0]?.signal.aborted).toBe(true);
    }
  });

  it('of any other answer: a probe after 3 s decides', async () => {
    const dead = await sending([never]);
    expect([kindOf(dead.sent), dead.asked.length, dead.probes.length]).toEqual([
      ['failed', 'timeout', undefined],
      1,
      1,
    ]);
    expect(dead.probes[0]?.url).toBe('https://router.example/healthz');
    expect(dead.tookMs).toBe(3_000);

    let probes = 0;
    let answer = (_: Response) => {};
    const slow = await sending(
      [() => new Promise<Response>((resolve) => (answer = resolve))],
      {},
      {
        healthz: (request) => {
          if (++probes === 5) void Promise.resolve(whole(request)).then((response) => answer(response));
          return new Response('{}', { headers: OURS });
        },
      },
    );
    expect([slow.sent.kind, slow.asked.length]).toEqual(['answer', 1]);
    expect(slow.tookMs).toBeGreaterThan(30_000);
  });

  it('is dead too where the probe stays silent, or somebody else answers it', async () => {
    expect(kindOf((await sending([never], {}, { healthz: never })).sent)).toEqual(['failed', 'timeout', undefined]);
    const portal = await sending([never], {}, { healthz: () => new Response('<html>') });
    expect(kindOf(portal.sent)).toEqual(['failed', 'timeout', undefined]);
  });
});

describe('on its way', () => {
  it('follows no redirect, and is stored by nobody', async () => {
    const { asked } = await sending([whole]);
    expect(asked[0]).toMatchObject({
      method: 'POST',
      redirect: 'error',
      cache: 'no-store',
      credentials: 'same-origin',
    });
  });

  it('ends with its page', async () => {
    const page = new AbortController();
    const platform = quickPlatform({
      after: () => () => {},
      fetch: (request) =>
        new Promise((_, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason))),
    });
    const outgoing: Outgoing = {
      ...{ url: 'https://router.example/ai', headers: new Headers(), body: '{}', credentials: 'same-origin' },
      ...{ idempotencyKey: 'k', isResumable: true, hasCopy: false },
    };
    const sent = send(platform, outgoing, page.signal);
    page.abort();
    expect(await sent).toEqual({ kind: 'left' });
    expect(await send(platform, outgoing, page.signal)).toEqual({ kind: 'left' });
  });
});
