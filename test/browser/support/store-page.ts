/** The store alone in a real browser's page, without a service worker: for what needs IndexedDB and WebCrypto, and no network. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ENTRY = fileURLToPath(new URL('./store-entry.ts', import.meta.url));

export interface StorePage {
  origin: string;
  close(): Promise<void>;
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
