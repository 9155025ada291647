/** Every fault of the sandbox, and what a client must see if another provider works. */
import type { Fault, FaultOptions } from '../../sandbox/faults.ts';

export type Becomes =
  /** The client sees nothing. Every request gets a whole answer, soon without asking the broken provider. */
  | 'failover'
  /** The same, but the cooldown comes at once and is long, because an operator has to act. */
  | 'long-cooldown'
  /** The same, and the cooldown is as long as the provider asked for. */
  | 'asked-cooldown'
  /** The client gets the broken provider's own answer, whole. There is no cooldown. */
  | 'answer'
  /** Content has come already, so the client gets an error event and no `[DONE]`. Soon the broken provider is not asked. */
  | 'error-event'
  /** It is the caller's own mistake. The client gets the provider's status, no other provider is asked, and there is no cooldown. */
  | 'refusal'
  /** The request is too long for this model, so one other model is asked. There is no cooldown. */
  | 'elsewhere';

export interface FaultCase {
  fault: Fault;
  options?: FaultOptions;
  streamed: Becomes;
  whole: Becomes;
  /** Set if only a time limit reveals the fault. */
  hangs?: 'always' | 'whole';
}

const both = (becomes: Becomes, ...faults: Fault[]): FaultCase[] =>
  faults.map((fault) => ({ fault, streamed: becomes, whole: becomes }));

/** A time long after a test is over. */
const FAR_MS = 300_000;

export const FAULT_CASES: readonly FaultCase[] = [
  ...both('failover', '408', '409', '429', '500', '502', '503', '504', '529'),
  ...both(
    'failover',
    'refuse-connection',
    'error-in-200',
    'html',
    'wrong-shape',
    'empty-body',
    'empty-stream',
    'redirect',
  ),
  ...both('long-cooldown', '401', '402', '403', '403-region', '404', '429-no-money'),
  ...both('refusal', '400', '400-flagged', '403-flagged', '422'),
  ...both('elsewhere', '400-too-long', '413'),
  { fault: '429-retry-after', options: { retryAfterMs: FAR_MS }, streamed: 'asked-cooldown', whole: 'asked-cooldown' },
  { fault: 'hang-before-headers', streamed: 'failover', whole: 'failover', hangs: 'always' },
  { fault: 'hang-before-first-token', streamed: 'failover', whole: 'failover', hangs: 'always' },
  { fault: 'slow-first-token', options: { delayMs: FAR_MS }, streamed: 'failover', whole: 'failover', hangs: 'always' },
  { fault: 'keep-alives-only', options: { delayMs: 50 }, streamed: 'failover', whole: 'failover', hangs: 'always' },
  {
    fault: 'stall-mid-stream',
    options: { afterTokens: 3 },
    streamed: 'error-event',
    whole: 'failover',
    hangs: 'always',
  },
  { fault: 'cut-mid-stream', options: { afterTokens: 5 }, streamed: 'error-event', whole: 'failover' },
  { fault: 'end-mid-stream', options: { afterTokens: 5 }, streamed: 'error-event', whole: 'failover' },
  { fault: 'error-mid-stream', options: { afterTokens: 5 }, streamed: 'error-event', whole: 'failover' },
  { fault: 'malformed-line', options: { afterTokens: 5 }, streamed: 'answer', whole: 'failover' },
  { fault: 'truncated-json', options: { afterTokens: 5 }, streamed: 'error-event', whole: 'failover' },
  { fault: 'wrong-content-type', streamed: 'answer', whole: 'answer' },
  { fault: 'drip', options: { delayMs: 2 }, streamed: 'answer', whole: 'answer' },
  ...both('answer', 'duplicate-usage', 'no-done'),
  { fault: 'held-open', streamed: 'answer', whole: 'failover', hangs: 'whole' },
  { fault: 'held-open-no-done', streamed: 'answer', whole: 'failover', hangs: 'whole' },
];
