/** Calls of the admin API, at the page's pace. The key stays in a closure, so no storage, address, attribute or log has it. */
import { ok, type Result, refused } from '../../../protocol/result.ts';
import { fullPace, paced } from '../core/pace.ts';
import { type Problem, problemOf, UNREACHABLE } from '../core/problem.ts';

/** The result of a call. */
export type Reply<Value> = Result<Value, Problem>;

export interface Api {
  get<Value>(path: string): Promise<Reply<Value>>;
  /** Sends a change, or a call that the operator makes by hand. */
  send<Value>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<Reply<Value>>;
}

/** What the calls need from the browser. */
export interface ApiPorts {
  fetch: typeof fetch;
  now(): number;
  wait(ms: number): Promise<void>;
}

/** How often a call that gets a 429 is tried. */
const MOST_TRIES = 4;

/** `onKeyRefused` is called when a call was refused because of its key. It ends the session. */
export function createApi(key: string, ports: ApiPorts, onKeyRefused: (problem: Problem) => void): Api {
  let pace = fullPace(ports.now());

  async function call<Value>(method: string, path: string, body?: object): Promise<Reply<Value>> {
    for (let tries = 1; ; tries++) {
      const next = paced(pace, ports.now());
      pace = next.pace;
      // A change that the operator makes does not wait behind the page's own reads.
      if (next.waitMs > 0 && method === 'GET') await ports.wait(next.waitMs);
      const response = await once(method, path, body);
      if (response === undefined) return refused(UNREACHABLE);
      if (response.status === 429 && tries < MOST_TRIES) {
        await ports.wait(retryAfterMs(response));
        continue;
      }
      const value: unknown = await response.json().catch(() => undefined);
      if (response.ok) return value === undefined ? refused(UNREACHABLE) : ok(value as Value);
      const problem = problemOf(response.status, value);
      if (problem.kind === 'key' || problem.kind === 'closed') onKeyRefused(problem);
      return refused(problem);
    }
  }

  function once(method: string, path: string, body?: object): Promise<Response | undefined> {
    const headers = { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) };
    return ports
      .fetch(`./admin/${path}`, {
        ...{
          method,
          headers,
          cache: 'no-store',
          credentials: 'omit',
          redirect: 'error',
          referrerPolicy: 'no-referrer',
        },
        ...(body && { body: JSON.stringify(body) }),
      })
      .catch(() => undefined);
  }

  return { get: (path) => call('GET', path), send: (method, path, body) => call(method, path, body) };
}

function retryAfterMs({ headers }: Response): number {
  const ms = Number(headers.get('retry-after-ms') ?? Number.NaN);
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  const asked = Number.isFinite(ms) ? ms : seconds * 1_000;
  return Number.isFinite(asked) ? Math.min(60_000, Math.max(100, asked)) : 1_000;
}
