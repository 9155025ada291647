import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A third party's front end, on another origin than the router's. */
export interface Site {
  origin: string;
  /** What it serves, by path; a test may change it. */
  files: Map<string, { type: string; text: string }>;
  close(): Promise<void>;
}

export const HTML = 'text/html; charset=utf-8';
export const SCRIPT = 'text/javascript; charset=utf-8';

/** At 127.0.0.1, while the router is at localhost: two sites, each of them a secure context. */
export async function startSite(files: Site['files']): Promise<Site> {
  const server = createServer((asked, reply) => {
    const file = files.get(asked.url?.split('?')[0] ?? '');
    if (file === undefined) reply.writeHead(404).end();
    else reply.writeHead(200, { 'content-type': file.type, 'cache-control': 'no-cache' }).end(file.text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
