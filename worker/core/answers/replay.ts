/** Replays a stored answer in the form that this request asks for. */
import { chunksOfCompletion } from '../../../protocol/chunks-of-completion.ts';
import { DONE, dataText } from '../../../protocol/sse.ts';
import type { AnswerForm } from './forms.ts';
import type { StoredAnswer } from './stored-answer.ts';
import { dataFor } from './stream/events.ts';

/** How the answer is given. */
export interface ReplayOptions {
  includeUsage: boolean;
  /** True for callers that may see the provider and the cost. Their usage has `carryon_cost_usd`. */
  seesProvider: boolean;
  /** The model's name for all other callers. */
  alias: string;
  /** What this request was charged for failed attempts. Left out if it was charged nothing. */
  costUsd?: number | undefined;
  /** The form that the client reads. Left out if the answer goes out as it is stored. */
  form?: AnswerForm | undefined;
}

/** Callers that may see the provider get the provider's own text. */
export const replayAsJson = (
  { body }: Pick<StoredAnswer, 'body'>,
  options: Omit<ReplayOptions, 'includeUsage' | 'costUsd'>,
): string => dataFor({ kind: 'completion', data: body }, options, options.alias);

/** The events of a stream, in order. */
export function replayAsStream({ body }: Pick<StoredAnswer, 'body'>, options: ReplayOptions): string[] {
  const events = chunksOfCompletion(body, options.costUsd).filter(
    ({ kind }) => kind !== 'usage' || options.includeUsage,
  );
  return [...events.map((event) => dataFor(event, options, options.alias)), DONE].map(dataText);
}
