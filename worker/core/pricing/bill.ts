/** The bill of one attempt: what its provider may charge for it. */
import type { ChatRequest, Usage } from '../../../protocol/chat.ts';
import type { Config, Deployment } from '../config/config.ts';
import { type Billed, billedByUsage, billedWithoutUsage, hidesTokens, type SeenAnswer } from './billed.ts';
import type { Learnt } from './learnt.ts';
import { lessonOf } from './lesson.ts';
import { isAbsurd, type UsageProblem, usageProblem, withoutSlips } from './plausible.ts';
import type { WorstCase } from './worst-case.ts';

/** What is known of an attempt when it ends: the provider's usage, if any came, and how much of the answer passed. */
export interface Measured {
  usage: Usage | undefined;
  /** True if the usage came at the end. Otherwise it was true only when it came (Anthropic's first event, each of Gemini's chunks). */
  isFinal: boolean;
  made: SeenAnswer | 'unknown';
}

/** `estimated` is true for a bound, because no usage came or because it could not be true. */
export type Bill = Billed & { estimated: boolean };

/** A bill, and what operators and later requests learn from it. */
export interface ExplainedBill extends Bill {
  oddity?: UsageProblem | undefined;
  lesson?: Learnt | undefined;
}

/**
 * A final usage that can be true is the bill. Any other usage, or none, is replaced by the bounds, and can only raise them.
 * `forMs` is the time from sending the request to closing the connection.
 */
export function billOf(
  { usage, isFinal, made }: Measured,
  chat: ChatRequest,
  worst: WorstCase,
  deployment: Deployment,
  { pricing }: Pick<Config, 'pricing'>,
  forMs: number,
): ExplainedBill {
  const isSlip = usage !== undefined && isAbsurd(usage);
  const judged = usage && isFinal ? usageProblem(usage, chat, seenBytes(made)) : undefined;
  // A model that thinks unseen has produced output even if its usage counts none.
  const isSilent = isFinal && usage?.outputTokens === 0 && hidesTokens(chat, deployment);
  const oddity = isSlip ? 'absurd' : (judged ?? (isSilent ? 'too_little_output' : undefined));
  const told = usage && billedByUsage(chat, isSlip ? withoutSlips(usage) : usage, deployment);
  const lesson = usage && !isSlip ? lessonOf(usage, { chat, deployment, pricing, worst, forMs }) : undefined;
  if (told !== undefined && isFinal && oddity === undefined) {
    return {
      microUsd: told.microUsd,
      tokens: told.tokens,
      usage: told.usage,
      estimated: false,
      oddity: undefined,
      lesson,
    };
  }
  // A provider that counts this wrongly may have generated all that it could.
  const passed: Measured['made'] = isSlip ? { chunks: 0, textBytes: seenBytes(made), isPartial: true } : made;
  const bound = billedWithoutUsage(chat, deployment, pricing, passed, isSlip ? FOR_EVER : forMs);
  return {
    microUsd: Math.max(bound.microUsd, told?.microUsd ?? 0),
    tokens: Math.max(bound.tokens, told?.tokens ?? 0),
    usage: told !== undefined && told.tokens > bound.tokens ? told.usage : bound.usage,
    estimated: true,
    oddity,
    lesson,
  };
}

const FOR_EVER = Number.MAX_SAFE_INTEGER;

const seenBytes = (made: Measured['made']): number => (made === 'unknown' ? 0 : made.textBytes);
