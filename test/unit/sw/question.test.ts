import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { travelKeyText } from '../../../protocol/answer-key.ts';
import type { Features } from '../../../sw/core/features.ts';
import { type PageRequest, readQuestion } from '../../../sw/core/question.ts';
import { sign } from '../../../sw/store/seal.ts';
import type { Person } from '../../../sw/store/store.ts';
import { questionVectors } from '../../support/question-vectors.ts';

const { aliases, default: byDefault, questions, routerOrigin, signKey } = questionVectors;
const KNOWN: Features = {
  readAt: 0,
  default: byDefault,
  features: Object.fromEntries(
    Object.entries(aliases).map(([name, alias]) => [
      name,
      { resume: name === 'chat', travelTtlSeconds: 60, generation: 3, alias },
    ]),
  ),
};

const hmac = { name: 'HMAC', hash: 'SHA-256' };
const person = crypto.subtle
  .importKey('raw', Buffer.from(signKey, 'hex'), hmac, false, ['sign'])
  .then((key) => ({ signKey: key }) as Person);

const asking = (
  body: unknown,
  headers: Record<string, string> = {},
  door: PageRequest['door'] = 'ai',
): PageRequest => ({
  door,
  header: (name) => headers[name] ?? null,
  bodyText: typeof body === 'string' ? body : JSON.stringify(body),
});
const read = (...given: Parameters<typeof asking>) => readQuestion(asking(...given), KNOWN);

describe('the same question', () => {
  it.each(questions)('as the router sees it: $name', async ({ door, headers, body, feature, text, travelKey }) => {
    const question = read(body, headers, door);
    expect(question).toMatchObject({ feature, text });
    expect(await sign(await person, travelKeyText({ routerOrigin, feature, text }))).toBe(travelKey);
  });

  it('has a text of its own under each router and feature', () => {
    const part = fc.constantFrom('', 'a', '"', '\n', ',', '["a"', 'https://r.example');
    const three = fc.record({ routerOrigin: part, feature: part, text: part });
    fc.assert(
      fc.property(three, three, (one, other) => {
        expect(travelKeyText(one) === travelKeyText(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });
});

describe('while the features are not known', () => {
  it.each([
    ['no name at all', { prompt: 'Hi' }, '', ''],
    ['what the page names', { prompt: 'Hi', feature: 'code', model: 'app/x' }, 'code', 'app/x'],
  ])('%s stands for them', (_, body, feature, model) => {
    const question = readQuestion(asking(body), undefined);
    expect(question).toMatchObject({ feature, resumes: undefined, generation: null });
    expect(JSON.parse(question?.text ?? '')).toMatchObject({ model });
  });
});

describe('what is known of its feature', () => {
  it('comes with the question; a feature that is not listed does not resume', () => {
    expect(read({ prompt: 'Hi' })).toMatchObject({ feature: 'chat', resumes: true, generation: 3 });
    expect(read({ prompt: 'Hi', feature: 'code' })).toMatchObject({ feature: 'code', resumes: false });
    expect(read({ prompt: 'Hi', feature: 'other' })).toMatchObject({
      feature: 'other',
      resumes: false,
      generation: null,
    });
    expect(read({ prompt: 'Hi', feature: 'constructor' })).toMatchObject({ resumes: false, generation: null });
  });
});

describe('what goes to the router as it is', () => {
  it.each<[string, Parameters<typeof asking>]>([
    ['no JSON', ['{"prompt": ']],
    ['nothing', ['']],
    ['a list', [[]]],
    ['null', ['null']],
    ['no prompt', [{}]],
    ['prompt and messages', [{ prompt: 'Hi', messages: [{ role: 'user', content: 'Hi' }] }]],
    ['a prompt at the other door', [{ prompt: 'Hi', model: 'app/chat' }, {}, 'chat-completions']],
    ['no model at the other door', [{ messages: [{ role: 'user', content: 'Hi' }] }, {}, 'chat-completions']],
    ['a wrong parameter', [{ prompt: 'Hi', temperature: 'hot' }]],
    ['a feature that is no name', [{ prompt: 'Hi', feature: 7 }]],
    ['a page that resumes by itself', [{ prompt: 'Hi' }, { 'last-event-id': '3' }]],
    ['a page that asks for a resumable stream', [{ prompt: 'Hi' }, { 'x-carryon-resume': '1' }]],
  ])('%s', (_, given) => {
    expect(read(...given)).toBeUndefined();
  });

  it('is whatever else is no question; nothing throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), fc.boolean(), (body, isAi) => {
        expect(() => read(body, {}, isAi ? 'ai' : 'chat-completions')).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });
});

describe('what the page wishes', () => {
  it.each([
    [{}, { wish: 'fail', noStore: false, refresh: false }],
    [{ 'x-carryon-travel': 'queue' }, { wish: 'queue' }],
    [{ 'x-carryon-travel': ' Off ' }, { wish: 'off' }],
    [{ 'x-carryon-travel': 'perhaps' }, { wish: 'fail' }],
    [{ 'x-carryon-cache': 'no-store' }, { noStore: true, refresh: false }],
    [{ 'x-carryon-cache': 'refresh' }, { noStore: false, refresh: true }],
  ])('%j', (headers, wished) => {
    expect(read({ prompt: 'Hi' }, headers as Record<string, string>)).toMatchObject(wished);
  });

  it('is a stream, with its usage or without', () => {
    expect(read({ prompt: 'Hi' })).toMatchObject({ stream: false, includeUsage: false });
    expect(read({ prompt: 'Hi', stream: true })).toMatchObject({ stream: true, includeUsage: false });
    const asked = { prompt: 'Hi', stream: true, stream_options: { include_usage: true } };
    expect(read(asked)).toMatchObject({ stream: true, includeUsage: true });
  });
});
