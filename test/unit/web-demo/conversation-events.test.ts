import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Conversation, Turn } from '../../../web-demo/core/conversation.ts';
import {
  afterEvent,
  askingTurn,
  type ConversationEvent,
  emptyConversation,
  headOf,
  ownProblem,
  queueIdOf,
  type Settled,
} from '../../../web-demo/core/conversation-events.ts';
import { facts } from './answer-shapes.ts';

const complete: Settled = { state: 'complete', facts: facts() };
const failed: Settled = { state: 'failed', problem: ownProblem('offline'), facts: null };
const told = (...events: ConversationEvent[]): Conversation => events.reduce(afterEvent, emptyConversation('c', 0));
const asked = (turnId: string, at: number, more: { question?: string; instead?: string } = {}) =>
  ({ kind: 'asked', turnId, question: `Question ${turnId}?`, at, ...more }) as const;
const settled = (turnId: string, askedAt: number, text: string, outcome: Settled) =>
  ({ kind: 'settled', turnId, askedAt, text, outcome, at: askedAt + 5 }) as const;

describe('a conversation', () => {
  it('has a question and its answer', () => {
    const { title, changedAt, turns } = told(asked('a', 1), settled('a', 1, 'Text.', complete));
    expect({ title, changedAt, turns }).toEqual({
      title: 'Question a?',
      changedAt: 6,
      turns: [{ id: 'a', question: 'Question a?', askedAt: 1, text: 'Text.', context: [], outcome: complete }],
    });
  });

  it('sends along what was answered before, in part too, and nothing else', () => {
    const { turns } = told(
      asked('a', 1),
      settled('a', 1, 'Text.', complete),
      asked('b', 10),
      settled('b', 10, '', failed),
      asked('c', 20),
      settled('c', 20, 'The beginning', failed),
      asked('d', 30),
    );
    expect(turns.at(-1)?.context).toEqual(['a', 'c']);
  });

  it('puts an edited question in the place of the last turn, and only there', () => {
    const before = [asked('a', 1), settled('a', 1, 'A.', complete), asked('b', 10), settled('b', 10, 'B.', complete)];
    expect(told(...before, asked('c', 20, { instead: 'b' })).turns.map(({ id }) => id)).toEqual(['a', 'c']);
    // Another tab has asked something since.
    expect(told(...before, asked('c', 20, { instead: 'a' })).turns.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  it('is named by the first question, also by an edited one', () => {
    expect(told(asked('a', 1), asked('b', 2, { instead: 'a', question: 'Another?' })).title).toBe('Another?');
  });

  it('takes no answer to an earlier ask of the question', () => {
    const events = [
      asked('a', 1),
      settled('a', 1, 'Old.', complete),
      { kind: 'asked-again', turnId: 'a', at: 9 } as const,
    ];
    expect(askingTurn(told(...events, settled('a', 1, 'Late.', complete)))?.text).toBe('');
    expect(told(...events, settled('a', 9, 'New.', complete)).turns[0]?.text).toBe('New.');
  });

  it('gets its complete answer back where a new one does not come', () => {
    const again = [
      asked('a', 1),
      settled('a', 1, 'Old.', complete),
      { kind: 'asked-again', turnId: 'a', at: 9 } as const,
    ];
    const stopped: Settled = { state: 'stopped', facts: facts() };
    expect(told(...again, settled('a', 9, '', failed)).turns[0]).toMatchObject({
      text: 'Old.',
      outcome: { ...complete, again: ownProblem('offline') },
    });
    expect(told(...again, settled('a', 9, '', stopped)).turns[0]).toMatchObject({ text: 'Old.', outcome: complete });
    // What arrived of the new one is kept, and marked as partial.
    expect(told(...again, settled('a', 9, 'Begun', failed)).turns[0]).toMatchObject({
      text: 'Begun',
      outcome: failed,
    });
  });

  it('follows its question through the outbox', () => {
    const queued = [asked('a', 1), { kind: 'queued', turnId: 'a', askedAt: 1, queueId: 'q1', at: 2 } as const];
    expect(headOf(told(...queued))).toMatchObject({ waiting: 1, isAsking: false });
    const given: Settled = { ...failed, queueId: 'q1' };
    const over = told(...queued, { kind: 'queue-settled', queueId: 'q1', text: '', outcome: given, at: 3 });
    expect(headOf(over).waiting).toBe(0);
    expect(afterEvent(over, { kind: 'queue-settled', queueId: 'q1', text: '', outcome: given, at: 4 })).toBe(over);
    const anew = afterEvent(over, { kind: 'requeued', queueId: 'q1', newId: 'q2', at: 5 });
    expect(anew.turns[0]?.outcome).toEqual({ state: 'waiting', queueId: 'q2' });
    const answered = { kind: 'queue-settled', queueId: 'q2', text: 'At last.', outcome: complete, at: 6 } as const;
    const done = afterEvent(anew, answered);
    expect(done.turns[0]).toMatchObject({ text: 'At last.', outcome: complete });
    expect(afterEvent(done, { ...answered, text: 'Twice.' })).toBe(done);
  });
});

const ids = fc.constantFrom('a', 'b', 'c', 'd');
const queueIds = fc.constantFrom('q1', 'q2', 'q3');
const at = fc.integer({ min: 1, max: 50 });
const text = fc.constantFrom('', 'Text.');
const outcome = fc.constantFrom<Settled>(complete, failed, { ...failed, queueId: 'q1' });
const event: fc.Arbitrary<ConversationEvent> = fc.oneof(
  fc.record({ kind: fc.constant('asked' as const), turnId: ids, question: fc.string(), at }),
  fc.record({ kind: fc.constant('asked' as const), turnId: ids, question: fc.string(), at, instead: ids }),
  fc.record({ kind: fc.constant('asked-again' as const), turnId: ids, at }),
  fc.record({ kind: fc.constant('queued' as const), turnId: ids, askedAt: at, queueId: queueIds, at }),
  fc.record({ kind: fc.constant('settled' as const), turnId: ids, askedAt: at, text, outcome, at }),
  fc.record({ kind: fc.constant('queue-settled' as const), queueId: queueIds, text, outcome, at }),
  fc.record({ kind: fc.constant('requeued' as const), queueId: queueIds, newId: queueIds, at }),
);

describe('any sequence of events', () => {
  it('keeps turns in order, loses none but one that was edited, and has one answer to a question', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        let conversation = emptyConversation('c', 0);
        for (const one of events) {
          const next = afterEvent(conversation, one);
          const before = conversation.turns.map(({ id }) => id);
          const now = next.turns.map(({ id }) => id);
          expect(new Set(now).size).toBe(now.length);
          const kept = one.kind === 'asked' && before.at(-1) === one.instead && !before.includes(one.turnId);
          expect(now.slice(0, before.length - (kept ? 1 : 0))).toEqual(kept ? before.slice(0, -1) : before);
          for (const turn of next.turns)
            expectOneAnswer(
              conversation.turns.find(({ id }) => id === turn.id),
              turn,
              one,
            );
          expect(next.changedAt).toBeGreaterThanOrEqual(conversation.changedAt);
          conversation = next;
        }
      }),
    );
  });

  it('is plain data', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 20 }), (events) => {
        const once = events.reduce(afterEvent, emptyConversation('c', 0));
        expect(JSON.parse(JSON.stringify(once))).toEqual(once);
      }),
    );
  });
});

/** A text changes only while its question is open, and only by an event about it. */
function expectOneAnswer(before: Turn | undefined, now: Turn, event: ConversationEvent): void {
  if (before === undefined || before === now || before.text === now.text) return;
  if (event.kind === 'asked-again') {
    expect(event.turnId).toBe(now.id);
    return;
  }
  const isAsked = before.outcome.state === 'asking' && event.kind === 'settled' && event.askedAt === before.askedAt;
  const isQueued = event.kind === 'queue-settled' && event.queueId === queueIdOf(before);
  expect(isAsked || isQueued).toBe(true);
}
