/** The outcome of a request, in a word or two. */
import type { Receipt } from '../../../worker/core/slo/receipt.ts';
import { duration } from './format.ts';
import type { Tone } from './promise-card.ts';

export interface Outcome {
  /** The outcome's name in searches. */
  name: string;
  text: string;
  tone: Tone;
}

const REFUSALS: Readonly<Record<string, Outcome>> = {
  budget_exceeded: { name: 'over-budget', text: 'over budget', tone: 'away' },
  feature_cap_exceeded: { name: 'over-budget', text: 'over a cap', tone: 'away' },
  rate_limit_exceeded: { name: 'over-rate', text: 'over a rate', tone: 'away' },
  providers_unavailable: { name: 'failed', text: 'no provider', tone: 'bad' },
  deadline_exceeded: { name: 'failed', text: 'out of time', tone: 'bad' },
  overloaded: { name: 'failed', text: 'overloaded', tone: 'bad' },
  rate_limited_by_provider: { name: 'failed', text: 'providers’ rates', tone: 'bad' },
  ledger_unavailable: { name: 'failed', text: 'ledger silent', tone: 'bad' },
  stream_unavailable: { name: 'failed', text: 'object silent', tone: 'bad' },
  internal_error: { name: 'failed', text: 'our fault', tone: 'bad' },
};

/** The outcome of a receipt. */
export function outcomeOf(receipt: Receipt): Outcome {
  const { staleCause, cache, role, ending, code, hops, attempts } = receipt;
  const age = receipt.whole && receipt.cacheAgeS !== null ? `, ${duration(receipt.cacheAgeS * 1_000)}` : '';
  if (staleCause !== null) return { name: 'stale', text: `stale${age}`, tone: 'warn' };
  if (ending === 'refused')
    return REFUSALS[code ?? ''] ?? { name: 'refused', text: (code ?? 'refused').replaceAll('_', ' '), tone: 'away' };
  if (ending === 'cut') return { name: 'cut', text: 'cut', tone: 'bad' };
  if (ending === 'left') return { name: 'left', text: 'left', tone: 'away' };
  if (cache === 'hit') return { name: 'cache', text: `cache${age}`, tone: 'away' };
  if (role === 'attached') return { name: 'joined', text: 'joined', tone: 'good' };
  if (role === 'replayed') return { name: 'replayed', text: 'replayed', tone: 'away' };
  if (hops > 0) return { name: 'failed-over', text: 'failed over', tone: 'warn' };
  if (attempts.length > 1) return { name: 'retried', text: 'retried', tone: 'warn' };
  return { name: 'served', text: 'served', tone: 'good' };
}
