import { countBindings, countCache } from './count-bindings.ts';
import { adding, COUNTS_PATH, counts, countsAtFolds, FOLDS_PATH, FORWARD_PATH } from './counters.ts';
import { setClockForward } from './movable-clock.ts';

interface Worker {
  fetch(request: Request, environment: Record<string, unknown>, context: unknown): Promise<Response> | Response;
}

globalThis.fetch = adding('fetches')(globalThis.fetch as (...args: unknown[]) => unknown) as typeof fetch;

/** The Worker as it is, its bindings counted, and paths more that tell the counts and set the clock forward. */
export function countedWorker(worker: Worker): Worker {
  return {
    ...worker,
    fetch(request, environment, context) {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname === COUNTS_PATH) return Response.json(counts);
      if (pathname === FOLDS_PATH) return Response.json(countsAtFolds);
      if (pathname === FORWARD_PATH) return Response.json(setClockForward(Number(searchParams.get('ms'))));
      countBindings(environment);
      countCache((caches as unknown as { default: object }).default);
      return worker.fetch(request, environment, context);
    },
  };
}
