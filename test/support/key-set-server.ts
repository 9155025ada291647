/** Serves the key sets of a sign-in. Tests choose its behaviour for each path. It counts requests. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** `after`: the set is sent when this resolves. */
export type Behaviour = object | { after: Promise<void>; keySet: object } | 'down' | 'never' | 'huge' | 'redirect';

export interface KeySetServer {
  url: string;
  /** The behaviour by path. An object is a key set. */
  behaviours: Record<string, Behaviour>;
  asked: Record<string, number>;
  close(): Promise<void>;
}

export async function startKeySetServer(behaviours: Record<string, Behaviour>): Promise<KeySetServer> {
  const asked: Record<string, number> = {};
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked[path] = (asked[path] ?? 0) + 1;
    answer(response, behaviours[path] ?? 'down', behaviours);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    behaviours,
    asked,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function answer(response: ServerResponse, behaviour: Behaviour, all: Record<string, Behaviour>): void {
  if (behaviour === 'never') return;
  if (behaviour === 'down') response.writeHead(500).end('{"keys":[]}');
  else if (behaviour === 'redirect') response.writeHead(302, { location: '/good' }).end();
  else if (behaviour === 'huge')
    response.end(JSON.stringify({ ...(all['/good'] as object), more: 'x'.repeat(300_000) }));
  else if ('after' in behaviour)
    void (behaviour.after as Promise<void>).then(() => response.end(JSON.stringify(behaviour.keySet)));
  else response.end(JSON.stringify(behaviour));
}
