import type { AnswerForm } from '../forms.ts';

/** How a reader wants the answer. None of this makes it another answer, so none of it is in the body's hash. */
export interface Wish {
  /** As events; otherwise as one JSON completion. */
  stream: boolean;
  /** With ids, heartbeats, and headers as soon as the run is admitted (`x-carryon-resume: 1`). */
  resume: boolean;
  /** The closing usage chunk. */
  usage: boolean;
  /** May learn who served and what it cost. */
  seesProvider: boolean;
  /** The form it reads; left out where only the first asker's request says that. */
  form?: AnswerForm | undefined;
}
