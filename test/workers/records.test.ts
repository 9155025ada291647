/** Records at the edge: each question has one, from its arrival on, whatever refuses it; no other call has one. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { timeOfUuidV7 } from '../../protocol/uuid-v7.ts';
import { createApp } from '../../worker/app.ts';
import type { ClosedRecord } from '../../worker/core/slo/record.ts';
import { type Composition, compose } from '../../worker/deps.ts';

const KEY = { authorization: 'Bearer sk-local-dev-key' };
const QUESTION = JSON.stringify({ model: 'app/chat', messages: [{ role: 'user', content: 'hello' }] });

async function recordsOf(path: string, init: RequestInit = {}, change: (all: Composition) => void = () => {}) {
  const records: ClosedRecord[] = [];
  const composed = compose(env);
  const events = () => {};
  const close = (record: ClosedRecord) => void records.push(record);
  const underWay = new Set<object>();
  const opened = (request: object) => void underWay.add(request);
  const ended = (request: object) => void underWay.delete(request);
  const deps = { ...composed.deps, events, records: { opened, ended, close } };
  const all: Composition = { ...composed, deps };
  change(all);
  const context = createExecutionContext();
  const request = new Request(`http://localhost${path}`, init);
  const response = await createApp(() => all)(request as Request<unknown, IncomingRequestCfProperties>, env, context);
  await response.text();
  await waitOnExecutionContext(context);
  expect(underWay.size).toBe(0);
  return { records, response };
}

const post = (headers: Record<string, string> = KEY, body = QUESTION): RequestInit => ({
  method: 'POST',
  headers,
  body,
});

it.each<[string, string, RequestInit, Partial<ClosedRecord>, ((all: Composition) => void)?]>([
  [
    'no key',
    '/v1/chat/completions',
    post({ 'x-carryon-feature': 'summarize' }),
    { code: 'missing_key', status: 401, feature: null, door: 'chat-completions' },
  ],
  ['no JSON', '/ai', post(KEY, 'hello'), { code: 'invalid_json', status: 400, door: 'ai', tenant: 'local' }],
  [
    'from a page',
    '/chat/completions',
    post({ ...KEY, origin: 'https://evil.example' }),
    { code: 'origin_not_allowed' },
  ],
  [
    'another machine’s name',
    '/ai',
    post({ ...KEY, host: 'evil.example' }),
    { code: 'misdirected_request', status: 421, door: 'ai', tenant: null, ending: 'refused' },
  ],
  [
    'before all secrets are set',
    '/v1/chat/completions',
    post(),
    { code: 'not_configured', status: 503, ending: 'refused' },
    (all) => {
      all.notConfigured = { code: 'not_configured', missing: ['KEY_SECRET'], how: 'Set it.' };
    },
  ],
  ...(
    [
      ['', 'chat'],
      ['summarize', 'summarize'],
      ['nonsense', 'chat'],
    ] as const
  ).map(([named, feature]): [string, string, RequestInit, Partial<ClosedRecord>, (all: Composition) => void] => [
    `no key store, for the feature "${named}"`,
    '/v1/chat/completions',
    post({ ...KEY, ...(named !== '' && { 'x-carryon-feature': named }) }),
    { code: 'key_store_unavailable', status: 503, tenant: null, feature },
    ({ deps }) => {
      deps.identities = { find: () => Promise.reject(new Error('down')) };
    },
  ]),
  [
    'a bug',
    '/v1/chat/completions',
    post(),
    { code: 'internal_error', status: 500, ending: 'refused', feature: 'chat' },
    ({ deps }) => {
      deps.scopes.of = () => {
        throw new RangeError('ours');
      };
    },
  ],
])('%s', async (_, path, init, expected, change) => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const headers = { ...(init.headers as Record<string, string>), traceparent };
  const { records, response } = await recordsOf(path, { ...init, headers }, change);
  expect(records).toMatchObject([
    { ...expected, traceparent, colo: null, build: expect.stringMatching(/^\d+\.\d+\.\d+/) },
  ]);
  const [{ requestId, arrivedAt, status }] = records as [ClosedRecord];
  expect([requestId, status]).toEqual([response.headers.get('x-request-id'), response.status]);
  expect(timeOfUuidV7(requestId)).toBe(arrivedAt);
});

it.each([
  ['another method', '/v1/chat/completions', {}],
  ['a preflight', '/v1/chat/completions', { method: 'OPTIONS', headers: { origin: 'http://localhost:5173' } }],
  ['another machine’s name at another path', '/v1/models', { headers: { ...KEY, host: 'evil.example' } }],
  ['the list of models', '/v1/models', { headers: KEY }],
  ['a health check', '/healthz', {}],
])('is not made for %s', async (_, path, init) => {
  expect((await recordsOf(path, init)).records).toEqual([]);
});
