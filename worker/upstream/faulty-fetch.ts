/** Imitates the network of a failing provider, under a fault that an operator set (docs/decisions/0037-faults-on-purpose.md). */
import type { ChatRequest } from '../../protocol/chat.ts';
import type { FaultKind } from '../core/routing/fault.ts';
import type { Clock, UpstreamFetch } from '../ports.ts';
import type { Adapter } from '../providers/adapter.ts';
import { cutAfterContent } from './cut-stream.ts';

const SLOW_MS = 3_000;
const ON_PURPOSE = 'A fault that an operator set.';

/** What a call under a fault needs. */
export interface FaultyCall {
  chat: ChatRequest;
  adapter: Adapter;
  fetch: UpstreamFetch;
  clock: Clock;
}

/** A `fetch` that shows this fault. */
export function faultyFetch(fault: FaultKind, { chat, adapter, fetch, clock }: FaultyCall): UpstreamFetch {
  switch (fault) {
    case 'blocked-egress':
      return () => Promise.reject(new TypeError(ON_PURPOSE));
    case 'errors':
      return async () =>
        Response.json({ type: 'error', error: { type: 'api_error', message: ON_PURPOSE } }, { status: 503 });
    case 'slow':
      return async (url, init) => {
        const response = await fetch(url, init);
        // A refusal is not held back. It costs nothing, but a late refusal would be booked as if a model had worked.
        return response.ok ? heldBack(response, init.signal, clock) : response;
      };
    case 'cut-streams':
      return async (url, init) => {
        const response = await fetch(url, init);
        if (!chat.stream || !response.ok || response.body === null) return response;
        return new Response(cutAfterContent(response.body, adapter.stream(chat, clock.now())));
      };
    // These are faults of the deployment, not of its network.
    case 'revoked-key':
    case 'tight-ttft':
      return fetch;
  }
}

/** Holds an answer back while the provider works. If the attempt ends first, the answer is cancelled. */
function heldBack(response: Response, signal: AbortSignal | null | undefined, clock: Clock): Promise<Response> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      callOff();
      response.body?.cancel().catch(() => {});
      reject(signal?.reason);
    };
    const callOff = clock.after(SLOW_MS, () => {
      signal?.removeEventListener('abort', leave);
      resolve(response);
    });
    signal?.addEventListener('abort', leave);
    if (signal?.aborted) leave(); // the event is not sent again
  });
}
