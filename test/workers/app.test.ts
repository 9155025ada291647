import { exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';

const at = (path: string, init?: RequestInit) => exports.default.fetch(new Request(`http://localhost${path}`, init));
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  at(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers });
const KEY = { authorization: 'Bearer sk-local-dev-key' };

async function refused(asked: Promise<Response>) {
  const response = await asked;
  const body = await response.json<{ error: { code: string; message: string } }>();
  expect(Object.keys(body.error).toSorted()).toEqual(['code', 'message', 'param', 'type']);
  expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(response.headers.get('content-type')).toBe('application/json');
  return { status: response.status, code: body.error.code, message: body.error.message, headers: response.headers };
}

describe('the Worker in workerd', () => {
  it('is healthy, and says whether it is configured', async () => {
    const response = await at('/healthz');
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ status: 'ok', configured: true });
  });

  it('leaves its root to the page, and says to a caller who finds no page what is here', async () => {
    for (const method of ['GET', 'POST']) {
      const { status, message } = await refused(at('/', { method }));
      expect([status, message]).toEqual([
        404,
        expect.stringMatching(/POST \/v1\/chat\/completions; POST \/ai;.*\/healthz/),
      ]);
    }
  });

  it('names admin’s paths to a caller who looks for one of them, and clients’ paths to others', async () => {
    const admin = { authorization: `Bearer sk-local-admin-key` };
    expect((await refused(at('/admin/tenants', { headers: admin }))).message).toContain('/admin/ledger/:tenant');
    expect((await refused(at('/v2/nothing'))).message).toContain('POST /v1/chat/completions');
    expect((await refused(at('/v2/nothing'))).message).not.toContain('/admin');
  });

  it('lists its aliases to a caller with a key', async () => {
    const response = await at('/v1/models', { headers: KEY });
    expect(await response.json()).toMatchObject({ object: 'list', data: [{ id: 'app/chat' }] });
  });

  it('lists the features of a key, and keeps nothing of it', async () => {
    const response = await at('/ai/features', { headers: KEY });
    expect(await response.json()).toEqual({
      features: {
        chat: { resume: true, travelTtlSeconds: 604_800, generation: 0, alias: 'app/chat' },
        summarize: { resume: false, travelTtlSeconds: 604_800, generation: 0, alias: 'app/chat' },
      },
      default: 'chat',
    });
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect((await refused(at('/ai/features', { method: 'POST', headers: KEY }))).headers.get('allow')).toBe('GET');
    expect(await refused(at('/ai/features'))).toMatchObject({ status: 401, code: 'missing_key' });
  });

  it.each<[string, () => Promise<Response>, number, string]>([
    ['no key', () => post('/v1/chat/completions', {}), 401, 'missing_key'],
    ['a junk key', () => post('/v1/chat/completions', {}, { authorization: 'Bearer sk-junk' }), 401, 'invalid_key'],
    ['models without a key', () => at('/v1/models'), 401, 'missing_key'],
    ['admin without its key', () => at('/admin/keys', { headers: KEY }), 401, 'invalid_admin_key'],
    ['nothing there', () => at('/v2/nothing'), 404, 'not_found'],
    ['what is to come', () => post('/v1/responses', {}, KEY), 404, 'not_found'],
    ['another method', () => at('/v1/chat/completions', { headers: KEY }), 405, 'method_not_allowed'],
    ['no JSON', () => post('/v1/chat/completions', 'hello', KEY), 400, 'invalid_json'],
    ['an unknown alias', () => post('/ai', { prompt: 'x', model: 'gpt' }, KEY), 404, 'unknown_alias'],
  ])('%s', async (_, ask, status, code) => {
    expect(await refused(ask())).toMatchObject({ status, code });
  });

  it('says what to use where something is to come, and which method is right', async () => {
    for (const path of ['/responses', '/messages', '/embeddings']) {
      const { status, message } = await refused(post(`/v1${path}`, {}, KEY));
      expect([status, message]).toEqual([404, expect.stringContaining('/v1/chat/completions')]);
      expect((await refused(post(path, {}, KEY))).message).toBe(message);
    }
    expect((await refused(at('/ai', { headers: KEY }))).headers.get('allow')).toBe('POST');
  });

  it.each([
    'http://evil.example',
    'http://localhost.evil.example',
    'http://10.0.0.5:8787',
    'http://0x7f.1.evil.example',
  ])('answers nothing under a name that is not this machine’s: %s', async (origin) => {
    for (const path of ['/v1/chat/completions', '/admin/keys', '/healthz', '/nothing']) {
      const headers = { ...KEY, origin };
      const asked = exports.default.fetch(new Request(`${origin}${path}`, { headers }));
      const { status, code, headers: told } = await refused(asked);
      expect([status, code, told.get('access-control-allow-origin')]).toEqual([421, 'misdirected_request', null]);
    }
  });

  it('lets no page of another machine call', async () => {
    for (const origin of [
      'https://evil.example',
      'null',
      'http://localhost.evil.example',
      'http://127.0.0.1.evil.example',
    ]) {
      const preflight = { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } };
      expect((await at('/ai', preflight)).headers.get('access-control-allow-origin')).toBeNull();
      const headers = { ...KEY, origin };
      expect(await refused(at('/v1/models', { headers }))).toMatchObject({ status: 403, code: 'origin_not_allowed' });
    }
  });

  it('answers a page’s preflight, and admin’s not', async () => {
    const preflight = {
      method: 'OPTIONS',
      headers: { origin: 'http://localhost:5173', 'access-control-request-method': 'POST' },
    };
    const allowed = await at('/ai', preflight);
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([
      204,
      'http://localhost:5173',
    ]);
    expect((await at('/admin/keys', preflight)).headers.get('access-control-allow-origin')).toBeNull();
  });
});
