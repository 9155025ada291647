/** A conversation as it is shown and kept. Changes make a new value; nothing here acts. */
import type { AnswerFacts } from './facts.ts';

export interface Conversation {
  id: string;
  /** Its first question, shortened; empty before there is one. */
  title: string;
  /** Epoch milliseconds of its last change, which orders the list. */
  changedAt: number;
  turns: readonly Turn[];
}

/** What the list of conversations shows. */
export interface ConversationHead {
  id: string;
  title: string;
  changedAt: number;
  /** Questions in the outbox. */
  waiting: number;
}

/** One question and what became of it. */
export interface Turn {
  id: string;
  question: string;
  /** Epoch milliseconds. */
  askedAt: number;
  /** What has come of the answer so far; Markdown. */
  text: string;
  outcome: Outcome;
}

export type Outcome =
  /** Sent, and still being answered. Found so after a reload, it is asked once more under the same key, and paid once. */
  | { state: 'asking' }
  /** In the outbox, under this id. */
  | { state: 'waiting'; queueId: string }
  | { state: 'complete'; facts: AnswerFacts }
  /** The person pressed Stop. */
  | { state: 'stopped'; facts: AnswerFacts }
  /** No answer, or the beginning of one. */
  | { state: 'failed'; problem: Problem; facts: AnswerFacts | null };

/** Why there is no answer, in the router's own terms; `web-demo/words/` puts it into a person's. */
export interface Problem {
  /** The router's error code, such as `budget_exceeded`; `offline` and `stream_lost` are travel mode's. */
  code: string;
  status: number | null;
  /** When asking again may help; epoch milliseconds. */
  retryAt: number | null;
  /** The router's own sentence, for problems that have no words here. */
  message: string | null;
  requestId: string | null;
}
