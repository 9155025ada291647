/** One call of a webhook. Its address and secret are credentials, so neither appears in what a call returns. */
import type { Attempt } from '../../core/alerts/alert.ts';
import { CALL_TIMEOUT_MS } from '../../core/alerts/limits.ts';
import type { Hook } from '../../core/alerts/policy.ts';
import type { Clock } from '../../core/clock.ts';
import { retryAfterMs } from '../../core/retry-after.ts';

/** What a call needs from outside. */
export interface CallDeps {
  clock: Clock;
  fetch: (url: string, init: RequestInit) => Promise<Response>;
}

/** Calls a webhook once. `id` is the same for each repetition (Standard Webhooks: `webhook-id`). */
export async function deliver(hook: Hook, id: string, body: string, { clock, fetch }: CallDeps): Promise<Attempt> {
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
    const reply = await replyOf(response);
    const { ok, status } = response;
    if (ok) return { ok, status, ms: clock.now() - began, error: null, retryAfterMs: null };
    const isRedirect = status >= 300 && status < 400;
    const words = wordsOf(hook, reply);
    const why = isRedirect ? ', and redirects are not followed' : words && `: ${words}`;
    const failure = failed(
      `answered ${status}${why}`,
      status,
      retryAfterMs(response.headers.get('retry-after'), clock.now()),
    );
    return isRefusal(hook, status, reply) ? { ...failure, isRefused: true } : failure;
  } catch {
    return failed(abort.signal.aborted ? `did not answer within ${CALL_TIMEOUT_MS / 1_000} s` : 'cannot be reached');
  } finally {
    stopTimer();
  }
}

/**
 * The signature of Standard Webhooks: HMAC-SHA256 of `id.timestamp.body`. Slack and PagerDuty need none, because the address or
 * the body holds the secret.
 */
async function signatureHeaders(
  { format, secret }: Hook,
  id: string,
  now: number,
  body: string,
): Promise<Record<string, string>> {
  if (format !== 'json') return {};
  const timestamp = String(Math.floor(now / 1_000));
  const bytes = Uint8Array.from(atob(secret), (character) => character.charCodeAt(0));
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const signed = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(`${id}.${timestamp}.${body}`));
  const signature = btoa(String.fromCharCode(...new Uint8Array(signed)));
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

/** The beginning of a failed call's reply. Empty if the call succeeded. */
async function replyOf({ body, ok }: Response): Promise<string> {
  if (body === null) return '';
  const reader = body.getReader();
  const { value } = ok ? { value: undefined } : await reader.read();
  reader.cancel().catch(() => {});
  return new TextDecoder().decode(value?.subarray(0, LONGEST_REPLY_BYTES));
}

const LONGEST_REPLY_BYTES = 4_096;

/**
 * What a receiver says is wrong: one word from Slack, such as `no_service`, or sentences from PagerDuty. Any other text might
 * quote the address or the key, so it is left out.
 */
function wordsOf({ format, url, secret }: Hook, reply: string): string {
  const words = format === 'pagerduty' ? pagerDutyWords(reply) : reply;
  const isHarmless = (format === 'pagerduty' ? /^[\w '’.,:;()-]{1,300}$/ : /^[a-z_]{1,40}$/).test(words);
  const quotes = url.includes(words) || (secret !== '' && words.includes(secret));
  return isHarmless && !quotes ? words : '';
}

/** The errors of a reply such as `{"status": "invalid event", "message": "…", "errors": ["…"]}`. If there are none, its message. */
function pagerDutyWords(reply: string): string {
  try {
    const { errors, message } = JSON.parse(reply) as { errors?: unknown; message?: unknown };
    const told = Array.isArray(errors) && errors.length > 0 ? errors : [message];
    return told.filter((one) => typeof one === 'string').join('; ');
  } catch {
    return '';
  }
}

/** Whether the message itself is wrong. A wrong routing key can be corrected, so messages that were sent with it wait. */
function isRefusal({ format }: Hook, status: number, reply: string): boolean {
  if (status !== 400) return false;
  if (format === 'slack') return /^invalid_(?:payload|blocks)/.test(reply);
  return format === 'pagerduty' && !/routing.?key/i.test(reply);
}
