import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';

/** Free ports, opened and closed together so that no two are the same. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => takePort(0)));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map(releasePort));
  return ports;
}

export async function takePort(port: number): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

export async function releasePort(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}
