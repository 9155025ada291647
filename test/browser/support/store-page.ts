/** The store alone in a real browser's page, without a service worker: for what needs IndexedDB and WebCrypto, and no network. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { launchBrowser } from './browser.ts';

const ENTRY = fileURLToPath(new URL('./store-entry.ts', import.meta.url));

export interface StorePage {
  origin: string;
  close(): Promise<void>;
}

/** The same, open in a browser of its own. */
export interface OpenStorePage {
  page: Page;
  close(): Promise<void>;
}

export async function openStorePage(): Promise<OpenStorePage> {
  const site = await serveStorePage();
  const browser = await launchBrowser();
  const page = await (await browser.newContext()).newPage();
  await page.goto(site.origin);
  return {
    page,
    async close() {
      await browser.close();
      await site.close();
    },
  };
}

/** Serves one page with `carryon.openStore` in it. */
export async function serveStorePage(): Promise<StorePage> {
  const { outputFiles } = await build({
    entryPoints: [ENTRY],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'carryon',
  });
  const script = outputFiles[0]?.text ?? '';
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><title>store</title><script>${script}</script>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
