/**
 * Writes an `AnswerHead` as response headers. Only this file writes the `x-carryon-*` and `x-ratelimit-*` headers of an answer. Setting
 * a header takes about a microsecond. So a header with an ordinary value is not sent, and those that all answers of a deployment share
 * are copied natively from a template.
 */
import { RESPONSE_HEADERS as NAME } from '../../protocol/headers.ts';
import type { AnswerHead } from '../core/answers/answer-head.ts';
import { ageSeconds } from '../core/answers/freshness.ts';
import { tightest } from '../core/ledger/book/left.ts';
import type { Left } from '../core/ledger/messages.ts';
import { usdText } from '../core/pricing/cost.ts';
import { headerText } from './header-text.ts';
import type { ResponseContext } from './plain.ts';
import { dateText } from './server-timing.ts';

/** What a response needs besides its head and its body. */
export interface ResponseForm {
  status: number;
  contentType: 'application/json' | 'text/event-stream; charset=utf-8';
  /** How long a browser may keep the response (cache-control.ts). */
  cacheControl: string;
  /** The headers of an error, such as `retry-after`. */
  errorHeaders?: Readonly<Record<string, string>> | undefined;
}

/** The response for an answer or a refusal. With `seesProvider` its caller may learn the provider and the cost. */
export function answerResponse(
  body: BodyInit | null,
  head: AnswerHead,
  seesProvider: boolean,
  form: ResponseForm,
  { requestId, timing }: ResponseContext,
): Response {
  const { status, errorHeaders } = form;
  const response = new Response(body, { status, headers: templateOf(head, seesProvider, form) });
  const { headers } = response;
  const { now } = timing;
  headers.set(NAME.requestId, requestId);
  headers.set(NAME.date, dateText(now));
  headers.set(NAME.serverTiming, timing.text(now));
  setHead(headers, head, seesProvider);
  if (head.storedAt !== undefined) headers.set(NAME.age, String(ageSeconds(head.storedAt, now)));
  for (const name in errorHeaders) headers.set(name, errorHeaders[name] ?? '');
  return response;
}

/** Sets the headers that differ from answer to answer. */
function setHead(headers: Headers, head: AnswerHead, seesProvider: boolean): void {
  const { mode, attempts, hops, dropped, left, cache, costMicroUsd } = head;
  if (mode !== undefined && mode !== 'normal') headers.set(NAME.mode, mode);
  if (attempts !== undefined && attempts !== 1) headers.set(NAME.attempts, String(attempts));
  if (hops !== undefined && hops !== 0) headers.set(NAME.hops, String(hops));
  if (dropped !== undefined && dropped.length > 0) headers.set(NAME.dropped, headerText(dropped.join(', ')));
  if (left !== undefined && left.length > 0) setLimits(headers, left, seesProvider);
  if (head.isUnmetered) headers.set(NAME.ledger, 'unreachable');
  if (cache !== undefined) headers.set(NAME.cache, cache);
  if (head.staleCause !== undefined) headers.set(NAME.staleCause, head.staleCause);
  if (seesProvider && costMicroUsd !== undefined) headers.set(NAME.costUsd, usdText(costMicroUsd));
  if (head.streamId !== undefined) headers.set(NAME.streamId, head.streamId);
  if (head.notResumable !== undefined) headers.set(NAME.resume, `off; reason=${head.notResumable}`);
  if (head.isReplayed) headers.set(NAME.replayed, '1');
}

/** Sets the tightest limits under OpenAI's names and, for callers that may see costs, the tightest budget. */
function setLimits(headers: Headers, left: readonly Left[], seesProvider: boolean): void {
  const requests = tightest(left, 'rps');
  if (requests !== undefined) {
    headers.set(NAME.limitRequests, String(requests.cap));
    headers.set(NAME.remainingRequests, String(Math.floor(requests.remaining)));
    headers.set(NAME.resetRequests, durationText(requests.resetMs));
  }
  const tokens = tightest(left, 'tpm');
  if (tokens !== undefined) {
    headers.set(NAME.limitTokens, String(tokens.cap));
    headers.set(NAME.remainingTokens, String(Math.floor(tokens.remaining)));
    headers.set(NAME.resetTokens, durationText(tokens.resetMs));
  }
  if (!seesProvider) return;
  let budgetMicroUsd = Number.POSITIVE_INFINITY;
  for (const { limit, remaining } of left)
    if ((limit === 'monthly' || limit === 'daily') && remaining < budgetMicroUsd) budgetMicroUsd = remaining;
  if (budgetMicroUsd !== Number.POSITIVE_INFINITY)
    headers.set(NAME.budgetRemainingUsd, usdText(Math.floor(budgetMicroUsd)));
}

/** A duration as OpenAI writes it: `12ms`, `1s`, `6m0s`, `1h0m5s`. */
function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.ceil(ms)}ms`;
  const seconds = Math.ceil(ms / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)];
  const rest = `${seconds % 60}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}

const templates = new Map<string, Headers>();
/** A provider may report any model name, so both the number of templates and the length of their names are limited. */
const MOST_TEMPLATES = 500;
const LONGEST_NAME = 2_000;

function templateOf(head: AnswerHead, seesProvider: boolean, { contentType, cacheControl }: ResponseForm): Headers {
  const { deployment = '', provider = '', model = '' } = seesProvider ? head : HIDDEN;
  const name = `${contentType} ${cacheControl} ${deployment} ${provider} ${model}`;
  const known = templates.get(name);
  if (known !== undefined) return known;
  const headers = new Headers({ 'content-type': contentType, 'cache-control': cacheControl });
  // Without this header nginx and similar proxies hold back a stream's events until a buffer is full.
  if (contentType !== 'application/json') headers.set('x-accel-buffering', 'no');
  if (deployment !== '') headers.set(NAME.deployment, headerText(deployment));
  if (provider !== '') headers.set(NAME.provider, headerText(provider));
  if (model !== '') headers.set(NAME.model, headerText(model));
  if (name.length > LONGEST_NAME) return headers;
  if (templates.size >= MOST_TEMPLATES) templates.clear();
  templates.set(name, headers);
  return headers;
}

const HIDDEN: AnswerHead = {};
