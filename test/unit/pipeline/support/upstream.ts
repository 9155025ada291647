import type { Clock, UpstreamFetch } from '../../../../worker/ports.ts';

/** What a scripted body does next: sends, waits, breaks, or nothing any more. */
export type Step = string | Uint8Array | { waitMs: number } | 'reset' | 'hang';

export interface Script {
  status?: number;
  headers?: Record<string, string>;
  /** Before the headers. */
  afterMs?: number;
  /** No headers ever; or no connection. */
  instead?: 'hang' | 'refuse';
  body?: readonly Step[];
}

export interface Call {
  /** The deployment, by its host. */
  to: string;
  at: number;
  init: RequestInit;
  body: Record<string, unknown>;
  /** How many steps of the body were asked for. */
  taken: number;
  /** It has come to its end, whichever way. */
  over: boolean;
  /** Why it was let go before its end. */
  aborted: boolean;
  cancelled: boolean;
}

const encoder = new TextEncoder();
const RESET = new TypeError('connection reset');

/** Providers as scripts on a test's clock. `https://a.example/…` is played by the scripts of `a`, the last one over and over. */
export class Upstream {
  readonly calls: Call[] = [];
  readonly #clock: Clock;
  readonly #scripts = new Map<string, Script[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  on(deployment: string, ...scripts: Script[]): void {
    this.#scripts.set(deployment, scripts);
  }

  callsTo(deployment: string): Call[] {
    return this.calls.filter(({ to }) => to === deployment);
  }

  /** Still being answered. */
  get running(): Call[] {
    return this.calls.filter(({ over }) => !over);
  }

  readonly fetch: UpstreamFetch = async (url, init) => {
    const to = new URL(url).hostname.replace('.example', '');
    const body = JSON.parse(String(init.body));
    const call: Call = {
      to,
      at: this.#clock.now(),
      init,
      body,
      taken: 0,
      over: false,
      aborted: false,
      cancelled: false,
    };
    this.calls.push(call);
    const scripts = this.#scripts.get(to) ?? [];
    const script = scripts.length > 1 ? scripts.shift() : scripts[0];
    if (script === undefined) throw new Error(`no script for ${to}`);
    const { signal } = init;
    const aborted = new Promise<never>((_, reject) => {
      const abort = () => {
        call.aborted = !call.over;
        call.over = true;
        reject(signal?.reason);
      };
      if (signal?.aborted) abort();
      else signal?.addEventListener('abort', abort);
    });
    aborted.catch(() => {});
    if (script.afterMs !== undefined) await Promise.race([this.#wait(script.afterMs), aborted]);
    if (script.instead === 'hang') await aborted;
    if (script.instead === 'refuse' || signal?.aborted) {
      call.over = true;
      throw signal?.aborted ? signal.reason : RESET;
    }
    return new Response(this.#play(script.body ?? [], call, aborted), {
      status: script.status ?? 200,
      headers: script.headers ?? { 'content-type': 'application/json' },
    });
  };

  #wait(ms: number): Promise<void> {
    return new Promise((resume) => void this.#clock.after(ms, resume));
  }

  /** One step for each pull, nothing read ahead. */
  #play(steps: readonly Step[], call: Call, aborted: Promise<never>): ReadableStream<Uint8Array> {
    const left = [...steps];
    let stopWaiting = () => {};
    return new ReadableStream<Uint8Array>(
      {
        start(controller) {
          aborted.catch((reason) => {
            stopWaiting();
            controller.error(reason);
          });
        },
        pull: async (controller) => {
          for (;;) {
            const step = left.shift();
            call.taken++;
            if (step === undefined || step === 'reset') {
              call.over = true;
              return step === undefined ? controller.close() : controller.error(RESET);
            }
            if (step === 'hang') return new Promise<void>(() => {});
            if (typeof step === 'string') return controller.enqueue(encoder.encode(step));
            if (step instanceof Uint8Array) return controller.enqueue(step);
            await new Promise<void>((resume) => {
              stopWaiting = this.#clock.after(step.waitMs, resume);
            });
          }
        },
        cancel() {
          stopWaiting();
          call.cancelled = !call.over;
          call.over = true;
        },
      },
      { highWaterMark: 0 },
    );
  }
}
