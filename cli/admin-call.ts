import { setTimeout as wait } from 'node:timers/promises';
import type { AdminTarget } from './admin-target.ts';

/** How often a call that the router refuses with 429 is tried. After that, the refusal is the error. */
const MOST_TRIES = 3;
/** A wait longer than this is reported as an error. */
const LONGEST_WAIT_MS = 5_000;

/**
 * Makes one call of a router's admin API. After a 429 it waits as long as the router says. Any other refusal is thrown with the router's
 * own message.
 */
export async function adminCall<Answer>(
  target: AdminTarget,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    const response = await send(target, method, path, body);
    const waitMs = tries < MOST_TRIES ? waitAfter(response) : undefined;
    if (waitMs === undefined) return read<Answer>(response, target);
    await response.body?.cancel();
    await wait(waitMs);
  }
}

async function send({ url, adminKey }: AdminTarget, method: string, path: string, body: unknown): Promise<Response> {
  try {
    return await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch (error) {
    if (method !== 'GET' && brokeOff(error))
      throw new Error(
        `${url} closed the connection without an answer, so the change may or may not have been made. npm run audit shows it.`,
      );
    throw new Error(`Nothing answers at ${url}. Is it running (npm start), and are PORT or CARRYON_URL right?`);
  }
}

/** Error codes of a connection that broke after the call was sent. A router that was never reached gives other codes. */
const BROKEN = new Set<unknown>(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE', 'UND_ERR_HEADERS_TIMEOUT']);
const brokeOff = (error: unknown): boolean =>
  error instanceof Error && BROKEN.has((error.cause as { code?: unknown } | undefined)?.code);

/** How long to wait before the next attempt; undefined if the answer is final. */
function waitAfter({ status, headers }: Response): number | undefined {
  if (status !== 429) return undefined;
  const written = headers.get('retry-after-ms') ?? `${headers.get('retry-after')}000`;
  const waitMs = /^\d{1,9}$/.test(written) ? Number(written) : undefined;
  return waitMs !== undefined && waitMs <= LONGEST_WAIT_MS ? waitMs : undefined;
}

async function read<Answer>(response: Response, { url, hint }: AdminTarget): Promise<Answer> {
  const text = await response.text();
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Error(`${url} answered ${response.status}, but not with JSON. Is it Carryon?`);
  }
  if (response.ok) return answer as Answer;
  const { error } = answer as { error?: { message?: string } };
  const id = response.headers.get('x-request-id');
  // The router's log says more about its own faults, under this id.
  const said = error?.message ?? `${url} answered ${response.status}.`;
  const refusal = response.status >= 500 && id !== null ? `${said} (request id ${id})` : said;
  throw new Error(response.status === 401 ? `${refusal}\n${hint}` : refusal);
}
