import { describe, expect, it } from 'vitest';
import { type Answered, causeOf, mayResend, passesFailed, resumeVerdict, verdictOf } from '../../../sw/core/verdict.ts';

const ID = '0b6f3c2e-9f0a-4b52-8a8e-1d2c3b4a5f60';

function answered(status: number, headers: Record<string, string> = {}): Answered {
  const all: Record<string, string> = { 'x-request-id': ID, 'content-type': 'application/json', ...headers };
  return { status, header: (name) => all[name] || null };
}

describe('an answer of the network', () => {
  it.each<[string, Answered, unknown]>([
    ['a completion', answered(200), 'answer'],
    ['a stream', answered(200, { 'content-type': 'text/event-stream; charset=utf-8' }), 'answer'],
    ['a bad request', answered(400), 'pass'],
    ['no key', answered(401), 'pass'],
    ['a limit', answered(429), 'pass'],
    ['a fault of the router', answered(500), 'pass'],
    ['a gateway', answered(502), { failed: 'http_502' }],
    ['no provider', answered(503), { failed: 'http_503' }],
    ['a deadline', answered(504), { failed: 'http_504' }],
    ["Cloudflare's own", answered(522, { 'x-request-id': '' }), { failed: 'http_522' }],
    ['just outside of those', answered(530), 'pass'],
    ['a captive portal', answered(200, { 'x-request-id': '', 'content-type': 'text/html' }), { failed: 'unreachable' }],
    ['a portal that answers JSON', answered(200, { 'x-request-id': '' }), { failed: 'unreachable' }],
    ['a portal with a request id of its own', answered(200, { 'x-request-id': 'req_123' }), { failed: 'unreachable' }],
    ['a portal that wants a login', answered(511, { 'x-request-id': '' }), { failed: 'unreachable' }],
    ['a portal that forbids', answered(403, { 'x-request-id': '' }), { failed: 'unreachable' }],
    ['a page with our id', answered(200, { 'content-type': 'text/html' }), { failed: 'unreachable' }],
    ['no type', answered(200, { 'content-type': '' }), { failed: 'unreachable' }],
  ])('%s', (_, answer, verdict) => {
    expect(verdictOf(answer)).toEqual(verdict);
  });

  it('that failed is shown as it came, unless it could be taken for an answer', () => {
    expect([200, 204, 299].map(passesFailed)).toEqual([false, false, false]);
    expect([302, 403, 502, 511].map(passesFailed)).toEqual([true, true, true, true]);
  });
});

it('the cause tells what the flag says first', () => {
  expect([causeOf('line', true), causeOf('limit', true)]).toEqual(['unreachable', 'timeout']);
  expect([causeOf('line', false), causeOf('limit', false)]).toEqual(['offline', 'offline']);
});

it('a lost request goes out once more only where that is free and has a chance', () => {
  const lost = { keyed: true, sends: 1, isOnline: true, what: 'line' } as const;
  expect(mayResend(lost)).toBe(true);
  expect(mayResend({ ...lost, keyed: false })).toBe(false);
  expect(mayResend({ ...lost, sends: 2 })).toBe(false);
  expect(mayResend({ ...lost, isOnline: false })).toBe(false);
  expect(mayResend({ ...lost, what: 'limit' })).toBe(false);
});

describe('a stream that is asked for its rest', () => {
  const stream = { 'content-type': 'text/event-stream; charset=utf-8' };
  it.each<[string, Answered, string, string]>([
    ['goes on', answered(200, stream), 'follow', 'follow'],
    ['is forgotten', answered(404), 'lost', 'lost'],
    ['is gone', answered(410), 'lost', 'lost'],
    ['is not for this person', answered(403), 'lost', 'lost'],
    ['wants a newer token', answered(401), 'refresh', 'lost'],
    ['is limited', answered(429), 'again', 'again'],
    ['meets a fault', answered(500), 'again', 'again'],
    ['meets a gateway', answered(502, { 'x-request-id': '' }), 'again', 'again'],
    ['meets a captive portal', answered(200, { 'x-request-id': '' }), 'again', 'again'],
    ['meets a portal that says 404', answered(404, { 'x-request-id': '' }), 'again', 'again'],
    ['is no stream', answered(200), 'again', 'again'],
  ])('%s', (_, answer, verdict, afterRefresh) => {
    expect(resumeVerdict(answer, false)).toBe(verdict);
    expect(resumeVerdict(answer, true)).toBe(afterRefresh);
  });
});
