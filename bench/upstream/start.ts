import { fork } from 'node:child_process';
import { once } from 'node:events';

/** How the upstream streams from now on. */
export interface StreamScript {
  contentChunks: number;
  /** On average; each wait is between half of it and one and a half. */
  paceMs: number;
  firstContentDelayMs: number;
  /** Text more in each chunk, in bytes. */
  paddingBytes?: number;
  /** How long a whole answer takes. */
  wholeDelayMs?: number;
}

export interface UpstreamReady {
  port: number;
}

export interface Upstream {
  port: number;
  script(script: StreamScript): Promise<void>;
  stop(): void;
}

export async function startUpstream(): Promise<Upstream> {
  const child = fork(new URL('./server.ts', import.meta.url), { execArgv: [] });
  const [ready] = (await once(child, 'message')) as [UpstreamReady];
  return {
    port: ready.port,
    async script(script) {
      child.send(script);
      await once(child, 'message');
    },
    stop() {
      child.disconnect();
    },
  };
}
