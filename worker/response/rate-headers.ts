import { tightest } from '../core/ledger/book/left.ts';
import type { Left } from '../core/ledger/messages.ts';
import { usdText } from '../core/pricing/cost.ts';

/** `x-ratelimit-*` as OpenAI names them, of the limit that is nearest to its end; none where no such limit is set. */
export function rateHeaders(left: readonly Left[]): Record<string, string> {
  if (left.length === 0) return {};
  return { ...headersOf('requests', tightest(left, 'rps')), ...headersOf('tokens', tightest(left, 'tpm')) };
}

/** What the tightest budget had left when this request was admitted, less what running requests hold; for callers who may see costs. */
export function budgetHeaders(left: readonly Left[]): Record<string, string> {
  const budgets = left.filter(({ limit }) => limit === 'monthly' || limit === 'daily');
  if (budgets.length === 0) return {};
  const remainingMicroUsd = Math.min(...budgets.map(({ remaining }) => remaining));
  return { 'x-carryon-budget-remaining-usd': usdText(Math.floor(remainingMicroUsd)) };
}

const headersOf = (what: 'requests' | 'tokens', left: Left | undefined): Record<string, string> =>
  left === undefined
    ? {}
    : {
        [`x-ratelimit-limit-${what}`]: String(left.cap),
        [`x-ratelimit-remaining-${what}`]: String(Math.floor(left.remaining)),
        [`x-ratelimit-reset-${what}`]: durationText(left.resetMs),
      };

/** As OpenAI writes them: `12ms`, `1s`, `6m0s`, `1h0m5s`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.ceil(ms)}ms`;
  const seconds = Math.ceil(ms / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)];
  const rest = `${seconds % 60}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}
