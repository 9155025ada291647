import { describe, expect, it } from 'vitest';
import { resuming } from '../../../sw/resume.ts';
import { quickPlatform } from './quick-platform.ts';

const OURS = { 'x-request-id': '01a22377-e21c-7193-acd8-c8535129d424' };
const rest = () => new Response('data: x\n\n', { headers: { ...OURS, 'content-type': 'text/event-stream' } });
const refusal = (status: number, headers: HeadersInit = OURS) => new Response('{}', { status, headers });

function resumer(answers: (() => Response | Promise<Response>)[], tokens: (string | null)[] = []) {
  const asked: Request[] = [];
  const saw: boolean[] = [];
  const platform = quickPlatform({
    fetch: async (request) => {
      asked.push(request);
      return (answers[asked.length - 1] ?? rest)();
    },
  });
  const headers = new Headers({
    authorization: 'Bearer old',
    'content-type': 'application/json',
    'x-carryon-user': 'ana',
    'x-carryon-visitor': 'v'.repeat(32),
    'idempotency-key': 'k',
  });
  const ports = {
    ...{ router: 'https://router.example', platform },
    token: async () => tokens.shift() ?? null,
    saw: (isReached: boolean) => void saw.push(isReached),
  };
  const resume = resuming(ports, { headers, credentials: 'same-origin' }, 'abc');
  return { resume: (lastId?: string) => resume(lastId, new AbortController().signal), asked, saw };
}

describe('the rest of a stream', () => {
  it('is asked for by its id, behind the last event, as the one who asked', async () => {
    const { resume, asked } = resumer([]);
    expect(await resume('7')).toMatchObject({ body: expect.any(ReadableStream) });
    const { url, method, headers, redirect } = asked[0] as Request;
    expect([url, method, redirect]).toEqual(['https://router.example/ai/streams/abc', 'GET', 'error']);
    expect(Object.fromEntries(headers)).toEqual({
      authorization: 'Bearer old',
      'last-event-id': '7',
      'x-carryon-user': 'ana',
      'x-carryon-visitor': 'v'.repeat(32),
    });
    await resumer([]).resume();
  });

  it('from its start where no event has come', async () => {
    const { resume, asked } = resumer([]);
    await resume();
    expect(asked[0]?.headers.has('last-event-id')).toBe(false);
  });

  it.each([403, 404, 410, 422])('never, after a %i of the router', async (status) => {
    const { resume, asked, saw } = resumer([() => refusal(status)]);
    expect([await resume('7'), asked.length, saw]).toEqual(['never', 1, [true]]);
  });

  it('never, after a 502 of the router by which the run is over', async () => {
    const over = () => new Response('{"error":{"code":"stream_interrupted"}}', { status: 502, headers: OURS });
    expect(await resumer([over]).resume('7')).toBe('never');
    const elsewhere = () => new Response('{"error":{"code":"stream_interrupted"}}', { status: 502 });
    expect(await resumer([elsewhere]).resume('7')).toBe('again');
  });

  it.each<[string, () => Response | Promise<Response>]>([
    ['a 429', () => refusal(429)],
    ['a 500', () => refusal(500)],
    ['a 503', () => refusal(503)],
    ['a gateway', () => refusal(502, {})],
    ['a captive portal', () => refusal(200, {})],
    ['somebody else’s 404', () => refusal(404, {})],
    ['no network', () => Promise.reject(new TypeError('Failed to fetch'))],
    ['silence', () => new Promise<Response>(() => {})],
  ])('again, after %s', async (_, answer) => {
    expect(await resumer([answer]).resume('7')).toBe('again');
  });

  it('with a new token of the same person after a 401, once', async () => {
    const { resume, asked } = resumer([() => refusal(401)], ['new']);
    expect(await resume('7')).toMatchObject({ body: expect.any(ReadableStream) });
    expect(asked.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer old', 'Bearer new']);
    expect(asked[1]?.headers.get('last-event-id')).toBe('7');

    expect(await resumer([() => refusal(401), () => refusal(401)], ['new', 'newer']).resume('7')).toBe('never');
    expect(await resumer([() => refusal(401)]).resume('7')).toBe('never');
  });
});
