import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A gate in front of a provider. While a test has it closed, requests wait, and they are counted once it opens. */
export interface TrafficGate {
  url: string;
  shut(): void;
  open(): void;
  close(): Promise<void>;
}

export async function startGate(targetPort: number): Promise<TrafficGate> {
  const sockets = new Set<Socket>();
  let isShut = false;
  const server = createServer((client) => {
    const provider = connect(targetPort, '127.0.0.1');
    sockets.add(client);
    client.once('close', () => {
      sockets.delete(client);
      provider.destroy();
    });
    // If a provider refuses, resets or closes, so does the gate.
    provider.once('error', () => client.resetAndDestroy());
    provider.once('close', () => client.end());
    client.once('error', () => provider.resetAndDestroy());
    client.on('data', (bytes) => provider.write(bytes));
    if (isShut) client.pause();
    provider.pipe(client, { end: false });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    shut() {
      isShut = true;
      for (const socket of sockets) socket.pause();
    },
    open() {
      isShut = false;
      for (const socket of sockets) socket.resume();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
