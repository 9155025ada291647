/** Step: what an answer used and cost; booked once, whatever became of it. */
import type { ChatRequest, Usage } from '../../protocol/chat.ts';
import type { Config, Deployment } from '../core/config/config.ts';
import { billedByUsage, billedWithoutUsage, type Passed } from '../core/pricing/billed.ts';
import { feeMicroUsd, type WorstCase } from '../core/pricing/worst-case.ts';
import type { FailureKind } from '../core/routing/failure.ts';
import { utf8Bytes } from '../core/utf8-bytes.ts';
import type { Deps } from '../ports.ts';
import { personOf } from './ask.ts';
import type { Bill } from './holding.ts';
import type { Begun } from './produce.ts';
import type { Scope } from './scope.ts';

/** How an attempt that had begun to answer ended: `left`: the reader went away. */
export type Ending = 'complete' | 'left' | FailureKind;

/** What there is to count it by: usage where the provider told it, and what came of the answer. */
export interface Measured {
  usage: Usage | undefined;
  /** It came at the end; before, it is what was true then (Anthropic's first event, Gemini's every chunk). */
  isFinal: boolean;
  made: Passed | 'unknown';
}

/** What a provider may bill for an attempt: its final usage is the truth; without it the bounds count, and usage only lifts them. */
export function billOf(
  { usage, isFinal, made }: Measured,
  chat: ChatRequest,
  worst: WorstCase,
  deployment: Deployment,
  { pricing }: Pick<Config, 'pricing'>,
): Bill {
  const isCredible =
    usage !== undefined &&
    usage.inputTokens <= BEYOND_BELIEF * worst.inputTokens &&
    usage.outputTokens <= BEYOND_BELIEF * worst.outputTokens;
  const told = isCredible ? billedByUsage(chat, usage, deployment) : undefined;
  if (told !== undefined && isFinal) return { ...told, estimated: false };
  const bound = billedWithoutUsage(chat, deployment, pricing, usage !== undefined && !isCredible ? 'unknown' : made);
  return {
    microUsd: Math.max(bound.microUsd, told?.microUsd ?? 0),
    tokens: Math.max(bound.tokens, told?.tokens ?? 0),
    estimated: true,
  };
}

/** A bill may pass our bounds where config's constants are too small; one so much larger is a slip of the provider's. */
const BEYOND_BELIEF = 100;

/** A whole answer: by its usage, else by all that it says. */
export const measuredReply = ({ body, usage }: { body: string; usage: Usage | undefined }): Measured => ({
  usage,
  isFinal: true,
  made: { textBytes: usage === undefined ? utf8Bytes(body) : 0, chunks: 0 },
});

/** After the answer: booked and told to the ledger, the deployment's place free again, its standing learnt. Runs once. */
export function settleOnce({ ask, admission, deployment, startedAt }: Begun, deps: Deps, scope: Scope) {
  const { board, config } = deps;
  let settled = false;
  return (ending: Ending, measured: Measured): void => {
    if (settled) return;
    settled = true;
    const { holding } = admission;
    const bill = billOf(measured, ask.chat, admission.version.worst, deployment, config);
    holding.book({ ...bill, microUsd: bill.microUsd + feeMicroUsd(config.pricing) });
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
