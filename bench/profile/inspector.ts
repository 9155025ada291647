import type { CpuProfile } from './cpu-profile.ts';

const SAMPLED_EVERY_MICROS = 200;
/** Samples may be a little late. A longer gap means that the isolate was not running. */
export const LONGEST_SAMPLE_MICROS = 2 * SAMPLED_EVERY_MICROS;

/** Records what the isolate runs while `load` is under way, over the Chrome DevTools protocol. */
export async function recordProfile(
  inspectorPort: number,
  service: string,
  load: () => Promise<void>,
): Promise<CpuProfile> {
  const socket = new WebSocket(`ws://127.0.0.1:${inspectorPort}/${service}`);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true });
    socket.addEventListener('error', reject, { once: true });
  });
  try {
    await command(socket, 'Profiler.enable');
    await command(socket, 'Profiler.setSamplingInterval', { interval: SAMPLED_EVERY_MICROS });
    await command(socket, 'Profiler.start');
    await load();
    const { profile } = (await command(socket, 'Profiler.stop')) as { profile: CpuProfile };
    return profile;
  } finally {
    socket.close();
  }
}

let lastId = 0;

function command(socket: WebSocket, method: string, params: Record<string, unknown> = {}): Promise<unknown> {
  lastId += 1;
  const id = lastId;
  socket.send(JSON.stringify({ id, method, params }));
  return new Promise((resolve, reject) => {
    socket.addEventListener('message', function receive({ data }: MessageEvent) {
      const reply = JSON.parse(String(data)) as { id?: number; result?: unknown; error?: { message: string } };
      if (reply.id !== id) return;
      socket.removeEventListener('message', receive);
      if (reply.error) reject(new Error(`${method}: ${reply.error.message}`));
      else resolve(reply.result);
    });
  });
}
