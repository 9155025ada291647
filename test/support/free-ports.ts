import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/**
 * These ports are below the ones that the system gives out itself, so a port that is free here stays free until its server starts. Each
 * process has a block of its own, and holds the block's first port.
 */
const [FIRST, BLOCKS, BLOCK_SIZE] = [20_000, 62, 200];

let block: Promise<number> | undefined;
let given = 0;

/** The first port of a block that no other process has. */
async function ownBlock(): Promise<number> {
  for (let turn = 0; turn < BLOCKS; turn++) {
    const first = FIRST + ((process.pid + turn) % BLOCKS) * BLOCK_SIZE;
    const server = await takePort(first).catch(() => undefined);
    server?.unref();
    if (server !== undefined) return first;
  }
  throw new Error(`no block of ports from ${FIRST} on is free`);
}

/** Free ports. No port is given twice before all others have been given. */
export async function freePorts(count: number): Promise<number[]> {
  block ??= ownBlock();
  const first = await block;
  const ports: number[] = [];
  for (let turn = 0; ports.length < count; turn++) {
    if (turn === BLOCK_SIZE) throw new Error(`no ${count} ports from ${first} on are free`);
    const port = first + 1 + (given++ % (BLOCK_SIZE - 1));
    const server = await takePort(port).catch(() => undefined);
    if (server === undefined) continue;
    await releasePort(server);
    ports.push(port);
  }
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
