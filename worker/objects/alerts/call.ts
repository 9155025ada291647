/** One call of a webhook. Its address and secret are credentials, so neither appears in what a call returns. */
import type { Attempt } from '../../core/alerts/alert.ts';
import { CALL_TIMEOUT_MS } from '../../core/alerts/limits.ts';
import type { Hook } from '../../core/alerts/policy.ts';
import type { Clock } from '../../core/clock.ts';
import { retryAfterMs } from '../../core/retry-after.ts';

/** What a call needs from outside. */
export interface Caller {
  clock: Clock;
  fetch: (url: string, init: RequestInit) => Promise<Response>;
}

/** Calls a webhook once. `id` is the same for each repetition (Standard Webhooks: `webhook-id`). */
export async function deliver(hook: Hook, id: string, body: string, { clock, fetch }: Caller): Promise<Attempt> {
  const began = clock.now();
  const failed = (error: string, status: number | null = null, askedMs: number | null = null): Attempt => {
    return { ok: false, status, ms: clock.now() - began, error, retryAfterMs: askedMs };
  };
  if (hook.problem !== undefined) return failed(hook.problem);
  const abort = new AbortController();
  const stopTimer = clock.after(CALL_TIMEOUT_MS, () => abort.abort());
  try {
    const headers = { 'content-type': 'application/json', ...(await signatureHeaders(hook, id, began, body)) };
    const init = { method: 'POST', headers, body, redirect: 'manual' as const, signal: abort.signal };
    const response = await fetch(hook.url, init);
    const word = await wordOf(response);
    const { ok, status } = response;
    if (ok) return { ok, status, ms: clock.now() - began, error: null, retryAfterMs: null };
    const isRedirect = status >= 300 && status < 400;
    const why = isRedirect ? ', and redirects are not followed' : word && !hook.url.includes(word) ? `: ${word}` : '';
    return failed(`answered ${status}${why}`, status, retryAfterMs(response.headers.get('retry-after'), clock.now()));
  } catch {
    return failed(abort.signal.aborted ? `did not answer within ${CALL_TIMEOUT_MS / 1_000} s` : 'cannot be reached');
  } finally {
    stopTimer();
  }
}

/** Standard Webhooks: HMAC-SHA256 of `id.timestamp.body`. Slack needs none: its address is the secret. */
async function signatureHeaders(
  { format, secret }: Hook,
  id: string,
  now: number,
  body: string,
): Promise<Record<string, string>> {
  if (format === 'slack') return {};
  const timestamp = String(Math.floor(now / 1_000));
  const bytes = Uint8Array.from(atob(secret), (character) => character.charCodeAt(0));
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const signed = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(`${id}.${timestamp}.${body}`));
  const signature = btoa(String.fromCharCode(...new Uint8Array(signed)));
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

/** Slack says in one word what is wrong, such as `no_service`. Any other text might quote the address, so it is left out. */
async function wordOf({ body, ok }: Response): Promise<string> {
  if (body === null) return '';
  const reader = body.getReader();
  const { value } = ok ? { value: undefined } : await reader.read();
  reader.cancel().catch(() => {});
  const text = new TextDecoder().decode(value);
  return /^[a-z_]{1,40}$/.test(text) ? text : '';
}
