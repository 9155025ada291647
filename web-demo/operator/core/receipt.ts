/** Explains a request with a heading, one sentence, and a timeline of its attempts. */
import { CODE_WORDS } from '../../../cli/why/words.ts';
import type { Receipt } from '../../../worker/core/slo/receipt.ts';
import type { RecordedAttempt } from '../../../worker/core/slo/record.ts';
import { counted, duration, seconds } from './format.ts';
import type { Tone } from './promise-card.ts';

const RESULTS: Readonly<Record<string, string>> = {
  unreachable: 'could not be reached',
  silent: 'gave no reply in time',
  slow: 'had no content in time',
  stalled: 'fell silent',
  cut: 'broke off',
  malformed: 'sent what cannot be read',
  lost: 'lost an event of its answer',
  no_money: 'has an empty account',
  bad_key: 'refused our key',
  no_model: 'does not have the model',
  region: 'refuses this region',
  bad_request: 'refused the request',
  too_long: 'found the request too long',
  unsupported: 'lacks what was asked for',
  flagged: 'stopped it by its content filter',
  redirected: 'answered with a redirect',
};

const isFailure = ({ result }: RecordedAttempt): boolean => result !== 'success' && result !== 'left';

/** `Served by b after a failed twice`. */
export function headingOf(receipt: Receipt): string {
  const { attempts, cache, role, ending, staleCause, deployment } = receipt;
  if (staleCause !== null) return 'A stale answer stood in for an error';
  if (ending === 'refused') return `Refused with ${receipt.status}`;
  if (cache === 'hit') return 'Answered from the cache';
  if (role === 'attached') return 'Joined an answer that was already running';
  if (role === 'replayed') return 'Replayed the result of an earlier request';
  const failed = attempts.filter(isFailure);
  const after = failed.length === 0 ? '' : ` after ${failedText(failed)}`;
  const by = deployment ?? 'nobody';
  if (ending === 'cut') return `Broke off at ${by}${failed.length > 1 ? after : ''}`;
  return ending === 'left' ? `The client left while ${by} was answering` : `Served by ${by}${after}`;
}

const TIMES = ['', '', ' twice', ' three times', ' four times'];

function failedText(failed: readonly RecordedAttempt[]): string {
  const ids = [...new Set(failed.map(({ deployment }) => deployment))];
  if (ids.length > 1) return `${ids.slice(0, -1).join(', ')} and ${ids.at(-1)} failed`;
  return `${ids[0]} failed${TIMES[failed.length] ?? ` ${failed.length} times`}`;
}

/** What happened, in one sentence. */
export function sentenceOf(receipt: Receipt): string {
  const { attempts, cache, role, code, staleCause, ending, ttftMs } = receipt;
  const cause = staleCause ?? code;
  const why = cause === null ? '' : `${sentenceStart(CODE_WORDS[cause])}.`;
  if (cache === 'hit') return `${aged(receipt)}, so no provider was asked.`;
  if (role === 'attached') return 'Another request had started the same answer; this one cost nothing of its own.';
  if (role === 'replayed') return 'The answer was kept under its key; no provider was asked again.';
  if (attempts.length === 0) return `${why} No provider was asked.`.trim();
  const told = attempts.map((attempt, index) => attemptText(attempt, attempts[index - 1], receipt));
  const whole = `${told.join('').replace(/^; /, '')}.`;
  if (ending === 'refused' || ending === 'cut') return `${whole} ${why}`.trim();
  if (ending === 'left')
    return `${whole} The client left ${ttftMs === null ? 'before any content' : 'in the middle of the answer'}.`;
  return whole;
}

const sentenceStart = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function aged(receipt: Receipt): string {
  if (!receipt.whole || receipt.cacheAgeS === null) return 'The cache had an answer to an equal question';
  return `The cache had an answer to an equal question, ${duration(receipt.cacheAgeS * 1_000)} old`;
}

/** The attempt, joined to the one before it. A deployment's name is never capitalised, even at the beginning of a sentence. */
function attemptText(attempt: RecordedAttempt, before: RecordedAttempt | undefined, receipt: Receipt): string {
  const { deployment, result, status, ms, ttftMs, startedMs } = attempt;
  if (result === 'left') return `; ${deployment} was answering when the client left`;
  if (result === 'success') {
    const isWhole = ttftMs === null || (receipt.whole && !receipt.stream);
    return isWhole
      ? `; ${deployment} answered in ${seconds(ms)}`
      : `; ${deployment}’s first word came ${seconds(ttftMs)} after it was asked`;
  }
  const did = status === null ? (RESULTS[result] ?? `failed (${result})`) : `answered ${status}`;
  if (before?.deployment === deployment && isFailure(before)) {
    const later = `${seconds(Math.max(0, startedMs - before.startedMs))} later`;
    return before.result === result && before.status === status && status !== null
      ? `, and ${status} again ${later}`
      : `, and ${did} ${later}`;
  }
  const early = ttftMs === null ? '' : ' after its content had begun,';
  return `; ${deployment} ${did}${early}${ms < 50 ? ' at once' : ` after ${seconds(ms)}`}`;
}

/** One bar of the timeline, in shares of the whole from 0 to 1. */
export interface TimelineBar {
  name: string;
  from: number;
  to: number;
  /** When the attempt's first content came. */
  first: number | null;
  tone: Tone;
  text: string;
  took: string;
}

const ORDINALS = ['', ', again', ', third try', ', fourth try'];

/** The bars: the time before the first attempt, then each attempt. */
export function timelineOf({ attempts, totalMs }: Receipt): TimelineBar[] {
  const ends = attempts.map(({ startedMs, ms }) => startedMs + ms);
  const whole = Math.max(1, totalMs, ...ends);
  const [first] = attempts;
  const tries = new Map<string, number>();
  const before: TimelineBar[] =
    first === undefined
      ? []
      : [
          {
            name: 'identify, admit',
            from: 0,
            to: first.startedMs / whole,
            first: null,
            tone: 'away',
            text: '',
            took: seconds(first.startedMs),
          },
        ];
  return [
    ...before,
    ...attempts.map((attempt): TimelineBar => {
      const { deployment, startedMs, ms, ttftMs, result, status } = attempt;
      const nth = tries.get(deployment) ?? 0;
      tries.set(deployment, nth + 1);
      return {
        name: `${deployment}${ORDINALS[nth] ?? `, try ${nth + 1}`}`,
        from: startedMs / whole,
        to: (startedMs + ms) / whole,
        first: ttftMs === null ? null : (startedMs + ttftMs) / whole,
        tone: isFailure(attempt) ? 'bad' : result === 'left' ? 'away' : 'good',
        text: isFailure(attempt)
          ? status === null
            ? result.replaceAll('_', ' ')
            : String(status)
          : ttftMs === null
            ? ''
            : `first word ${seconds(startedMs + ttftMs)}`,
        took: seconds(ms),
      };
    }),
  ];
}

/** `81 in, 212 out`. */
export function tokensText({ inputTokens, outputTokens, cachedTokens, reasoningTokens, estimated }: Receipt): string {
  const beside = [
    cachedTokens > 0 && `${counted(cachedTokens, 'cached', 'cached')}`,
    reasoningTokens > 0 && `${counted(reasoningTokens, 'reasoning', 'reasoning')}`,
    estimated && 'a bound',
  ].filter(Boolean);
  return `${counted(inputTokens, 'in', 'in')}, ${counted(outputTokens, 'out', 'out')}${beside.length > 0 ? ` (${beside.join(', ')})` : ''}`;
}
