import { expect, test } from 'vitest';
import { SERVICE_WORKER_FILE } from '../../../protocol/static-files.ts';
import { serviceWorkerScript } from '../../../worker/endpoints/service-worker.ts';
import type { Deps } from '../../../worker/ports.ts';
import { TestRouter } from '../pipeline/support/router.ts';

const BUILT = '(()=>{self.carryonRouter})();';

function ask(
  url: string,
  { publicUrl, headers = {}, built = BUILT }: { publicUrl?: string; headers?: HeadersInit; built?: string | null } = {},
) {
  const { deps, context } = routerOf();
  const files: Deps['files'] = { text: (path) => (path === SERVICE_WORKER_FILE ? (built ?? undefined) : undefined) };
  const config = { ...deps.config, publicUrl };
  // workerd makes requests of addresses that are no URLs; `Request` here does not.
  const request = { url, headers: new Headers(headers) } as Request;
  return serviceWorkerScript(request, { ...deps, config, files }, context);
}

function routerOf() {
  const router = new TestRouter();
  return { deps: router.deps, context: router.scope() };
}

/** What the script sees as its router. */
async function originIn(response: Response): Promise<unknown> {
  const text = await response.text();
  const self: { carryonRouter?: unknown } = {};
  new Function('self', text)(self);
  expect(text.split('\n')).toHaveLength(2);
  expect(text.endsWith(`\n${BUILT}`)).toBe(true);
  return self.carryonRouter;
}

test.for([
  ['https://ai.example.com/sw.js', 'https://ai.example.com'],
  ['https://AI.example.com:443/sw.js?v=1', 'https://ai.example.com'],
  ['http://127.0.0.1:8787/sw.js', 'http://127.0.0.1:8787'],
  ['http://[::1]:8787/sw.js', 'http://[::1]:8787'],
] as const)('%s is told that its router is %s', async ([url, origin]) => {
  const response = await ask(url);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(response.headers.get('cache-control')).toBe('no-cache');
  expect(response.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(await originIn(response)).toBe(origin);
});

test.for([
  'http://a";alert(1)//b/sw.js',
  'http://a\u2028alert(1)/sw.js',
  "http://a';alert(1);'/sw.js",
  'http://a\\";alert(1)/sw.js',
  'http://</script><script>alert(1)</script>/sw.js',
  'http://host:port/sw.js',
  '/sw.js',
  'http://u"+alert(1)+":p@host/sw.js',
])('a hostile Host header injects nothing: %s', async (url) => {
  const response = await ask(url, { headers: { host: 'hostile' } });
  if (response.status === 200) {
    const origin = await originIn(response);
    expect(new URL(String(origin)).origin).toBe(origin);
  } else {
    expect(response.status).toBe(421);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining('publicUrl') } });
  }
});

test('publicUrl wins over whatever it was asked under', async () => {
  for (const url of ['http://10.0.0.1:8787/sw.js', 'http://no url']) {
    expect(await originIn(await ask(url, { publicUrl: 'https://ai.example.com' }))).toBe('https://ai.example.com');
  }
});

test('a script that is known already is not sent again; under another origin or another build it is another', async () => {
  const first = await ask('https://a.example/sw.js');
  const etag = first.headers.get('etag') ?? '';
  expect(etag).toMatch(/^"[^"]+"$/);
  for (const tag of [etag, `W/${etag}`, `"x", ${etag}`]) {
    const again = await ask('https://a.example/sw.js', { headers: { 'if-none-match': tag } });
    expect(again.status).toBe(304);
    expect(again.headers.get('etag')).toBe(etag);
    expect(await again.text()).toBe('');
  }
  const known = { headers: { 'if-none-match': etag } };
  expect((await ask('https://b.example/sw.js', known)).status).toBe(200);
  expect((await ask('https://a.example/sw.js', { ...known, built: `${BUILT} ` })).status).toBe(200);
});

test('a Worker without its static files says so by name', async () => {
  const response = await ask('https://a.example/sw.js', { built: null });
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({
    error: { code: 'not_found', message: expect.stringContaining('npm run build') },
  });
});
