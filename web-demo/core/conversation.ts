/** A conversation as it is shown and kept. It is immutable: each change makes a new value. */
import type { AnswerFacts } from './facts.ts';

export interface Conversation {
  id: string;
  /** The first question, shortened; empty before there is one. */
  title: string;
  /** Epoch milliseconds of its last change, which orders the list. */
  changedAt: number;
  turns: readonly Turn[];
  /** True if its oldest turns are gone, because a browser keeps only so much of one conversation (`kept.ts`). */
  isCut: boolean;
}

/** What the list of conversations shows. */
export interface ConversationHead {
  id: string;
  title: string;
  changedAt: number;
  /** How many of its questions are in the outbox. */
  waiting: number;
  /** True while one of its questions is being answered. */
  isAsking: boolean;
}

/** One question and what became of it. */
export interface Turn {
  id: string;
  question: string;
  /** Epoch milliseconds. */
  askedAt: number;
  /** The answer so far, as Markdown. Empty while the question is being asked, when `Talk.live` has the text. */
  text: string;
  /** The ids of the turns that were sent along. They make the question exactly the same when it is asked again after a reload. */
  context: readonly string[];
  outcome: Outcome;
}

export type Outcome =
  /** The question is sent and still being answered. After a reload it is asked again with the same key, and paid for once. */
  | { state: 'asking'; earlier?: Earlier }
  /**
   * The question is in the outbox, under this id. `cause`: travel mode's reason, absent if it is no longer known. `facts`: about the ask
   * that no provider answered, if the router reported its attempts.
   */
  | { state: 'waiting'; queueId: string; cause?: string; facts?: AnswerFacts; earlier?: Earlier }
  /** `again`: why asking once more brought nothing. The answer is then the earlier one. */
  | { state: 'complete'; facts: AnswerFacts; again?: Problem }
  /** The person pressed Stop. */
  | { state: 'stopped'; facts: AnswerFacts }
  /** There is no answer, or only its beginning. `queueId`: set if the outbox still has the question; `sendNow` sends it. */
  | { state: 'failed'; problem: Problem; facts: AnswerFacts | null; queueId?: string };

/** The complete answer of a question that is being asked again. It is shown again if no new answer comes. */
export interface Earlier {
  text: string;
  facts: AnswerFacts;
}

/** Why there is no answer, in the router's own terms. `web-demo/words/` turns it into words for people. */
export interface Problem {
  /**
   * The router's error code, such as `budget_exceeded`. `offline` and `stream_lost` come from travel mode. The page itself adds `cancelled`
   * (taken out of the outbox), `expired` (waited too long in it), `unreadable` (not the router's answer), `no_token` (no sign-in).
   */
  code: string;
  status: number | null;
  /** When asking again may help; epoch milliseconds. */
  retryAt: number | null;
  /** The router's own sentence, for problems that have no words here. */
  message: string | null;
  requestId: string | null;
}
