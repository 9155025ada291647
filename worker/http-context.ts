import { REQUEST_HEADERS } from '../protocol/headers.ts';
import { checkedTraceparent } from './core/telemetry/traceparent.ts';
import type { RequestContext } from './pipeline/request.ts';
import type { Deps } from './ports.ts';
import { Timing } from './response/server-timing.ts';

/** This isolate's data centre. Reading it takes microseconds, so it is read from the first request only. */
let colo: string | null | undefined;
function coloOf(request: Request): string | null {
  if (colo === undefined) colo = (request.cf?.colo as string | undefined) ?? null;
  return colo;
}

/** The context of one HTTP request. It is a class because an object literal with a getter takes twenty times as long to make. */
export class HttpContext implements RequestContext {
  readonly requestId: string;
  readonly arrivedAt: number;
  readonly timing: Timing;
  readonly colo: string | null;
  readonly #request: Request;
  readonly #execution: ExecutionContext;

  constructor(request: Request, execution: ExecutionContext, { clock, newId }: Pick<Deps, 'clock' | 'newId'>) {
    this.arrivedAt = clock.now();
    this.requestId = newId(this.arrivedAt);
    this.timing = new Timing(clock, this.arrivedAt);
    this.colo = coloOf(request);
    this.#request = request;
    this.#execution = execution;
  }

  readonly background: RequestContext['background'] = (work) => this.#execution.waitUntil(work);

  get traceparent(): string | null {
    return checkedTraceparent(this.#request.headers.get(REQUEST_HEADERS.traceparent));
  }

  get namedFeature(): string | null {
    return this.#request.headers.get(REQUEST_HEADERS.feature);
  }

  get gone(): AbortSignal {
    return this.#request.signal;
  }
}
