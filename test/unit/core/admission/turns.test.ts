import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../../../protocol/chat.ts';
import { lastTurnTokens, trimmedToCap } from '../../../../worker/core/admission/turns.ts';
import { inputSize, ownTokens } from '../../../../worker/core/pricing/input-size.ts';
import { deployment } from '../../pipeline/support/router.ts';
import { chat } from '../../providers/chats.ts';
import { BARE } from '../pricing/support/deployments.ts';
import { chat as aChat, conversation } from '../pricing/support/requests.ts';

const DEPLOYMENTS = [deployment('a')];
const said = (...messages: ChatMessage[]) => chat({ messages });
const within = (sent: ReturnType<typeof chat>, maxInputTokens: number) =>
  trimmedToCap(sent, maxInputTokens, DEPLOYMENTS, BARE);
const inputOf = (sent: ReturnType<typeof chat>) => ownTokens(inputSize(sent, DEPLOYMENTS), BARE);

const user = (content: string): ChatMessage => ({ role: 'user', content });
const assistant = (content: string): ChatMessage => ({ role: 'assistant', content });
const system = (content: string): ChatMessage => ({ role: 'system', content });
const call = (id: string): ChatMessage => ({
  role: 'assistant',
  tool_calls: [{ id, type: 'function', function: { name: 'f', arguments: '{}' } }],
});
const result = (tool_call_id: string): ChatMessage => ({ role: 'tool', tool_call_id, content: 'done' });

/** Each call has 1 byte of id, 1 of name, 2 of arguments; each result 1 of id, 4 of text. */
const CONVERSATION = [
  system('rule'), //             4, stays
  assistant('welcome'), //       7
  user('one'), //                3
  assistant('first'), //         5
  user('two'), //                3
  call('x'), //                  4
  result('x'), //                5
  system('mind'), //             4, stays
  assistant('second'), //        6
  user('three'), //              5
];

describe('leaving out the oldest turns', () => {
  it.each([
    [46, CONVERSATION],
    [45, CONVERSATION.toSpliced(1, 1)],
    [39, CONVERSATION.toSpliced(1, 1)],
    [38, CONVERSATION.toSpliced(1, 3)],
    [31, CONVERSATION.toSpliced(1, 3)],
    [30, [system('rule'), system('mind'), user('three')]],
    [13, [system('rule'), system('mind'), user('three')]],
    [12, undefined],
    [0, undefined],
  ])('to %d tokens', (maxInputTokens, left) => {
    expect(within(said(...CONVERSATION), maxInputTokens)?.messages).toEqual(left);
  });

  it('gives the very request where nothing has to go', () => {
    const sent = said(...CONVERSATION);
    expect(within(sent, 46)).toBe(sent);
  });

  it('shares with the request what it keeps, and leaves that as it was', () => {
    const sent = said(...CONVERSATION);
    const copy = structuredClone(sent);
    const left = within(sent, 30);
    expect(left?.messages[2]).toBe(sent.messages[9]);
    expect(sent).toEqual(copy);
  });

  it('counts tools, schemas and images, which stay or go with their messages', () => {
    const tools = [{ type: 'function', function: { name: 'f' } }];
    const image = { type: 'image_url', image_url: { url: 'https://a.example/b.png' } };
    const messages = [{ role: 'user', content: [image] }, assistant('fine'), user('three')];
    const sent = chat({ tools, messages });
    const fixed = JSON.stringify(tools).length;
    expect(within(sent, fixed + 1_000 + 4 + 5)).toBe(sent);
    expect(within(sent, fixed + 1_000 + 4 + 4)?.messages).toEqual([user('three')]);
    expect(within(sent, fixed + 4)).toBeUndefined();
  });

  it('never parts a call from its result, a user’s message between them or not', () => {
    const sent = said(user('one'), call('x'), user('quick'), result('x'), assistant('ok'), user('two'));
    expect(within(sent, 21)?.messages).toEqual([user('two')]);
    expect(within(sent, 22)).toBe(sent);
    const ends = said(user('one'), user('two'), call('x'), user('three'), result('x'));
    expect(within(ends, 17)?.messages).toEqual(ends.messages.slice(1));
    expect(within(ends, 16)).toBeUndefined();
  });

  it('takes a call’s id that is used again for another call', () => {
    const sent = said(user('one'), call('x'), result('x'), user('two'), call('x'), result('x'), user('now'));
    expect(within(sent, 15)?.messages).toEqual(sent.messages.slice(3));
  });

  it('has a conversation of instructions alone be what it is', () => {
    const sent = said(system('rule'));
    expect(within(sent, 4)).toBe(sent);
    expect(within(sent, 3)).toBeUndefined();
  });

  it('says what there is at least', () => {
    expect(lastTurnTokens(said(...CONVERSATION), DEPLOYMENTS, BARE)).toBe(13);
    expect(lastTurnTokens(said(system('rule')), DEPLOYMENTS, BARE)).toBe(4);
  });
});

describe('whatever the conversation', () => {
  const isInstruction = ({ role }: ChatMessage) => role === 'system' || role === 'developer';

  it('keeps instructions, order and whole turns, and as many of these as fit', () => {
    let trimmed = 0;
    fc.assert(
      fc.property(fc.oneof(aChat, conversation), fc.integer({ min: -20, max: 110 }), (sent, percent) => {
        const least = lastTurnTokens(sent, DEPLOYMENTS, BARE);
        const maxInputTokens = Math.round(least + ((inputOf(sent) - least) * percent) / 100);
        const left = within(sent, maxInputTokens);
        expect(left === undefined).toBe(least > maxInputTokens);
        if (left === undefined) return;
        expect(inputOf(left)).toBeLessThanOrEqual(maxInputTokens);
        expect({ ...left, messages: [] }).toEqual({ ...sent, messages: [] });

        const said = sent.messages.filter((message) => !isInstruction(message));
        const kept = left.messages.filter((message) => !isInstruction(message));
        expect(left.messages.filter(isInstruction)).toEqual(sent.messages.filter(isInstruction));
        expect(left.messages).toEqual(sent.messages.filter((message) => left.messages.includes(message)));
        // The end of the conversation is kept, from the beginning of a turn on.
        const gone = said.length - kept.length;
        expect(kept).toEqual(said.slice(gone));
        if (gone === 0) return;
        trimmed++;
        expect(kept[0]?.role).toBe('user');
        const answered = new Set(kept.map(({ tool_call_id: id }) => id));
        const asked = (messages: ChatMessage[]) =>
          messages.flatMap(({ tool_calls: calls = [] }) => calls.map(({ id }) => id));
        const before = asked(said.slice(0, gone)).filter((id) => !asked(kept).includes(id));
        expect(before.filter((id) => answered.has(id))).toEqual([]);

        // One more turn would not fit.
        const starts = said.flatMap(({ role }, index) => (index === 0 || role === 'user' ? [index] : []));
        const from = starts.filter((index) => index < gone).at(-1) ?? 0;
        const more = new Set([...said.slice(from), ...sent.messages.filter(isInstruction)]);
        const larger = { ...sent, messages: sent.messages.filter((message) => more.has(message)) };
        expect(inputOf(larger)).toBeGreaterThan(maxInputTokens);
      }),
      { numRuns: 1_000 },
    );
    expect(trimmed).toBeGreaterThan(300);
  });
});
