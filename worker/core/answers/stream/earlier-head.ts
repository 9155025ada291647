/** Reads the heads and errors that earlier builds stored as headers. Needed for as long as answers are kept (`KEEP_MS`). */
import type { AnswerHead } from '../answer-head.ts';
import type { Ending, Refusal } from './events.ts';

interface HeaderHead {
  headers: Record<string, string>;
  openHeaders: Record<string, string>;
}

type StoredHead = AnswerHead | HeaderHead;
/** In earlier builds `kind` was called `standing`. */
interface EarlierEnding {
  standing: Ending['kind'];
  error?: Refusal & { head: StoredHead };
}

const isOfHeaders = (head: StoredHead): head is HeaderHead => (head as HeaderHead).openHeaders !== undefined;

/** The head of a stored answer. Limits are left out, because they concern only the caller that started the run, which has seen them. */
export function readHead(stored: StoredHead): AnswerHead {
  if (!isOfHeaders(stored)) return stored;
  const header = (name: string): string | undefined => stored.headers[name] ?? stored.openHeaders[name];
  const [attempts, hops, cost] = [header('x-carryon-attempts'), header('x-carryon-hops'), header('x-carryon-cost-usd')];
  const storedAt = header('x-answer-stored-at');
  const head: AnswerHead = {
    mode: header('x-carryon-mode') as AnswerHead['mode'],
    attempts: attempts === undefined ? undefined : Number(attempts),
    hops: hops === undefined ? undefined : Number(hops),
    dropped: header('x-carryon-dropped')?.split(', '),
    deployment: header('x-carryon-deployment'),
    provider: header('x-carryon-provider'),
    model: header('x-carryon-model'),
    costMicroUsd: cost === undefined ? undefined : Math.round(Number(cost) * 1e6),
    storedAt: storedAt === undefined ? undefined : Number(storedAt),
    isUnmetered: header('x-carryon-ledger') === 'unreachable' || undefined,
  };
  const cache = header('x-carryon-cache');
  return cache === 'hit' ? { ...head, cache } : head;
}

/** The ending of a stored answer. Earlier builds stored the error's own headers, such as `retry-after`, among those of its head. */
export function readEnding(stored: Ending | EarlierEnding): Ending {
  const ending = isEarlier(stored) ? renamed(stored) : stored;
  if (ending.kind === 'complete' || !isOfHeaders(ending.error.head)) return ending;
  const { head } = ending.error;
  const own = Object.entries(head.headers).filter(([name]) => !/^x-(?:carryon|ratelimit)-/.test(name));
  return { ...ending, error: { ...ending.error, head: readHead(head), headers: Object.fromEntries(own) } };
}

const isEarlier = (stored: Ending | EarlierEnding): stored is EarlierEnding =>
  (stored as EarlierEnding).standing !== undefined;

const renamed = ({ standing, ...about }: EarlierEnding): Ending => ({ kind: standing, ...about }) as Ending;
