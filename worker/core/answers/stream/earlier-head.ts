/** Heads and errors as earlier builds stored them, as headers: read for as long as answers are kept (`KEEP_MS`). */
import type { AnswerHead } from '../answer-head.ts';
import type { Ending, Refusal } from './events.ts';

interface HeaderHead {
  headers: Record<string, string>;
  openHeaders: Record<string, string>;
}

type StoredHead = AnswerHead | HeaderHead;
/** `kind` was called `standing`. */
interface EarlierEnding {
  standing: Ending['kind'];
  error?: Refusal & { head: StoredHead };
}

const isOfHeaders = (head: StoredHead): head is HeaderHead => (head as HeaderHead).openHeaders !== undefined;

/** Limits are left out: they concern the one who started the run, who has been told them. */
export function readHead(stored: StoredHead): AnswerHead {
  if (!isOfHeaders(stored)) return stored;
  const said = (name: string): string | undefined => stored.headers[name] ?? stored.openHeaders[name];
  const [attempts, hops, cost] = [said('x-carryon-attempts'), said('x-carryon-hops'), said('x-carryon-cost-usd')];
  const storedAt = said('x-answer-stored-at');
  const head: AnswerHead = {
    mode: said('x-carryon-mode') as AnswerHead['mode'],
    attempts: attempts === undefined ? undefined : Number(attempts),
    hops: hops === undefined ? undefined : Number(hops),
    dropped: said('x-carryon-dropped')?.split(', '),
    deployment: said('x-carryon-deployment'),
    provider: said('x-carryon-provider'),
    model: said('x-carryon-model'),
    costMicroUsd: cost === undefined ? undefined : Math.round(Number(cost) * 1e6),
    storedAt: storedAt === undefined ? undefined : Number(storedAt),
    isUnmetered: said('x-carryon-ledger') === 'unreachable' || undefined,
  };
  const cache = said('x-carryon-cache');
  return cache === 'hit' ? { ...head, cache } : head;
}

/** The error's own headers, such as `retry-after`, stood among those of its head. */
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
