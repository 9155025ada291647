/** "What just happened": the story of one request, step by step. */

import type { ProviderPlug } from '../../protocol/demo-settings.ts';
import type { Words } from '../words/words.ts';
import type { Problem, Turn } from './conversation.ts';
import { endingOf } from './ending.ts';
import type { AnswerFacts, AttemptFact } from './facts.ts';
import { isAway, problemKind } from './problem.ts';
import type { Tone } from './provenance.ts';
import { nameOf } from './providers.ts';

export interface Step {
  tone: Tone;
  /** The subject of the step, in bold. */
  lead: string;
  /** What it did. */
  rest: string;
  /** Milliseconds since the question was asked; null if that is not known. */
  atMs: number | null;
  /** Set while the step goes on. */
  isRunning?: true;
}

/** The progress of an answer that has not ended. */
export interface Coming {
  hasWords: boolean;
  isResuming: boolean;
}

const NOTHING_YET: Coming = { hasWords: false, isResuming: false };

/** The steps of one turn, in the order in which they happened. */
export function timelineOf(turn: Turn, providers: readonly ProviderPlug[], words: Words, coming = NOTHING_YET): Step[] {
  const { outcome } = turn;
  const say = words.happened;
  const steps: Step[] = [{ tone: 'plain', lead: say.asked, rest: say.askedAt(turn.askedAt), atMs: 0 }];
  const add = (tone: Tone, lead: string, rest: string, atMs: number | null = null) =>
    void steps.push({ tone, lead, rest, atMs });

  if (outcome.state === 'asking') {
    if (coming.isResuming) add('away', say.broke, say.brokeTimes(1));
    const lead = coming.isResuming ? say.goingOn : coming.hasWords ? say.answering : say.asking;
    return [...steps, { tone: 'accent', lead, rest: '', atMs: null, isRunning: true }];
  }
  if (outcome.state === 'waiting') {
    const cause = outcome.cause ?? 'offline';
    const { lead, rest } = say.savedCause(cause);
    const told = outcome.facts === undefined ? [] : comingOf(outcome.facts, providers, words, true);
    if (told.length > 0) steps.push(...told);
    else add(cause.startsWith('http_') ? 'bad' : 'away', lead, rest);
    add('accent', say.outbox, say.outboxKeeps);
    return inOrder(steps);
  }
  if (outcome.state === 'complete' && outcome.again !== undefined) {
    const { lead, rest } = isAway(outcome.again) ? say.savedCause(outcome.again.code) : failureOf(outcome.again, words);
    add(isAway(outcome.again) ? 'away' : 'bad', lead, rest);
    add('good', say.earlier, say.answeredAt(outcome.facts.answeredAt));
    return steps;
  }
  const facts = outcome.facts;
  if (facts !== null) {
    const isRefused = outcome.state === 'failed' && (facts.attempts ?? []).length === 0 && turn.text === '';
    steps.push(...comingOf(facts, providers, words, isRefused));
    if (facts.source.kind === 'saved') return steps;
  }
  if (outcome.state === 'stopped') add('plain', say.stopped, say.stoppedBy, facts?.totalMs ?? null);
  else if (outcome.state === 'failed') {
    const { lead, rest } = failureOf(outcome.problem, words);
    add('bad', lead, rest, facts?.totalMs ?? null);
  } else if (facts !== null) {
    const isWhole = endingOf(facts) === null;
    add(isWhole ? 'good' : 'warn', isWhole ? say.complete : say.ended, completeWith(facts, words), endOf(facts));
  }
  return inOrder(steps);
}

/** The page's title for a problem. For an unknown kind, the status and the code follow. */
function failureOf({ code, status }: Problem, { problems }: Words): { lead: string; rest: string } {
  const kind = problemKind(code);
  const rest = kind === 'unknown' ? [status, code].filter((part) => part !== null).join(', ') : '';
  return { lead: problems[kind].title, rest };
}

/** The steps between the question and the end of its answer. */
function comingOf(facts: AnswerFacts, providers: readonly ProviderPlug[], words: Words, isRefused: boolean): Step[] {
  const say = words.happened;
  const { source } = facts;
  if (source.kind === 'saved') {
    const step = say.savedCause(source.cause);
    return [
      { tone: source.cause === 'mode' ? 'accent' : 'away', ...step, atMs: null },
      { tone: 'good', lead: say.savedShown, rest: say.old(source.ageMs), atMs: facts.totalMs },
    ];
  }
  const steps: Step[] = [];
  if (source.kind === 'queued') {
    steps.push({ tone: 'away', lead: say.outbox, rest: say.outboxKept, atMs: null });
  }
  // A queued question was asked long before the router's clock began, so its steps have no times.
  const clock = source.kind === 'queued' ? () => null : (ms: number | null) => ms;
  const budget = budgetAt(facts, isRefused);
  if (budget !== null) {
    const rest = budget.isHeld ? say.budgetHeld : say.budgetFits;
    steps.push({ tone: 'plain', lead: say.budget, rest, atMs: clock(budget.atMs) });
  }
  if (facts.mode !== 'normal') steps.push({ tone: 'warn', ...say.mode[facts.mode], atMs: null });
  if (source.kind === 'cached') {
    steps.push({ tone: 'good', lead: say.cache, rest: say.cacheHad(source.ageMs), atMs: null });
    return steps;
  }
  for (const { deployment, leftMs } of facts.cooldowns) {
    const calls = facts.attempts?.filter((attempt) => attempt.deployment === deployment) ?? [];
    // If a provider failed in this answer, its cooldown may have begun with that failure. The failed call mentions it.
    if (calls.some(({ result }) => result !== 'success')) continue;
    const name = say.provider(nameOf(deployment, providers));
    steps.push({ tone: 'warn', lead: name, rest: say.cooldown(leftMs, calls.length > 0), atMs: null });
  }
  steps.push(...callsOf(facts, providers, words).map((step) => ({ ...step, atMs: clock(step.atMs) })));
  if (facts.resumed > 0) {
    steps.push({ tone: 'away', lead: say.broke, rest: say.brokeTimes(facts.resumed), atMs: null });
    steps.push({ tone: 'good', lead: say.wentOn, rest: say.wentOnWhere, atMs: null });
  }
  return steps;
}

/** The calls of providers, and the first word. */
function callsOf(facts: AnswerFacts, providers: readonly ProviderPlug[], { happened: say }: Words): Step[] {
  const steps: Step[] = [];
  const firstWord = (lead: string, rest: string, atMs: number): Step => ({ tone: 'good', lead, rest, atMs });
  const seen = new Map<string, number>();
  const attempts = facts.attempts ?? [];
  for (const [index, attempt] of attempts.entries()) {
    const lead = say.provider(nameOf(attempt.deployment, providers));
    if (attempt.result === 'success') {
      const isWhole = facts.source.kind === 'queued';
      const wordAt = isWhole
        ? null
        : (facts.firstWordMs ?? (attempt.ttftMs === null ? null : attempt.startedMs + attempt.ttftMs));
      steps.push(
        wordAt === null
          ? firstWord(lead, say.answeredWhole, attempt.startedMs + attempt.ms)
          : firstWord(lead, say.firstWord, wordAt),
      );
    } else {
      const kind = `${attempt.deployment} ${attempt.result} ${attempt.status ?? ''}`;
      const times = (seen.get(kind) ?? 0) + 1;
      seen.set(kind, times);
      const isLast = !attempts.slice(index + 1).some(({ deployment }) => deployment === attempt.deployment);
      const cooldown = isLast ? facts.cooldowns.find(({ deployment }) => deployment === attempt.deployment) : undefined;
      const text = failureWords(attempt, times, say);
      const rest = cooldown === undefined ? text : say.thenCooldown(text, cooldown.leftMs);
      steps.push({ tone: 'bad', lead, rest, atMs: attempt.startedMs + attempt.ms });
    }
  }
  // This page may not know who answered, or no provider finished. The page saw the first word anyway.
  const isTold = steps.some(({ tone }) => tone === 'good');
  if (!isTold && facts.firstWordMs !== null) steps.push(firstWord(say.firstWordAlone, '', facts.firstWordMs));
  return steps;
}

function failureWords({ result, status }: AttemptFact, times: number, say: Words['happened']): string {
  const text = status === undefined ? say.failure(result) : say.answeredStatus(status);
  return times > 1 ? say.again(text) : text;
}

/**
 * When the budget admitted the request: the sum of the router's steps up to the admit step. A resumable stream is
 * admitted in the attach step. Null if the steps do not say.
 */
function budgetAt({ steps, source }: AnswerFacts, isRefused: boolean): { atMs: number; isHeld: boolean } | null {
  const index = steps.findIndex(({ name }) => name === 'admit' || name === 'attach');
  if (index < 0 || isRefused || source.kind === 'cached') return null;
  const atMs = steps.slice(0, index + 1).reduce((sum, { ms }) => sum + ms, 0);
  return { atMs, isHeld: steps[index]?.name === 'admit' };
}

function completeWith(facts: AnswerFacts, { happened: say, provenance, format }: Words): string {
  const { outputTokens, costUsd } = facts;
  const ending = endingOf(facts);
  const parts = ending === null ? [] : [provenance.ending[ending]];
  if (outputTokens !== null) parts.push(say.tokens(outputTokens));
  if (costUsd !== null) parts.push(format.usd(costUsd));
  return parts.join(', ');
}

const endOf = ({ source, totalMs, askedAt }: AnswerFacts): number | null =>
  source.kind === 'queued' ? Math.max(0, source.answeredAt - askedAt) : totalMs;

/** Keeps the times in order. The router's clock starts a moment after the page's, so a step could seem to come before the one above it. */
function inOrder(steps: readonly Step[]): Step[] {
  let latest = 0;
  return steps.map((step) => {
    if (step.atMs === null) return step;
    latest = Math.max(latest, step.atMs);
    return { ...step, atMs: latest };
  });
}
