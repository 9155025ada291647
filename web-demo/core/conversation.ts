/** A conversation as it is shown and kept. Changes make a new value; nothing here acts. */
import type { AnswerFacts } from './facts.ts';

export interface Conversation {
  id: string;
  /** Its first question, shortened; empty before there is one. */
  title: string;
  /** Epoch milliseconds of its last change, which orders the list. */
  changedAt: number;
  turns: readonly Turn[];
  /** Its oldest turns are gone: a browser keeps no more of one conversation (`kept.ts`). */
  isCut: boolean;
}

/** What the list of conversations shows. */
export interface ConversationHead {
  id: string;
  title: string;
  changedAt: number;
  /** Questions in the outbox. */
  waiting: number;
  /** A question of it is being answered. */
  isAsking: boolean;
}

/** One question and what became of it. */
export interface Turn {
  id: string;
  question: string;
  /** Epoch milliseconds. */
  askedAt: number;
  /** The answer so far; Markdown. Empty while it is being asked: `Talk.live` has the text then. */
  text: string;
  /** Turns that were sent along, by id, so that the question is exactly the same when it is asked again after a reload. */
  context: readonly string[];
  outcome: Outcome;
}

export type Outcome =
  /** Sent, and still being answered. After a reload it is asked again under the same key, and paid for once. */
  | { state: 'asking'; earlier?: Earlier }
  /**
   * In the outbox, under this id. `cause`: why, as travel mode names it; absent where that is not known any more. `facts`: of the ask that
   * no provider answered, where the router told of its attempts.
   */
  | { state: 'waiting'; queueId: string; cause?: string; facts?: AnswerFacts; earlier?: Earlier }
  /** `again`: it was asked once more without success; this is the answer that was there before. */
  | { state: 'complete'; facts: AnswerFacts; again?: Problem }
  /** The person pressed Stop. */
  | { state: 'stopped'; facts: AnswerFacts }
  /** No answer, or the beginning of one. `queueId`: the outbox still has the question, and `sendNow` sends it. */
  | { state: 'failed'; problem: Problem; facts: AnswerFacts | null; queueId?: string };

/** The complete answer of a question that is asked again; it comes back if nothing better comes. */
export interface Earlier {
  text: string;
  facts: AnswerFacts;
}

/** Why there is no answer, in the router's own terms; `web-demo/words/` puts it into a person's. */
export interface Problem {
  /**
   * The router's error code, such as `budget_exceeded`; `offline` and `stream_lost` are travel mode's. This page's own: `cancelled` (taken
   * out of the outbox), `expired` (waited too long in it), `unreadable` (no answer of the router), `no_token` (nobody could be signed in).
   */
  code: string;
  status: number | null;
  /** When asking again may help; epoch milliseconds. */
  retryAt: number | null;
  /** The router's own sentence, for problems that have no words here. */
  message: string | null;
  requestId: string | null;
}
