/** What `npm run why` prints. */
import { DOOR_PATHS } from '../../protocol/question.ts';
import { FAILURE_RULES, FAILURE_SENTENCES } from '../../worker/core/routing/failure.ts';
import type { CountsAs } from '../../worker/core/slo/counts-as.ts';
import type { Receipt } from '../../worker/core/slo/receipt.ts';
import type { RecordedAttempt } from '../../worker/core/slo/record.ts';
import { usd } from '../budget/words.ts';
import { durationText, utc } from '../times.ts';
import { CODE_WORDS, EXCLUDED_WORDS, FINISH_WORDS, MODE_WORDS } from './words.ts';

/** `GET /admin/requests/:id`. */
export type ShownRequest = Receipt & { counts: CountsAs };

/** The story of one request, one paragraph for each question. */
export const whyLines = (request: ShownRequest, now: number): string[] =>
  [asked(request, now), way(request), ended(request), cost(request), counted(request), kept(request)].flatMap(
    (paragraph) => (paragraph.length === 0 ? [] : ['', ...paragraph]),
  );

function asked(request: ShownRequest, now: number): string[] {
  const { requestId, arrivedAt, tenant, userHash, feature, drill, mode } = request;
  const when = `${utc(arrivedAt)} (${durationText(now - arrivedAt)} ago)`;
  const who =
    tenant === null
      ? 'without a known credential'
      : `of the tenant ${tenant}${userHash === null ? '' : `, user ${userHash} (hashed)`}`;
  const what = request.whole
    ? ` It asked for ${request.alias ?? 'no alias that could be read'}${request.stream ? ' as a stream' : ''}, at ${DOOR_PATHS[request.door][0]}${request.keyId === null ? '' : `, with the key ${request.keyId}`}.`
    : '';
  return [
    `${requestId} came at ${when}, ${who}${feature === null ? '' : `, for the feature ${feature}`}.${what}`,
    ...(drill === null ? [] : [`It belongs to the drill ${drill}.`]),
    ...[MODE_WORDS[mode] ?? []].flat(),
  ];
}

/** Which deployments were asked, in which order, and why there was a further attempt. */
function way(request: ShownRequest): string[] {
  const { attempts, role, cache } = request;
  if (cache === 'hit') return [`It was answered from the cache${cacheAge(request)}; no provider was asked.`];
  if (role === 'attached')
    return ['It joined an answer that another request had started, and cost nothing of its own.'];
  if (role === 'replayed')
    return ['It was given the result of an earlier request with its key; no provider was asked.'];
  if (attempts.length === 0) return ['No provider was asked.'];
  return attempts.flatMap((attempt, index) => {
    const before = attempts[index - 1];
    return [...(before === undefined ? [] : [`   ${whyAgain(before, attempt)}`]), attemptLine(attempt, index + 1)];
  });
}

function attemptLine(attempt: RecordedAttempt, number: number): string {
  const { deployment, provider, model, startedMs, ttftMs, ms, result, status } = attempt;
  const who = `${number}. After ${seconds(startedMs)} it asked ${deployment} (${provider}, ${model})`;
  const content = ttftMs === null ? '' : `content came after ${seconds(ttftMs)}, `;
  if (result === 'success') return `${who}: ${content}the end after ${seconds(ms)}.`;
  if (result === 'left') return `${who}: ${content}the client left after ${seconds(ms)}.`;
  const http = status === null ? '' : `, HTTP ${status}`;
  return `${who}: ${content}it failed after ${seconds(ms)} (${result}${http}). ${FAILURE_SENTENCES[result]}`;
}

function whyAgain({ deployment, result }: RecordedAttempt, next: RecordedAttempt): string {
  if (result === 'success' || result === 'left') return 'Then it asked again.';
  const { blame } = FAILURE_RULES[result];
  const fault = {
    deployment: `That is ${deployment}’s fault`,
    region: 'That is this region’s fault',
    request: 'Another model may take such a request',
  }[blame];
  const where = next.deployment === deployment ? 'so it was tried again' : `so it failed over to ${next.deployment}`;
  return `${fault}, ${where}.`;
}

function ended(request: ShownRequest): string[] {
  const { ending, status, code, staleCause, ttftMs, totalMs, finishReason } = request;
  const first = ttftMs === null ? '' : `; its first content went out after ${seconds(ttftMs)}`;
  const end = `${first}${ttftMs === null ? '; ' : ', and '}it ended after ${seconds(totalMs)}`;
  const because = code === null ? '' : ` (${code}: ${CODE_WORDS[code]})`;
  const finish = finishReason === null ? '' : ` ${FINISH_WORDS[finishReason]}.`;
  if (staleCause !== null) {
    const cause = `${staleCause}: ${CODE_WORDS[staleCause]}`;
    return [`A stale answer${cacheAge(request)} stood in for an error (${cause})${end}.`];
  }
  switch (ending) {
    case 'complete':
      return [`It was answered in full, with ${status}${end}.${finish}`];
    case 'left':
      return [`Its client left${ttftMs === null ? ' before any content' : ''}${because}${end}.`];
    case 'cut':
      return [`Its answer broke off${because}${end}.`];
    case 'refused':
      return [`It was refused with ${status}${because}${end}.`];
  }
}

function cost(request: ShownRequest): string[] {
  const { costMicroUsd, inputTokens, cachedTokens, outputTokens, reasoningTokens, estimated } = request;
  if (costMicroUsd === 0 && inputTokens + outputTokens === 0) return ['It cost nothing.'];
  const cached = cachedTokens === 0 ? '' : ` (${cachedTokens} of them from the provider’s cache)`;
  const reasoning = reasoningTokens === 0 ? '' : ` (${reasoningTokens} of them reasoning)`;
  return [
    `It cost ${usd(costMicroUsd)}: ${inputTokens} tokens in${cached}, ${outputTokens} out${reasoning}.`,
    ...(estimated
      ? ['That is an upper bound, because the provider reported no usage, or one that cannot be true.']
      : []),
  ];
}

function counted({ counts: { success, objectives } }: ShownRequest): string[] {
  const verdict = {
    good: 'It counts as good.',
    bad: `It counts as bad: the fault lies with ${success.outcome === 'bad' && success.layer === 'inference' ? 'the providers' : 'the router'}.`,
    excluded: `It does not count: ${success.outcome === 'excluded' ? EXCLUDED_WORDS[success.reason] : ''}.`,
  }[success.outcome];
  const each = objectives.map(({ name, outcome }) => {
    if (outcome === undefined) return `   ${name}: not measured`;
    return `   ${name}: ${outcome === 'good' || outcome === 'bad' ? outcome : `does not count (${EXCLUDED_WORDS[outcome]})`}`;
  });
  return [verdict, ...each];
}

function kept(request: ShownRequest): string[] {
  if (!request.whole)
    return [
      'Only its index entry is kept. Whole records are kept of bad, failed-over, slow and drill requests, and of 1 % of the others.',
    ];
  const { build, colo, promptVersion, class: name } = request;
  const facts = Object.entries({ build, colo, 'prompt version': promptVersion, class: name });
  const known = facts.flatMap(([fact, value]) => (value === null ? [] : [`${fact} ${value}`]));
  return known.length === 0 ? [] : [`(${known.join(', ')})`];
}

function cacheAge(request: ShownRequest): string {
  if (!request.whole || request.cacheAgeS === null) return '';
  const { cacheAgeS, cacheTtlS } = request;
  return ` (${cacheAgeS} s old${cacheTtlS === null ? '' : `, fresh for ${cacheTtlS} s`})`;
}

const seconds = (ms: number): string => (ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`);
