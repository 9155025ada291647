/** Step: books once what an answer used and cost, however it ended. */
import { billOf, type Measured } from '../core/pricing/bill.ts';
import { feeMicroUsd } from '../core/pricing/worst-case.ts';
import type { FailureKind } from '../core/routing/failure.ts';
import { boardFor, measuredFor } from '../overrides/routed.ts';
import type { Deps } from '../ports.ts';
import type { Reply } from '../providers/adapter.ts';
import type { BegunOutcome } from './outcome.ts';
import { addBill, personOf, type RequestContext } from './request.ts';

/** How an answer ended after it had begun. `left` means that the reader went away. */
export type Ending = 'complete' | 'left' | FailureKind;

/** The measure of an answer in one piece: the usage that the provider reports, and the length of the model's text. */
export const measuredReply = ({ usage, textBytes }: Extract<Reply, { ok: true }>): Measured => ({
  usage,
  isFinal: true,
  made: { textBytes, chunks: 0, isWhole: true },
});

/**
 * Called once, after the answer. It books the bill and reports it to the ledger, frees the deployment's place, and tells the board how
 * the answer ended.
 */
export function settle(
  { request, admission, deployment, startedAt, trail }: BegunOutcome,
  ending: Ending,
  measured: Measured,
  deps: Deps,
  { requestId, background }: RequestContext,
): void {
  const { clock, config } = deps;
  const board = boardFor(request, deps);
  const { lease } = admission;
  const forMs = clock.now() - startedAt;
  const seen = measuredFor(request.route, deployment, measured);
  const bill = billOf(seen, request.chat, admission.version.worst, deployment, config, forMs);
  const { microUsd, tokens, estimated } = bill;
  lease.book({ microUsd: microUsd + feeMicroUsd(config.pricing), tokens, estimated });
  addBill(trail, bill);
  board.learn(deployment, bill, background);
  lease.close();
  board.leave(deployment, trail);
  // A reader who leaves says nothing about the provider.
  if (ending === 'left') return;
  const result = ending === 'complete' ? 'success' : ending;
  if (result !== 'success') {
    const { tenant } = request.identity;
    deps.events({ event: 'answer_interrupted', requestId, tenant, deployment: deployment.id, reason: result });
  }
  board.observe(deployment, { startedAt, result, user: personOf(request) }, background);
}
