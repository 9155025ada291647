import { exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';

async function create(origins: string[]) {
  const response = await exports.default.fetch(
    new Request('https://router.example/admin/keys', {
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
