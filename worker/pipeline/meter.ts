/** Step: what an answer used and cost; told once, whatever became of it. */
import type { ChatRequest, Usage } from '../../protocol/chat.ts';
import type { Deployment } from '../core/config/config.ts';
import { costMicroUsd } from '../core/pricing/cost.ts';
import type { FailureKind } from '../core/routing/failure.ts';
import type { Deps } from '../ports.ts';
import { type Ask, personOf } from './ask.ts';
import type { Scope } from './scope.ts';

/** How an attempt that had begun to answer ended: `left`: the reader went away. */
export type Ending = 'complete' | 'left' | FailureKind;

/** What a provider charges for this answer; undefined where usage or price is unknown. */
export function answerCostMicroUsd(
  chat: ChatRequest,
  usage: Usage | undefined,
  deployment: Deployment,
): number | undefined {
  if (usage === undefined || deployment.price === undefined) return undefined;
  const sent = deployment.allowParams.filter((name) => chat.rest[name] !== undefined);
  return costMicroUsd(
    usage,
    deployment.price,
    sent.flatMap((name) => deployment.paramCosts[name] ?? []),
  );
}

/** After the answer: the deployment's place is free again, and its standing has learnt. Runs once. */
export function settleOnce(ask: Ask, deployment: Deployment, startedAt: number, deps: Deps, scope: Scope) {
  let settled = false;
  return (ending: Ending): void => {
    if (settled) return;
    settled = true;
    deps.board.leave(deployment);
    // A reader who leaves says nothing about the provider.
    if (ending === 'left') return;
    const result = ending === 'complete' ? 'success' : ending;
    deps.board.observe(deployment, { startedAt, result, user: personOf(ask) }, scope.background);
  };
}
