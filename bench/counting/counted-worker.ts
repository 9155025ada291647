import { countBindings, countCache } from './count-bindings.ts';
import { adding, COUNTS_PATH, counts } from './counters.ts';

interface Worker {
  fetch(request: Request, environment: Record<string, unknown>, context: unknown): Promise<Response> | Response;
}

globalThis.fetch = adding('fetches')(globalThis.fetch as (...args: unknown[]) => unknown) as typeof fetch;

/** The Worker as it is, its bindings counted, and one path more that tells the counts. */
export function countedWorker(worker: Worker): Worker {
  return {
    ...worker,
    fetch(request, environment, context) {
      if (new URL(request.url).pathname === COUNTS_PATH) return Response.json(counts);
      countBindings(environment);
      countCache((caches as unknown as { default: object }).default);
      return worker.fetch(request, environment, context);
    },
  };
}
