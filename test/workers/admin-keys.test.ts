import { exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { callAdmin } from './call-admin.ts';

async function create(origins: string[]) {
  const response = await exports.default.fetch(
    new Request('http://localhost/admin/keys', {
      method: 'POST',
      headers: { authorization: 'Bearer sk-local-admin-key' },
      body: JSON.stringify({ tenant: 'a', kind: 'publishable', origins }),
    }),
  );
  const body = await response.json<{ origins?: string[]; error?: { code: string; param: string } }>();
  return { status: response.status, ...body };
}

describe('the origins of a publishable key', () => {
  it.each([
    ['https://App.example.com', 'https://app.example.com'],
    ['https://app.example.com:443', 'https://app.example.com'],
    ['http://app.example.com:80/', 'http://app.example.com'],
    ['HTTPS://app.example.com/', 'https://app.example.com'],
    ['https://app.example.com:8443', 'https://app.example.com:8443'],
    ['https://café.example', 'https://xn--caf-dma.example'],
  ])('%s is kept as browsers send it: %s', async (origin, sent) => {
    expect(await create([origin])).toMatchObject({ status: 201, origins: [sent] });
  });

  it.each([
    'app.example.com',
    'https://app.example.com/path',
    'https://user@app.example.com',
    'https://app.example.com?x',
    'https://app.example.com#x',
    'https://app.example.com:99999',
    'https://',
    'https://a b',
    'ftp://app.example.com',
    'null',
    '*',
  ])('%s is refused by name', async (origin) => {
    expect(await create([origin])).toMatchObject({
      status: 400,
      error: { code: 'invalid_body', param: 'origins.0' },
    });
  });
});

describe('a key', () => {
  const refused = async (fields: object) => {
    const { status, body } = await callAdmin('POST', 'keys', { tenant: 'a', ...fields });
    return `${status} ${body.error?.code} ${body.error?.message}`;
  };

  it('has a tier of config’s, or none', async () => {
    expect(await callAdmin('POST', 'keys', { tenant: 'a', tier: 'business' })).toMatchObject({
      status: 201,
      body: { tier: 'business' },
    });
    for (const tier of ['gold', '', 'constructor']) {
      expect(await refused({ tier })).toBe(
        '400 invalid_body tier: there is no such tier; write one of free, team, business',
      );
    }
  });

  it('is for a user that the ledger can name', async () => {
    expect(await callAdmin('POST', 'keys', { tenant: 'a', user: 'ü'.repeat(256) })).toMatchObject({ status: 201 });
    expect(await refused({ user: 'a\u0000b' })).toContain('user: write no control characters');
    expect(await refused({ user: '\ud800' })).toContain('user: write no control characters');
    expect(await refused({ user: 'a'.repeat(257) })).toContain('user: write at most 256 characters');
  });

  it('is asked for in a body of reasonable length', async () => {
    expect(await refused({ features: ['a'.repeat(70_000)] })).toContain('413 payload_too_large');
    expect(await refused({ monthlyUsd: 7 })).toContain(
      'monthlyUsd: is not a setting; write one of tenant, kind, origins',
    );
  });
});

describe('a key’s name and end', () => {
  const create = (fields: object) => callAdmin('POST', 'keys', { tenant: 'a', ...fields });

  it('are kept and listed', async () => {
    const expiresAt = Date.now() + 86_400_000;
    const { status, body } = await create({ name: 'billing é', expiresAt });
    expect([status, body.name, body.expiresAt, body.warnings]).toEqual([201, 'billing é', expiresAt, []]);
    const { body: listed } = await callAdmin('GET', 'keys');
    expect(listed.keys).toContainEqual(expect.objectContaining({ id: body.id, name: 'billing é', expiresAt }));
    const { body: later } = await create({ expiresInSeconds: 3_600 });
    const livesMs = Number(later.expiresAt) - Number(later.createdAt);
    expect(livesMs).toBeGreaterThan(3_590_000);
    expect(livesMs).toBeLessThanOrEqual(3_600_000);
    expect((await create({})).body).toMatchObject({ name: null, expiresAt: null });
  });

  it.each([
    [{ name: '' }, 'name'],
    [{ name: 'a'.repeat(101) }, 'name'],
    [{ name: 'a\nb' }, 'name'],
    [{ expiresAt: 1_000 }, 'expiresAt'],
    [{ expiresAt: '2027-01-01' }, 'expiresAt'],
    [{ expiresAt: Number.MAX_SAFE_INTEGER }, 'expiresAt'],
    [{ expiresInSeconds: 0 }, 'expiresInSeconds'],
    [{ expiresInSeconds: 1.5 }, 'expiresInSeconds'],
    [{ expiresInSeconds: 60, expiresAt: Date.now() + 60_000 }, 'expiresInSeconds'],
  ])('%j is refused by name', async (fields, param) => {
    expect(await create(fields)).toMatchObject({ status: 400, body: { error: { code: 'invalid_body', param } } });
  });

  it('a page’s key for an origin that config does not name comes with a warning', async () => {
    const origins = ['https://unnamed.example', 'http://localhost:5173'];
    const { status, body } = await create({ kind: 'publishable', origins });
    expect([status, body.warnings]).toEqual([201, [expect.stringContaining('https://unnamed.example is not among')]]);
  });
});
