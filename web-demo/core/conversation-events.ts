/**
 * What can happen to a conversation. Events are applied to the newest state that any tab has kept, so each event names its turn or
 * question.
 */
import type { Conversation, ConversationHead, Earlier, Outcome, Problem, Turn } from './conversation.ts';
import type { AnswerFacts } from './facts.ts';
import { titleOf } from './title.ts';

export type ConversationEvent =
  /** A new question. It replaces the turn `instead` if that is still the last one. */
  | { kind: 'asked'; turnId: string; question: string; at: number; instead?: string }
  | { kind: 'asked-again'; turnId: string; at: number }
  /** `askedAt` says to which ask the event belongs. An answer that comes after the question was asked again is ignored. */
  | {
      kind: 'queued';
      turnId: string;
      askedAt: number;
      queueId: string;
      cause?: string;
      facts?: AnswerFacts;
      at: number;
    }
  | { kind: 'settled'; turnId: string; askedAt: number; text: string; outcome: Settled; at: number }
  /** A question in the outbox has its final outcome. */
  | { kind: 'queue-settled'; queueId: string; text: string; outcome: Settled; at: number }
  /** A question in the outbox waits under another id. */
  | { kind: 'requeued'; queueId: string; newId: string; at: number };

/** A final outcome. */
export type Settled = Extract<Outcome, { state: 'complete' | 'stopped' | 'failed' }>;

export const emptyConversation = (id: string, at: number): Conversation => ({
  id,
  title: '',
  changedAt: at,
  turns: [],
  isCut: false,
});

/** The conversation after an event. It is the same object if the event changes nothing. */
export function afterEvent(conversation: Conversation, event: ConversationEvent): Conversation {
  const turns = turnsAfter(conversation.turns, event);
  if (turns === conversation.turns) return conversation;
  const changedAt = Math.max(conversation.changedAt, event.at);
  // If the oldest turns are gone, the first one that is left must not rename the conversation.
  const title = conversation.isCut ? conversation.title : titleOf(turns[0]?.question ?? '');
  return { ...conversation, title, changedAt, turns };
}

function turnsAfter(turns: readonly Turn[], event: ConversationEvent): readonly Turn[] {
  switch (event.kind) {
    case 'asked':
      return withQuestion(turns, event);
    case 'asked-again':
      return changed(turns, event.turnId, (turn, index) =>
        turn.outcome.state === 'asking' ? turn : askedAgain(turn, contextOf(turns.slice(0, index)), event.at),
      );
    case 'queued':
      return changed(turns, event.turnId, (turn) =>
        turn.outcome.state === 'asking' && turn.askedAt === event.askedAt
          ? {
              ...turn,
              outcome: {
                ...earlierOf(turn),
                state: 'waiting',
                queueId: event.queueId,
                ...(event.cause && { cause: event.cause }),
                ...(event.facts && { facts: event.facts }),
              },
            }
          : turn,
      );
    case 'settled':
      return changed(turns, event.turnId, (turn) =>
        turn.outcome.state === 'asking' && turn.askedAt === event.askedAt ? settled(turn, event) : turn,
      );
    case 'queue-settled':
      return changedWhere(
        turns,
        (turn) => queueIdOf(turn) === event.queueId && !isKnown(turn, event),
        (turn) => settled(turn, event),
      );
    case 'requeued':
      return changedWhere(
        turns,
        (turn) => queueIdOf(turn) === event.queueId,
        (turn) => ({ ...turn, outcome: { ...earlierOf(turn), state: 'waiting', queueId: event.newId } }),
      );
  }
}

function withQuestion(
  turns: readonly Turn[],
  { turnId, question, at, instead }: Extract<ConversationEvent, { kind: 'asked' }>,
): readonly Turn[] {
  if (turns.some(({ id }) => id === turnId)) return turns;
  const last = turns.at(-1);
  const before = instead !== undefined && last?.id === instead ? turns.slice(0, -1) : turns;
  const turn: Turn = {
    ...{ id: turnId, question, askedAt: at, text: '', context: contextOf(before) },
    outcome: { state: 'asking' },
  };
  return [...before, turn];
}

function askedAgain(turn: Turn, context: readonly string[], at: number): Turn {
  const { text, outcome } = turn;
  const earlier: Earlier | undefined =
    outcome.state === 'complete' ? { text, facts: outcome.facts } : earlierOf(turn).earlier;
  return {
    ...turn,
    // The time tells a later ask from an earlier one, so it must always grow.
    askedAt: Math.max(at, turn.askedAt + 1),
    text: '',
    context,
    outcome: { state: 'asking', ...(earlier && { earlier }) },
  };
}

function settled(turn: Turn, { text, outcome }: { text: string; outcome: Settled }): Turn {
  const { earlier } = earlierOf(turn);
  // No new text came, so the earlier answer stays.
  if (earlier !== undefined && text === '' && outcome.state !== 'complete')
    return {
      ...turn,
      text: earlier.text,
      outcome: {
        ...{ state: 'complete', facts: earlier.facts },
        ...(outcome.state === 'failed' && { again: outcome.problem }),
      },
    };
  return { ...turn, text, outcome };
}

/** True if the turn knows already that the outbox gave the question up. The outbox reports it again at each visit. */
const isKnown = ({ outcome: known }: Turn, { outcome }: { outcome: Settled }): boolean =>
  known.state === 'failed' && outcome.state === 'failed' && outcome.queueId !== undefined;

/** The complete answer that stays while the question is asked again. */
export const earlierOf = ({ outcome }: Turn): { earlier?: Earlier } =>
  (outcome.state === 'asking' || outcome.state === 'waiting') && outcome.earlier !== undefined
    ? { earlier: outcome.earlier }
    : {};

/** The id of the turn's question in the outbox; undefined if it is not there. */
export const queueIdOf = ({ outcome }: Turn): string | undefined =>
  outcome.state === 'waiting' || outcome.state === 'failed' ? outcome.queueId : undefined;

/** The ids of the turns that have an answer, or the beginning of one. */
const contextOf = (before: readonly Turn[]): string[] => before.filter(({ text }) => text !== '').map(({ id }) => id);

const changed = (turns: readonly Turn[], turnId: string, change: (turn: Turn, index: number) => Turn) =>
  changedWhere(turns, ({ id }) => id === turnId, change);

function changedWhere(
  turns: readonly Turn[],
  fits: (turn: Turn) => boolean,
  change: (turn: Turn, index: number) => Turn,
): readonly Turn[] {
  const next = turns.map((turn, index) => (fits(turn) ? change(turn, index) : turn));
  return next.every((turn, index) => turn === turns[index]) ? turns : next;
}

export const askingTurn = ({ turns }: Conversation): Turn | undefined =>
  turns.find(({ outcome }) => outcome.state === 'asking');

export const headOf = (conversation: Conversation): ConversationHead => ({
  id: conversation.id,
  title: conversation.title,
  changedAt: conversation.changedAt,
  waiting: conversation.turns.filter(({ outcome }) => outcome.state === 'waiting').length,
  isAsking: askingTurn(conversation) !== undefined,
});

/** A problem that the page itself names, not the router. */
export const ownProblem = (code: string): Problem => ({
  ...{ code, status: null, retryAt: null },
  ...{ message: null, requestId: null },
});
