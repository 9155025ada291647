/** Step: what an answer used and cost; booked once, whatever became of it. */
import type { ChatRequest, Usage } from '../../protocol/chat.ts';
import type { Config, Deployment } from '../core/config/config.ts';
import { billedByUsage, billedWithoutUsage, hidesTokens, type Passed } from '../core/pricing/billed.ts';
import type { Learnt } from '../core/pricing/learnt.ts';
import { lessonOf } from '../core/pricing/lesson.ts';
import { isAbsurd, type Oddity, oddityOf, withoutSlips } from '../core/pricing/plausible.ts';
import { feeMicroUsd, type WorstCase } from '../core/pricing/worst-case.ts';
import type { FailureKind } from '../core/routing/failure.ts';
import type { Bill } from '../lease/request-lease.ts';
import { boardFor, measuredFor } from '../overrides/routed.ts';
import type { Deps } from '../ports.ts';
import type { Reply } from '../providers/adapter.ts';
import { personOf } from './ask.ts';
import type { Begun } from './produce.ts';
import type { RequestContext } from './request-context.ts';

/** How an attempt that had begun to answer ended: `left`: the reader went away. */
export type Ending = 'complete' | 'left' | FailureKind;

/** What there is to count it by: usage where the provider told it, and what came of the answer. */
export interface Measured {
  usage: Usage | undefined;
  /** It came at the end; before, it is what was true then (Anthropic's first event, Gemini's every chunk). */
  isFinal: boolean;
  made: Passed | 'unknown';
}

/** A bill, and what an operator and the next requests learn from it. */
export interface Counted extends Bill {
  oddity?: Oddity | undefined;
  lesson?: Learnt | undefined;
}

/**
 * What a provider may bill for an attempt. A final usage that can be true is the truth; any other, and none, is met by the bounds,
 * which a usage only lifts. `forMs`: from the request out to the connection closed.
 */
export function billOf(
  { usage, isFinal, made }: Measured,
  chat: ChatRequest,
  worst: WorstCase,
  deployment: Deployment,
  { pricing }: Pick<Config, 'pricing'>,
  forMs: number,
): Counted {
  const isSlip = usage !== undefined && isAbsurd(usage);
  const judged = usage && isFinal ? oddityOf(usage, chat, seenBytes(made)) : undefined;
  // Who thinks unseen has thought, whatever is shown: an output that was left out is not one of nothing.
  const isSilent = isFinal && usage?.outputTokens === 0 && hidesTokens(chat, deployment);
  const oddity = isSlip ? 'absurd' : (judged ?? (isSilent ? 'too_little_output' : undefined));
  const told = usage && billedByUsage(chat, isSlip ? withoutSlips(usage) : usage, deployment);
  const lesson = usage && !isSlip ? lessonOf(usage, { chat, deployment, pricing, worst, forMs }) : undefined;
  if (told !== undefined && isFinal && oddity === undefined) return { ...told, estimated: false, lesson };
  // Who counts so wrongly may have made all that it could.
  const bound = isSlip
    ? billedWithoutUsage(
        chat,
        deployment,
        pricing,
        { chunks: 0, textBytes: seenBytes(made), isPartial: true },
        FOR_EVER,
      )
    : billedWithoutUsage(chat, deployment, pricing, made, forMs);
  return {
    microUsd: Math.max(bound.microUsd, told?.microUsd ?? 0),
    tokens: Math.max(bound.tokens, told?.tokens ?? 0),
    estimated: true,
    oddity,
    lesson,
  };
}

const FOR_EVER = Number.MAX_SAFE_INTEGER;
const seenBytes = (made: Measured['made']): number => (made === 'unknown' ? 0 : made.textBytes);

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
