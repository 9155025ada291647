/** Step: what an answer used and cost; booked once, whatever became of it. */
import type { ChatRequest, Usage } from '../../protocol/chat.ts';
import type { Config, Deployment } from '../core/config/config.ts';
import { billedByUsage, billedWithoutUsage, type Passed } from '../core/pricing/billed.ts';
import { feeMicroUsd } from '../core/pricing/worst-case.ts';
import type { FailureKind } from '../core/routing/failure.ts';
import type { Deps } from '../ports.ts';
import { personOf } from './ask.ts';
import type { Failed } from './attempt.ts';
import type { Bill } from './holding.ts';
import type { Begun } from './produce.ts';
import type { Scope } from './scope.ts';

/** How an attempt that had begun to answer ended: `left`: the reader went away. */
export type Ending = 'complete' | 'left' | FailureKind;

/** What there is to count it by: usage where the provider told it, and what came of the answer. */
export interface Measured {
  usage: Usage | undefined;
  made: Passed | 'unknown';
}

/**
 * What a provider may bill for an attempt. Usage is the truth of a whole answer; of another it may be what was true at its
 * beginning (Anthropic's first event), so the bounds count and usage only lifts them.
 */
export function billOf(
  { usage, made }: Measured,
  isComplete: boolean,
  chat: ChatRequest,
  deployment: Deployment,
  { pricing }: Pick<Config, 'pricing'>,
): Bill {
  const told = usage && billedByUsage(chat, usage, deployment);
  if (told !== undefined && isComplete) return { ...told, estimated: false };
  const bound = billedWithoutUsage(chat, deployment, pricing, made);
  return {
    microUsd: Math.max(bound.microUsd, told?.microUsd ?? 0),
    tokens: Math.max(bound.tokens, told?.tokens ?? 0),
    estimated: true,
  };
}

export const billOfFailure = (failed: Failed, chat: ChatRequest, deployment: Deployment, config: Config): Bill =>
  billOf(failed, false, chat, deployment, config);

/** After the answer: booked and told to the ledger, the deployment's place free again, its standing learnt. Runs once. */
export function settleOnce({ ask, admission, deployment, startedAt }: Begun, deps: Deps, scope: Scope) {
  const { board, config } = deps;
  let settled = false;
  return (ending: Ending, measured: Measured): void => {
    if (settled) return;
    settled = true;
    const { holding } = admission;
    const bill = billOf(measured, ending === 'complete', ask.chat, deployment, config);
    holding.book({ ...bill, microUsd: bill.microUsd + feeMicroUsd(config.pricing) });
    holding.close();
    board.leave(deployment);
    // A reader who leaves says nothing about the provider.
    if (ending === 'left') return;
    const result = ending === 'complete' ? 'success' : ending;
    board.observe(deployment, { startedAt, result, user: personOf(ask) }, scope.background);
  };
}
