/** What a caller has used of its own limits, and what remains of them. Reading changes nothing. */
import type { Left, ScopeAsk } from '../messages.ts';
import { dayOf, monthOf } from '../time.ts';
import { accountFigures, accountOf } from './account.ts';
import { askedScopes } from './grant.ts';
import { leftOf } from './left.ts';
import type { Book } from './state.ts';

/** One limit in force. `used` and `remaining` add up to less than `cap` if running requests hold the rest. */
export interface LimitInUse extends Left {
  /** In micro-USD, requests of the bucket, tokens of this minute, or slots. */
  used: number;
}

/** Every limit in force for these scopes. */
export function usageOf(book: Book, scopes: readonly ScopeAsk[], now: number): LimitInUse[] {
  return leftOf(askedScopes(book, { scopes }), now).map((left) => ({ ...left, used: usedOf(book, left, now) }));
}

function usedOf(book: Book, { scope, limit, cap, remaining }: Left, now: number): number {
  const account = accountOf(book.accounts, scope);
  if (limit === 'monthly') return accountFigures(account, monthOf(now)).spentMicroUsd;
  if (limit === 'daily') return accountFigures(account, dayOf(now)).spentMicroUsd;
  return cap - remaining;
}
