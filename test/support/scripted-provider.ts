import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A provider, or another server, that a single test scripts. */
export interface ScriptedProvider {
  /** The server's URL without a path. */
  origin: string;
  requests: number;
  close(): Promise<void>;
}

export async function startScripted(answer: RequestListener): Promise<ScriptedProvider> {
  const server = createServer((request, response) => {
    scripted.requests++;
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const scripted: ScriptedProvider = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: 0,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return scripted;
}
