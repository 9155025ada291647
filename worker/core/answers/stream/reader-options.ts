import type { AnswerForm } from '../forms.ts';

/** How a reader wants the answer. The answer stays the same, so none of this is in the body's hash. */
export interface ReaderOptions {
  /** True for a stream of events, false for one JSON completion. */
  stream: boolean;
  /** True if the stream has ids, heartbeats, and headers as soon as the run is admitted (`x-carryon-resume: 1`). */
  resume: boolean;
  /** True if the reader gets the closing usage chunk. */
  usage: boolean;
  /** True if the reader may see the provider and the cost. */
  seesProvider: boolean;
  /** The form that the reader reads. Left out if only the first caller's request says it. */
  form?: AnswerForm | undefined;
}
