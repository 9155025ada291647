import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatMessage, ChatRequest } from '../../../../protocol/chat.ts';
import { answerKeyText, type Question } from '../../../../worker/core/answers/answer-key-text.ts';

const NOTHING = { collapseWhiteSpace: false, foldCase: false, ignore: [] };
const chat = (content: ChatMessage['content'], role: ChatMessage['role'] = 'user'): ChatRequest => ({
  model: 'app/chat',
  messages: [{ role, content: content ?? null }],
  stream: false,
  includeUsage: false,
  rest: {},
});

const question = (more: Partial<Question> = {}): Question => ({
  chat: chat('Hi'),
  tenant: 'acme',
  user: 'ann',
  feature: 'chat',
  generation: 1,
  policy: { scope: 'tenant', normalize: NOTHING, schemaVersion: 1 },
  ...more,
});

function textOf(asked: Question): string {
  const text = answerKeyText(asked);
  if (!text?.ok) throw new Error(`no key: ${JSON.stringify(text)}`);
  return text.text;
}

const withRules = (content: ChatMessage['content'], rules: Partial<typeof NOTHING | { ignore: RegExp[] }> = {}) =>
  textOf(
    question({
      chat: chat(content),
      policy: { scope: 'tenant', normalize: { ...NOTHING, ...rules }, schemaVersion: 1 },
    }),
  );

it('leaves a letter with more marks than any writing has as it is, and composes all others', () => {
  const marks = (count: number) => `e${'\u0301'.repeat(count)}`;
  expect(withRules(marks(30))).toBe(withRules(marks(30).normalize('NFC')));
  expect(withRules(marks(31))).not.toBe(withRules(marks(31).normalize('NFC')));
});

it('does not exist where a question is too long for the patterns of config', () => {
  const of = (content: string, ignore: RegExp[]) =>
    answerKeyText(
      question({
        chat: chat(content),
        policy: { scope: 'tenant', normalize: { ...NOTHING, ignore }, schemaVersion: 1 },
      }),
    );
  expect(of('x'.repeat(262_144), [/y/gu])?.ok).toBe(true);
  expect(of('x'.repeat(262_145), [/y/gu])).toBeUndefined();
  expect(of('x'.repeat(262_145), [])?.ok).toBe(true);
});

/** Few values, so that many pairs differ in one field, and some that imitate another field. */
const name = fc.constantFrom('a', 'b', 'a","b', 'a\n', '', '1', 'null', '\ud800', '\\ud800', 'é', 'e\u0301');
const anyQuestion = fc.record({
  chat: fc
    .tuple(
      fc.constantFrom('a', 'b', 'a\nb', 'é', 'e\u0301', ' a', '"],'),
      fc.constantFrom('user' as const, 'system' as const),
    )
    .map(([content, role]) => chat(content, role)),
  tenant: name,
  user: fc.option(name),
  feature: name,
  generation: fc.nat(2),
  policy: fc.record({
    scope: fc.constantFrom('tenant' as const, 'user' as const),
    normalize: fc.record({
      collapseWhiteSpace: fc.boolean(),
      foldCase: fc.boolean(),
      ignore: fc.constantFrom([], [/x/gu], [/x/gu, /y/gu], [/x","y/gu]),
    }),
    schemaVersion: fc.integer({ min: 1, max: 2 }),
  }),
});

describe('the text that finds an answer', () => {
  it('is the same exactly where tenant, owner, feature, generation, rules and question are', () => {
    const distinct = new Map<string, string>();
    fc.assert(
      fc.property(anyQuestion, (asked) => {
        const { policy, user, tenant, feature, generation } = asked;
        const text = answerKeyText(asked);
        if (policy.scope === 'user' && !user) {
          expect(text).toBeUndefined();
          return;
        }
        const [message] = asked.chat.messages;
        const owner = policy.scope === 'user' ? [user] : [];
        const rules = [policy.schemaVersion, policy.normalize.collapseWhiteSpace, policy.normalize.foldCase];
        const content = String(message?.content).trim().normalize();
        const tuple = [
          tenant,
          owner,
          feature,
          generation,
          rules,
          policy.normalize.ignore.map(String),
          message?.role,
          content,
        ];
        // An unambiguous form: the lengths, then the parts.
        const parts = tuple.flat(2).map(String);
        const identity = `${owner.length} ${parts.map((part) => part.length)} ${parts.join('')}`;
        const given = text?.ok ? text.text : '';
        expect(distinct.get(identity) ?? given).toBe(given);
        distinct.set(identity, given);
      }),
      { numRuns: 30_000 },
    );
    expect(distinct.size).toBeGreaterThan(10_000);
    expect(new Set(distinct.values()).size).toBe(distinct.size);
  });

  it('is not there for a user scope without a user', () => {
    const policy = { scope: 'user' as const, normalize: NOTHING, schemaVersion: 1 };
    expect(answerKeyText(question({ user: null, policy }))).toBeUndefined();
    expect(answerKeyText(question({ user: '', policy }))).toBeUndefined();
    expect(textOf(question({ user: 'ann', policy }))).not.toBe(textOf(question({ user: 'bob', policy })));
  });

  it('is one for all of a tenant in its scope', () => {
    const all = ['ann', 'bob', null].map((user) => textOf(question({ user })));
    expect(new Set(all).size).toBe(1);
  });

  it('begins with a line of its own', () => {
    expect(textOf(question())).toBe(
      '[2,"acme",null,"chat",1,1,[false,false]]\n{"messages":[{"content":"Hi","role":"user"}],"model":"app/chat"}',
    );
  });

  it('is refused by name where the question has no canonical form', () => {
    expect(answerKeyText(question({ chat: chat('a\ud800') }))).toMatchObject({ reason: 'lone_surrogate' });
  });
});

describe('what always counts as the same question', () => {
  it.each([
    ['é', 'e\u0301'],
    ['Hi', '  Hi\n'],
    ['Hi', '\n \n\tHi \t'],
    ['a\n  b', '\n\na\n  b\n\n'],
    ['  a\n  b', '\n  a\n  b\n'],
  ])('%j and %j', (one, other) => {
    expect(withRules(one)).toBe(withRules(other));
    const parts = (text: string) => [{ type: 'text' as const, text }];
    expect(withRules(parts(one))).toBe(withRules(parts(other)));
  });

  it.each([
    ['Hi', 'hi'],
    ['a b', 'a  b'],
    ['a b', 'a\nb'],
    ['  a\nb', 'a\nb'],
    ['ﬁ', 'fi'],
    ['²', '2'],
    ['１', '1'],
    ['a\u00a0b', 'a b'],
    ['ticket-1', 'ticket-2'],
    ['straße', 'strasse'],
    ['', '\u200b'],
  ])('but never %j and %j', (one, other) => {
    expect(withRules(one)).not.toBe(withRules(other));
  });

  it('nor white space between the parts of a message', () => {
    const parts = (first: string) => [
      { type: 'text' as const, text: first },
      { type: 'text' as const, text: 'b' },
    ];
    expect(withRules(parts('a '))).not.toBe(withRules(parts('a')));
    expect(withRules(parts('e\u0301'))).toBe(withRules(parts('é')));
  });

  it.each(['assistant', 'tool'] as const)('nor anything in what the %s said', (role) => {
    const asked = (content: string) => textOf(question({ chat: chat(content, role) }));
    expect(asked('Hi ')).not.toBe(asked('Hi'));
    expect(asked('e\u0301')).not.toBe(asked('é'));
  });

  it('nor a picture or what a schema says', () => {
    const url = (end: string) => [{ type: 'image_url' as const, image_url: { url: `https://a.example/${end}` } }];
    expect(withRules(url('e\u0301'))).not.toBe(withRules(url('é')));
    const asked = (description: string) =>
      textOf(
        question({ chat: { ...chat('Hi'), tools: [{ type: 'function', function: { name: 'f', description } }] } }),
      );
    expect(asked('Hi ')).not.toBe(asked('Hi'));
  });
});

describe('what may count as the same where config says so', () => {
  it('is white space', () => {
    const asked = (text: string) => withRules(text, { collapseWhiteSpace: true });
    expect(asked('a \n\u00a0 b')).toBe(asked('a b'));
    expect(asked('a b')).not.toBe(asked('ab'));
  });

  it('is upper and lower case', () => {
    const asked = (text: string) => withRules(text, { foldCase: true });
    expect(asked('ÉCOLE')).toBe(asked('école'));
  });

  it('is what a pattern names, as often as it is there, but not whether it is', () => {
    const asked = (text: string) => withRules(text, { ignore: [/Ticket-\d{1,9}/gu] });
    expect(asked('Ticket-1 and Ticket-2?')).toBe(asked('Ticket-77 and Ticket-9?'));
    expect(asked('Ticket-1?')).not.toBe(asked('?'));
    expect(asked('Ticket-1?')).not.toBe(asked('Ticket-?'));
  });

  it('is what a pattern names, as people wrote it, whatever else is on', () => {
    const asked = (text: string) =>
      withRules(text, { foldCase: true, collapseWhiteSpace: true, ignore: [/ID {2}[A-Z]/gu] });
    expect(asked('ID  A')).toBe(asked('ID  B'));
  });

  it('changes nothing of the request itself', () => {
    const asked = chat('  E\u0301  A ');
    const before = structuredClone(asked);
    withRules('x');
    textOf(
      question({
        chat: asked,
        policy: { scope: 'tenant', normalize: { ...NOTHING, foldCase: true }, schemaVersion: 1 },
      }),
    );
    expect(asked).toEqual(before);
  });
});
