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
        '400 invalid_body tier: there is no such tier; there are free, team, business',
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
    expect(await refused({ monthlyUsd: 7 })).toContain('monthlyUsd: is not a setting; there are tenant, kind, origins');
  });
});
