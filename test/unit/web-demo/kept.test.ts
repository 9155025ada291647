import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Conversation } from '../../../web-demo/core/conversation.ts';
import {
  conversationText,
  fitted,
  headText,
  keptHeadOf,
  readConversation,
  readHead,
} from '../../../web-demo/core/kept.ts';
import { complete, turn } from './answer-shapes.ts';

const of = (turns: Conversation['turns']): Conversation => ({
  ...{ id: 'c', title: 'T', changedAt: 5, turns, isCut: false },
});
const bytes = (text: string) => new TextEncoder().encode(text).length;

describe('what is kept of a conversation', () => {
  it('is all of it while it fits', () => {
    const conversation = of([complete(), complete()]);
    expect(fitted(conversation)).toBe(conversation);
    expect(readConversation(conversationText(conversation))).toEqual(conversation);
  });

  it('is its newest turns where it is too large, and it says so', () => {
    const large = Array.from({ length: 20 }, (_, index) => ({
      ...complete(),
      id: `t${index}`,
      text: 'é'.repeat(9_000),
    }));
    const kept = fitted(of(large));
    expect(kept.isCut).toBe(true);
    expect(kept.turns).toEqual(large.slice(-kept.turns.length));
    expect(kept.turns.length).toBeGreaterThan(10);
    expect(bytes(conversationText(kept))).toBeLessThan(256 * 1_024);
  });

  it('is the last turn, however large', () => {
    const [small, huge] = [complete(), { ...complete(), text: 'x'.repeat(400_000) }];
    expect(fitted(of([small, huge])).turns).toEqual([huge]);
    expect(fitted(of([huge])).turns).toEqual([huge]);
    expect(fitted(of([huge, small])).turns).toEqual([small]);
  });

  it('fits into a note, whatever characters it is made of', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 50 }), { minLength: 1, maxLength: 6 }), (texts) => {
        const turns = texts.map((text, index) => ({ ...complete(), id: `t${index}`, text: text.repeat(2_000) }));
        const kept = fitted(of(turns));
        if (kept.turns.length > 1) expect(bytes(conversationText(kept))).toBeLessThan(256 * 1_024);
        expect(kept.turns.at(-1)).toEqual(turns.at(-1));
      }),
      { numRuns: 10 },
    );
  });

  it('says in its head what waits, and what is being asked', () => {
    const head = keptHeadOf(of([turn({ state: 'waiting', queueId: 'q' }, ''), turn({ state: 'asking' }, '')]));
    expect(head).toMatchObject({
      ...{ waiting: 1, isAsking: true, askingTurnId: 't-1' },
      queued: [{ queueId: 'q', question: 'What should I pack?' }],
    });
    expect(readHead(headText(head))).toEqual(head);
  });

  it.each([undefined, '', 'null', '[]', '{}', '{"v":2,"id":"c","turns":[],"queued":[]}', '{"v":1,"id":7}', '{"v":1'])(
    'is nothing where the note is %j',
    (text) => {
      expect(readConversation(text)).toBeUndefined();
      expect(readHead(text)).toBeUndefined();
    },
  );

  it('leaves out what is no turn', () => {
    const text = JSON.stringify({ v: 1, ...of([]), turns: [null, 7, {}, { id: 'x' }, complete()] });
    expect(readConversation(text)?.turns).toEqual([complete()]);
  });
});
