import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from './billing.ts';
import type { Step } from './script.ts';

export interface Meter {
  began(): void;
  made(tokens: number): void;
}

/** Carries out a script on a real response. It ends early, as 'aborted', if the client leaves before the answer is complete. */
export async function perform(response: ServerResponse, steps: Step[], meter: Meter): Promise<Outcome> {
  const left = new AbortController();
  const leave = (): void => left.abort();
  if (response.closed) leave();
  else response.once('close', leave);
  let complete = false;
  try {
    for (const step of steps) {
      if (left.signal.aborted) break;
      if (step.do === 'complete') complete = true;
      else if (step.do === 'begin') meter.began();
      else if (step.do === 'make') meter.made(step.tokens);
      else await act(response, step, left.signal);
      if (step.do === 'end' || step.do === 'cut' || step.do === 'reset') return complete ? 'completed' : 'failed';
    }
  } catch (error) {
    if (!left.signal.aborted) throw error;
  } finally {
    response.off('close', leave);
  }
  return complete ? 'completed' : 'aborted';
}

type Act = Exclude<Step, { do: 'complete' | 'begin' | 'make' }>;

async function act(response: ServerResponse, step: Act, signal: AbortSignal): Promise<void> {
  switch (step.do) {
    case 'head':
      response.writeHead(step.status, step.headers);
      response.flushHeaders();
      return;
    case 'wait':
      if (step.ms > 0) await sleep(step.ms, undefined, { signal });
      return;
    case 'write':
      return write(response, step.text, signal);
    case 'hang':
      return hang(response, step, signal);
    case 'end':
      response.end();
      return;
    case 'cut':
      // This waits until the bytes are sent, so that the client sees them before the connection breaks.
      await new Promise<void>((resolve) => response.write('', () => resolve()));
      response.socket?.end(() => response.socket?.destroy());
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
  }
}

async function write(response: ServerResponse, text: string, signal: AbortSignal): Promise<void> {
  const roomLeft = response.write(text);
  if (!roomLeft) await once(response, 'drain', { signal });
  // Each write gets a turn of the event loop. Otherwise, at the fast pace, nothing would notice that a client has left.
  else await nextTurn(undefined, { signal });
}

async function hang(
  response: ServerResponse,
  { keepAlive, everyMs }: { keepAlive: string | undefined; everyMs: number },
  signal: AbortSignal,
): Promise<void> {
  const timer = setInterval(() => keepAlive !== undefined && response.write(keepAlive), Math.max(everyMs, 1));
  if (keepAlive !== undefined) response.write(keepAlive);
  else clearInterval(timer);
  try {
    if (!signal.aborted) await once(signal, 'abort');
  } finally {
    clearInterval(timer);
  }
}
