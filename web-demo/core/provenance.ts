/** The line under each answer, which says in plain words where the answer comes from. */

import type { ProviderPlug } from '../../protocol/demo-settings.ts';
import type { Words } from '../words/words.ts';
import type { Problem, Turn } from './conversation.ts';
import { endingOf } from './ending.ts';
import type { AnswerFacts } from './facts.ts';
import { isAway, problemKind } from './problem.ts';
import { partsOf } from './providers.ts';

/** The meaning of a colour. The words beside it say the same. */
export type Tone = 'plain' | 'accent' | 'good' | 'warn' | 'bad' | 'away';

export interface Pill {
  text: string;
  tone: Tone;
}

export interface Provenance {
  /** What is out of the ordinary, the most important first. */
  pills: readonly Pill[];
  facts: readonly string[];
}

/** What the page knows besides the answer itself. */
export interface Seen {
  providers: readonly ProviderPlug[];
  isOnline: boolean;
  now: number;
  /** True while this answer is being resumed. */
  isResuming: boolean;
}

/** The line of one turn. It is empty while there is nothing to say. */
export function provenanceOf(turn: Turn, seen: Seen, words: Words): Provenance {
  const { outcome } = turn;
  const say = words.provenance;
  switch (outcome.state) {
    case 'asking':
      return { pills: seen.isResuming ? [{ text: say.goingOn, tone: 'away' }] : [], facts: [] };
    case 'waiting':
      return {
        pills: [{ text: say.waiting, tone: 'accent' }],
        facts: [say.askedAt(turn.askedAt), seen.isOnline ? say.goesOutSoon : say.goesOutLater],
      };
    case 'stopped':
      return {
        pills: [{ text: say.stopped, tone: 'plain' }, ...routePills(outcome.facts, seen, words)],
        facts: liveFacts(outcome.facts, words),
      };
    case 'failed': {
      const pill: Pill = { text: turn.text === '' ? say.noAnswer : say.brokeOff, tone: 'bad' };
      if (outcome.facts === null) return { pills: [pill], facts: [] };
      const { failed } = partsOf(outcome.facts, seen.providers);
      return { pills: [pill], facts: failed.length > 0 ? [say.failed(failed)] : [] };
    }
    case 'complete':
      return outcome.again === undefined
        ? ofComplete(outcome.facts, seen, words)
        : ofEarlier(outcome.facts, outcome.again, seen, words);
  }
}

/** True if the line names an age, so it changes as time passes. */
export const hasAge = ({ outcome }: Turn): boolean =>
  outcome.state === 'complete' &&
  (outcome.again !== undefined || outcome.facts.source.kind === 'saved' || outcome.facts.source.kind === 'cached');

/** The line of an earlier answer, which this browser kept when asking again brought nothing. */
function ofEarlier(facts: AnswerFacts, again: Problem, seen: Seen, { provenance: say, problems }: Words): Provenance {
  const pill: Pill = { text: say.saved(Math.max(0, seen.now - facts.answeredAt)), tone: 'away' };
  if (isAway(again)) return { pills: [pill], facts: [say.savedBecause('offline', seen.isOnline)] };
  return { pills: [pill], facts: [say.askedAgain, problems[problemKind(again.code)].title] };
}

function ofComplete(facts: AnswerFacts, seen: Seen, words: Words): Provenance {
  const say = words.provenance;
  const { source } = facts;
  switch (source.kind) {
    case 'saved':
      return {
        pills: [{ text: say.saved(ageNow(source.ageMs, facts, seen)), tone: 'away' }],
        facts: [say.savedBecause(source.cause, seen.isOnline)],
      };
    case 'cached':
      return {
        pills: [{ text: say.cached, tone: 'good' }],
        facts: [say.old(ageNow(source.ageMs, facts, seen)), ...liveFacts(facts, words)],
      };
    case 'queued':
      return {
        pills: [{ text: say.queued, tone: 'good' }, ...routePills(facts, seen, words)],
        facts: [
          say.askedAndAnswered(facts.askedAt, source.answeredAt),
          ...liveFacts({ ...facts, firstWordMs: null, totalMs: null }, words),
        ],
      };
    case 'live':
      return { pills: routePills(facts, seen, words), facts: liveFacts(facts, words) };
  }
}

/** `ageMs`: the answer's age when it was given. */
const ageNow = (ageMs: number, facts: AnswerFacts, { now }: Seen): number =>
  Math.max(0, ageMs) + Math.max(0, now - facts.askedAt);

/** How the answer came, if not in the ordinary way. */
function routePills(facts: AnswerFacts, seen: Seen, { provenance: say }: Words): Pill[] {
  const { answered, failed, skipped, retries } = partsOf(facts, seen.providers);
  const pills: Pill[] = [];
  if (answered !== null && failed.length > 0) pills.push({ text: say.failedOver(failed, answered), tone: 'warn' });
  else if (answered !== null && skipped.length > 0) pills.push({ text: say.stoodIn(skipped, answered), tone: 'warn' });
  else if (answered !== null && retries > 0) pills.push({ text: say.retried(answered), tone: 'warn' });
  else if (answered === null && failed.length > 0) pills.push({ text: say.failed(failed), tone: 'warn' });
  if (facts.mode !== 'normal') pills.push({ text: say.mode[facts.mode], tone: 'warn' });
  if (facts.resumed > 0) pills.push({ text: say.wentOn, tone: 'good' });
  return pills;
}

function liveFacts(facts: AnswerFacts, { provenance: say, format }: Words): string[] {
  const { model, firstWordMs, totalMs, costUsd } = facts;
  const ending = endingOf(facts);
  const found: string[] = [];
  if (model !== null && model !== '') found.push(model);
  if (firstWordMs !== null) found.push(say.toFirstWord(firstWordMs));
  else if (totalMs !== null) found.push(say.inAll(totalMs));
  if (costUsd !== null) found.push(format.usd(costUsd));
  if (ending !== null) found.push(say.ending[ending]);
  return found;
}
