import { fork } from 'node:child_process';
import { once } from 'node:events';

/** How the upstream answers. */
export interface StreamScript {
  contentChunks: number;
  /** The average wait. Each wait is between half and one and a half times as long. */
  paceMs: number;
  firstContentDelayMs: number;
  /** Extra text in each chunk, in bytes. */
  paddingBytes?: number;
  /** How long a whole answer takes on average. If 0 or undefined, it comes at once. */
  wholeDelayMs?: number;
}

export const DEFAULT_SCRIPT: StreamScript = { contentChunks: 100, paceMs: 10, firstContentDelayMs: 5 };

export interface UpstreamReady {
  port: number;
}

export interface Upstream {
  port: number;
  processId: number;
  script(script: StreamScript): Promise<void>;
  /** Sets how long whole answers take. */
  answerAfter(ms: number): Promise<void>;
  stop(): void;
}

export async function startUpstream(): Promise<Upstream> {
  const child = fork(new URL('./server.ts', import.meta.url), { execArgv: [] });
  const [ready] = (await once(child, 'message')) as [UpstreamReady];
  const script = async (next: StreamScript) => {
    child.send(next);
    await once(child, 'message');
  };
  return {
    port: ready.port,
    processId: child.pid ?? -1,
    script,
    answerAfter: (ms) => script({ ...DEFAULT_SCRIPT, wholeDelayMs: ms }),
    stop() {
      child.disconnect();
    },
  };
}
