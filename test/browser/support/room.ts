/** Serves the demo's page over its made-up state (room-app.tsx), built anew for each test file. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { projectDirectory } from '../../../cli/project.ts';
import { launchBrowser } from './browser.ts';
import type { RoomFixture } from './room-app.tsx';

export interface Room {
  browser: Browser;
  /** Opens one state of the page. Errors on the console are collected in `complaints`. */
  open(query: string, options?: BrowserContextOptions): Promise<Page>;
  complaints: string[];
  stop(): Promise<void>;
}

export interface WithRoom {
  room: RoomFixture;
}

export async function startRoom(): Promise<Room> {
  const { outputFiles } = await build({
    entryPoints: {
      page: join(projectDirectory, 'test/browser/support/room-app.tsx'),
      style: join(projectDirectory, 'web-demo/styles/page.css'),
    },
    outdir: '/',
    bundle: true,
    write: false,
    format: 'esm',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    external: ['/travel.js'],
  });
  const files = new Map(outputFiles.map(({ path, contents }) => [path, contents]));
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8" /><title>Carryon</title>
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content" />
<link rel="icon" href="data:," /><link rel="stylesheet" href="/style.css" /></head>
<body><div id="app"></div><script type="module" src="/page.js"></script></body></html>`;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = files.get(pathname);
    const type = pathname.endsWith('.css') ? 'text/css' : pathname.endsWith('.js') ? 'text/javascript' : 'text/html';
    response.setHeader('content-type', `${type}; charset=utf-8`);
    // As strict as the real page: no style attribute, no HTML from a string.
    response.setHeader(
      'content-security-policy',
      "default-src 'self'; img-src data:; style-src 'self'; script-src 'self'; require-trusted-types-for 'script'",
    );
    response.end(file ?? html);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const browser = await launchBrowser();
  const contexts: BrowserContext[] = [];
  const complaints: string[] = [];
  return {
    browser,
    complaints,
    async open(query, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
      context.setDefaultTimeout(120_000);
      contexts.push(context);
      const page = await context.newPage();
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(String(error)));
      await page.goto(`http://127.0.0.1:${port}/?${query}`);
      await page.locator('h1').waitFor({ state: 'attached' });
      return page;
    },
    async stop() {
      await Promise.all(contexts.map((context) => context.close()));
      await browser.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
