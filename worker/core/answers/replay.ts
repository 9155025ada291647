/** An answer once more, in whichever form is asked for now. */
import { chunksOfCompletion } from '../../../protocol/chunks-of-completion.ts';
import { DONE, dataText } from '../../../protocol/sse.ts';
import type { AnswerForm } from './forms.ts';
import type { StoredAnswer } from './stored-answer.ts';
import { dataFor } from './stream/events.ts';

export interface ReplayOptions {
  includeUsage: boolean;
  /** For callers who may see costs: beside the usage, as `carryon_cost_usd`, which of a replay is 0. */
  seesProvider: boolean;
  /** The model's name for everybody else. */
  alias: string;
  /** The form its client reads; left out: as it is stored. */
  form?: AnswerForm | undefined;
}

/** The provider's own text, for those who may learn who served. */
export const replayAsJson = (
  { body }: Pick<StoredAnswer, 'body'>,
  options: Omit<ReplayOptions, 'includeUsage'>,
): string => dataFor({ kind: 'completion', data: body }, options, options.alias);

export function replayAsStream({ body }: Pick<StoredAnswer, 'body'>, options: ReplayOptions): string[] {
  const events = chunksOfCompletion(body).filter(({ kind }) => kind !== 'usage' || options.includeUsage);
  return [...events.map((event) => dataFor(event, options, options.alias)), DONE].map(dataText);
}
