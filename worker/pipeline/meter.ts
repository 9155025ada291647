/** Step: what an answer used and cost; booked once, whatever became of it. */
import { billOf, type Measured } from '../core/pricing/bill.ts';
import { feeMicroUsd } from '../core/pricing/worst-case.ts';
import type { FailureKind } from '../core/routing/failure.ts';
import { boardFor, measuredFor } from '../overrides/routed.ts';
import type { Deps } from '../ports.ts';
import type { Reply } from '../providers/adapter.ts';
import { personOf } from './ask.ts';
import type { Begun } from './produce.ts';
import type { RequestContext } from './request-context.ts';

/** How an attempt that had begun to answer ended: `left`: the reader went away. */
export type Ending = 'complete' | 'left' | FailureKind;

/** A whole answer: by its usage, and by all that the model said in it. */
export const measuredReply = ({ usage, textBytes }: Extract<Reply, { ok: true }>): Measured => ({
  usage,
  isFinal: true,
  made: { textBytes, chunks: 0, isWhole: true },
});

/** After the answer: booked and told to the ledger, the deployment's place free again, its standing learnt. Runs once. */
export function settleOnce({ ask, admission, deployment, startedAt }: Begun, deps: Deps, scope: RequestContext) {
  const { clock, config } = deps;
  const board = boardFor(ask, deps);
  let settled = false;
  return (ending: Ending, measured: Measured): void => {
    if (settled) return;
    settled = true;
    const { holding } = admission;
    const forMs = clock.now() - startedAt;
    const seen = measuredFor(ask.route, deployment, measured);
    const bill = billOf(seen, ask.chat, admission.version.worst, deployment, config, forMs);
    holding.book({ ...bill, microUsd: bill.microUsd + feeMicroUsd(config.pricing) });
    board.learn(deployment, bill, scope.background);
    holding.close();
    board.leave(deployment);
    // A reader who leaves says nothing about the provider.
    if (ending === 'left') return;
    const result = ending === 'complete' ? 'success' : ending;
    if (result !== 'success') {
      const { requestId } = scope;
      const { tenant } = ask.identity;
      deps.events({ event: 'answer_interrupted', requestId, tenant, deployment: deployment.id, reason: result });
    }
    board.observe(deployment, { startedAt, result, user: personOf(ask) }, scope.background);
  };
}
