/** Static files in plain workerd, as Cloudflare serves them: before the Worker, with types and the headers of `_headers`. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningWorkerd, startWorkerd } from '../../cli/workerd/start-workerd.ts';
import { type Bench, startBench } from '../support/bench.ts';
import { send } from '../support/send.ts';

const get = (url: string, path: string, headers = {}) => send(url, path, { method: 'GET', key: null, headers });

describe('the router', () => {
  let bench: Bench;
  beforeAll(async () => {
    // Not configured: files are served before secrets are set.
    bench = await startBench({ local: false, isolates: ['one', 'two'] });
  });
  afterAll(() => bench.stop());

  test('gives every page the module that registers travel mode', async () => {
    for (const url of Object.values(bench.urls)) {
      const { status, headers, text } = await get(url, '/travel.js', { origin: 'https://app.example.com' });
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        'content-type': 'text/javascript; charset=utf-8',
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
        'cache-control': 'max-age=0, stale-while-revalidate=604800',
        'x-content-type-options': 'nosniff',
      });
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(text).toContain('import.meta.url');
      expect(text).not.toContain('process.env');
      const again = await get(url, '/travel.js', { 'if-none-match': headers.etag });
      expect([again.status, again.text]).toEqual([304, '']);
      const head = await send(url, '/travel.js', { method: 'HEAD', key: null });
      expect([head.status, head.text, head.headers.etag]).toEqual([200, '', headers.etag]);
    }
  });

  test('compresses text as Cloudflare does, for those who can read it', async () => {
    const plain = await get(bench.url, '/travel.js', { 'accept-encoding': 'identity' });
    expect(plain.headers).not.toHaveProperty('content-encoding');
    for (const accept of ['gzip', 'br;q=1.0, gzip;q=0.8', 'deflate, gzip']) {
      const zipped = await fetch(`${bench.url}/travel.js`, { headers: { 'accept-encoding': accept } });
      expect([accept, zipped.headers.get('content-encoding'), await zipped.text()]).toEqual([
        accept,
        'gzip',
        plain.text,
      ]);
      expect([zipped.headers.get('vary'), zipped.headers.get('etag')]).toEqual([
        'accept-encoding',
        `W/${plain.headers.etag}`,
      ]);
    }
    for (const accept of ['br', 'gzip;q=0', 'gzip; q=0.0, br', 'xgzip'])
      expect((await get(bench.url, '/travel.js', { 'accept-encoding': accept })).text).toBe(plain.text);
    const head = await get(bench.url, '/demo-icons/icon-192.png', { 'accept-encoding': 'gzip' });
    expect(head.headers).not.toHaveProperty('content-encoding');
    const again = { 'accept-encoding': 'gzip', 'if-none-match': `W/${plain.headers.etag}` };
    expect((await get(bench.url, '/travel.js', again)).status).toBe(304);
    expect(
      (await send(bench.url, '/travel.js', { method: 'HEAD', key: null, headers: { 'accept-encoding': 'gzip' } })).text,
    ).toBe('');
  });

  test('lets a browser keep what never changes under its name, and ask for the rest', async () => {
    const { headers, text } = await get(bench.url, '/');
    const script = /src="\.(\/demo-assets\/[^"]+)"/.exec(text)?.[1] ?? '';
    const caching = async (path: string) => (await get(bench.url, path)).headers['cache-control'];
    expect(await caching(script)).toBe('public, max-age=31536000, immutable');
    expect([headers['cache-control'], await caching('/demo-sw.js')]).toEqual(['no-cache', 'no-cache']);
    expect((await get(bench.url, '/manifest.webmanifest')).headers['content-type']).toBe('application/manifest+json');
    expect((await get(bench.url, '/favicon.ico')).headers['content-type']).toBe('image/x-icon');
  });

  test('gives the page a policy of its own, and one', async () => {
    const { headers, text } = await get(bench.url, '/?x=1');
    const policy = String(headers['content-security-policy']);
    const style = /<style>(.*?)<\/style>/s.exec(text)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(policy.match(/default-src/g)).toHaveLength(1);
    for (const part of [
      "default-src 'none'",
      "script-src 'self';",
      `style-src 'self' 'sha256-${hash}'`,
      "connect-src 'self';",
    ])
      expect(policy).toContain(part);
    for (const part of [
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      'trusted-types default',
    ])
      expect(policy).toContain(part);
    expect(policy).not.toMatch(/unsafe|\*|http/);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('camera=()'),
    });
  });

  test.for(['status', 'operator'])('gives /%s a policy and scripts of its own', async (page) => {
    const { status, headers, text } = await get(bench.url, `/${page}`);
    const policy = String(headers['content-security-policy']);
    expect([status, policy.match(/default-src/g)?.length]).toEqual([200, 1]);
    for (const part of ["default-src 'none'", "connect-src 'self';", "frame-ancestors 'none'", "trusted-types 'none'"])
      expect(policy).toContain(part);
    expect(policy).not.toMatch(/unsafe|\*|http/);
    const scripts = [...text.matchAll(/(?:src|href)="\.([^"]+\.js)"/g)].map(([, path]) => path ?? '');
    expect(scripts.length).toBeGreaterThan(0);
    for (const path of scripts) {
      expect(path).toMatch(new RegExp(`^/${page}-assets/`));
      expect((await get(bench.url, path)).headers['cache-control']).toBe('public, max-age=31536000, immutable');
    }
    expect((await get(bench.url, `/${page}.html`)).status).toBe(307);
  });

  test.for([
    ['GET', '/', '[::1'],
    ['GET', '/status', 'a:99999'],
    ['GET', '/travel.js', 'a b'],
    ['HEAD', '/travel.js', '"'],
    ['GET', '/travel.js', '%00'],
    ['GET', '/nothing', 'a:b:c'],
    // As some load balancers ask whether a server is alive.
    ['OPTIONS', '*', '127.0.0.1:8787'],
  ])('says to %s %s under the Host %j that this is no address', async ([method = '', path = '', host]) => {
    const got = await send(bench.url, path, { method, key: null, headers: { host } });
    expect(got).toMatchObject({ status: 421, headers: { 'x-should-retry': 'false' } });
    if (method !== 'HEAD') expect(got.json.error).toMatchObject({ code: 'misdirected_request', param: null });
    expect(got.headers['x-request-id']).toMatch(/^[\da-f-]{36}$/);
  });

  test('gives its types as text', async () => {
    const { status, headers, text } = await get(bench.url, '/travel.d.ts');
    expect([status, headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8']);
    expect(text).toContain('export declare function travelMode(options: TravelOptions): Promise<Travel>;');
  });

  test('answers /sw.js itself, with the origin that it was asked under', async () => {
    for (const [url, host] of [
      [bench.url, new URL(bench.url).host],
      [bench.url, 'ai.example.com'],
      [bench.urls.two ?? '', 'ai.example.com:8443'],
    ] as const) {
      const { status, headers, text } = await get(url, '/sw.js', { host });
      expect(status).toBe(200);
      expect(text.startsWith(`self.carryonRouter="http://${host}";\n`)).toBe(true);
      expect(headers).toMatchObject({
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'no-cache',
        'cross-origin-resource-policy': 'cross-origin',
        'x-content-type-options': 'nosniff',
      });
      // A policy on a worker's script would apply to what the worker fetches.
      expect(headers).not.toHaveProperty('content-security-policy');
      const again = await get(url, '/sw.js', { host, 'if-none-match': headers.etag });
      expect([again.status, again.text]).toEqual([304, '']);
      const head = await send(url, '/sw.js', { method: 'HEAD', key: null, headers: { host } });
      expect([head.status, head.text, head.headers.etag]).toEqual([200, '', headers.etag]);
    }
    expect((await send(bench.url, '/sw.js', { key: null })).json.error?.code).toBe('method_not_allowed');
  });

  test.for(['a";alert(1)//', 'a:port', 'a/b"', '"+alert(1)+"', 'a b', "a';x='"])(
    'injects nothing into /sw.js where a Host header says %s',
    async (host) => {
      const { status, text } = await get(bench.url, '/sw.js', { host });
      if (status === 200) {
        expect(text).toMatch(/^self\.carryonRouter="http:\/\/[\w.:-]+";\n/);
      } else expect([400, 404, 421]).toContain(status);
    },
  );

  test('serves nothing but its files, and answers everything else as before', async () => {
    for (const path of ['/_headers', '/worker.js', '/../worker.js', '/%2e%2e/worker.js', '/travel.js/', '/no.js']) {
      const { status, json } = await get(bench.url, path);
      expect([path, status, json.error?.code]).toEqual([path, 404, 'not_found']);
    }
    const page = await get(bench.url, '/');
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.text).toContain('<div id="app">');
    expect((await get(bench.url, '/demo/settings')).json).toMatchObject({ because: 'not_configured' });
    expect((await get(bench.url, '/healthz')).json).toMatchObject({ status: 'ok' });
    expect((await get(bench.url, '/sw-body.js')).headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect((await send(bench.url, '/travel.js')).status).toBe(405);
  });
});

const WORKER =
  'export default { fetch: (request) => new Response("worker " + request.method + " " + new URL(request.url).pathname, { status: 418 }) };';

describe('a page among the files', () => {
  let directory: string;
  let workerd: RunningWorkerd;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'carryon-files-'));
    const files: Record<string, string> = {
      'files/index.html': '<title>home</title>',
      'files/chat.html': '<title>chat</title>',
      'files/docs/index.html': '<title>docs</title>',
      'files/style.css': 'a{}',
      'files/logo.svg': '<svg/>',
      'files/data.json': '{}',
      'files/_headers': '/*\n  x-all: 1\n/chat\n  x-chat: 1\n/style.css\n  cache-control: max-age=60\n',
      'worker.js': WORKER,
    };
    for (const name of ['files/docs', 'state']) await mkdir(join(directory, name), { recursive: true });
    for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
    workerd = await startWorkerd({
      services: [{ name: 'main', port: 0, scriptPath: join(directory, 'worker.js') }],
      stateDirectory: join(directory, 'state'),
      assetsDirectory: join(directory, 'files'),
      wrangler: {
        compatibilityDate: '2026-11-02',
        compatibilityFlags: [],
        kvBindings: [],
        durableObjects: [],
        assets: { directory: 'files', binding: 'ASSETS' },
        vars: {},
      },
      variables: {},
    });
  });
  afterAll(async () => {
    await workerd?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  test.for([
    ['/', 'home'],
    ['/?a=b', 'home'],
    ['/chat', 'chat'],
    ['/docs/', 'docs'],
  ])('%s is %s', async ([path, title]) => {
    const { status, headers, text } = await get(workerd.url, path as string);
    expect([status, text]).toEqual([200, `<title>${title}</title>`]);
    expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'x-all': '1' });
    expect(headers['x-chat']).toBe(title === 'chat' ? '1' : undefined);
  });

  test.for([
    ['/index.html', '/'],
    ['/chat.html', '/chat'],
    ['/chat/', '/chat'],
    ['/docs', '/docs/'],
    ['/docs/index', '/docs/'],
  ])('%s leads to %s', async ([path, to]) => {
    const { status, headers } = await get(workerd.url, path as string);
    expect([status, headers.location]).toEqual([307, to]);
  });

  test.for([
    ['/style.css', 'text/css; charset=utf-8', 'max-age=60'],
    ['/logo.svg', 'image/svg+xml', 'public, max-age=0, must-revalidate'],
    ['/data.json', 'application/json', 'public, max-age=0, must-revalidate'],
  ])('%s is %s', async ([path, type, caching]) => {
    const { headers } = await get(workerd.url, path as string);
    expect(headers).toMatchObject({ 'content-type': type, 'cache-control': caching, 'x-all': '1' });
  });

  test('everything is as Cloudflare’s own router and asset Worker have it', async () => {
    const platform = new Miniflare(
      convertV4MiniflareOptions({
        name: 'platform',
        modules: true,
        script: WORKER,
        compatibilityDate: '2026-11-02',
        assets: {
          directory: join(directory, 'files'),
          binding: 'ASSETS',
          routerConfig: { has_user_worker: true },
          assetConfig: {},
        },
      }),
    );
    try {
      const { origin } = await platform.ready;
      const names = [
        '/',
        '/index',
        '/chat',
        '/docs',
        '/docs/index',
        '/style',
        '/style.css',
        '/data.json',
        '/no',
        '/_headers',
      ];
      const paths = [
        ...names.flatMap((name) => [name, `${name}.html`, `${name}/`, `${name}?a=/b`, `/${name}`, `${name}/x`]),
        ...[
          '/CHAT',
          '/%63hat',
          '/chat%2ehtml',
          '/chat%2Fx',
          '/%',
          '/%zz',
          '/docs//',
          '/docs//index.html',
          '/chat;x',
          '/chat#x',
        ],
      ];
      for (const path of paths) {
        for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS']) {
          const of = async (url: string) => {
            const { status, text, headers } = await send(url, path, { method, key: null });
            return {
              path,
              method,
              status,
              text,
              location: headers.location,
              type: headers['content-type'],
              all: headers['x-all'],
            };
          };
          expect(await of(workerd.url)).toEqual(await of(origin));
        }
      }
    } finally {
      await platform.dispose();
    }
  });

  test.for(['/no', '/style', '/_headers', '/docs/no', '/data.json/x', '/CHAT'])(
    '%s is for the Worker',
    async (path) => {
      expect(await get(workerd.url, path)).toMatchObject({ status: 418, text: expect.stringContaining('worker GET ') });
    },
  );

  test('a method that files do not have is refused for a file, and the Worker’s elsewhere', async () => {
    expect((await send(workerd.url, '/chat', { key: null })).status).toBe(405);
    expect((await send(workerd.url, '/ai', { key: null })).text).toBe('worker POST /ai');
  });
});
