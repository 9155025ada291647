import { countBindings, countCache } from './count-bindings.ts';
import { add, adding, COUNTS_PATH, counted } from './counters.ts';

interface Worker {
  fetch(request: Request, environment: Record<string, unknown>, context: unknown): Promise<Response> | Response;
}

globalThis.fetch = adding('fetches')(globalThis.fetch as (...args: unknown[]) => unknown) as typeof fetch;

/** The Worker with its bindings counted, and one more path that returns the counts. */
export function countedWorker(worker: Worker): Worker {
  return {
    ...worker,
    fetch(request, environment, context) {
      const { pathname } = new URL(request.url);
      if (pathname === COUNTS_PATH) return Response.json(counted);
      if (pathname.startsWith('/v1/')) add('requests', 1);
      countBindings(environment);
      countCache((caches as unknown as { default: object }).default);
      return worker.fetch(request, environment, context);
    },
  };
}
