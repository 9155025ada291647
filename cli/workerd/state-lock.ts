import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface StateLock {
  /** The socket's descriptor, which workerd inherits, so that the state stays locked while workerd lives, whatever happens to us. */
  descriptor: number;
  release(): Promise<void>;
}

/**
 * Two workerd processes on one state would each run their own copy of every Durable Object, and a ledger would spend twice.
 * The lock is a listening socket, not a file, so it vanishes with its last holder, however that ended.
 */
export async function lockState(stateDirectory: string): Promise<StateLock> {
  const address = socketAddress(resolve(stateDirectory));
  for (let attempt = 0; attempt < 20; attempt++) {
    const lock = await listenOn(address);
    if (lock !== undefined) return lock;
    // The previous holder may be about to exit. Except on Linux, a dead holder leaves a file.
    if (isAbstract(address) || (await isAnswering(address))) await new Promise((done) => setTimeout(done, 100));
    else await rm(address, { force: true });
  }
  throw new Error(
    `the state in ${stateDirectory} is in use by another "npm start" or "npm run serve"; stop it, or choose another state with CARRYON_STATE`,
  );
}

/** Whether another command holds the lock now, even one that is about to exit. */
export function isStateInUse(stateDirectory: string): Promise<boolean> {
  return isAnswering(socketAddress(resolve(stateDirectory)));
}

/** The socket's address. On Linux it is a name outside every file system. Addresses must be short, so the directory is hashed. */
function socketAddress(stateDirectory: string): string {
  const name = `carryon-${createHash('sha256').update(stateDirectory).digest('hex').slice(0, 16)}`;
  return process.platform === 'linux' ? `\0${name}` : join(tmpdir(), `${name}.sock`);
}

function isAbstract(address: string): boolean {
  return address.startsWith('\0');
}

/** Takes the lock; undefined while another process holds it. */
function listenOn(path: string): Promise<StateLock | undefined> {
  return new Promise((done, fail) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? done(undefined) : fail(error),
    );
    server.listen(path, () => {
      server.unref();
      // Node has no public property for the descriptor.
      const { fd: descriptor } = (server as unknown as { _handle: { fd: number } })._handle;
      done({ descriptor, release: () => new Promise((closed) => server.close(() => closed())) });
    });
  });
}

function isAnswering(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path);
    socket.once('connect', () => socket.destroy()).once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}
