/** The demo's welcome: each of its examples has an answer of its own, in the language of the page. */
import { describe, expect, it } from 'vitest';
import { exampleAnswer } from '../../../sandbox/examples.ts';
import { splitTokens } from '../../../sandbox/tokens.ts';
import { wordsFor } from '../../../web-demo/words/words.ts';

describe.each(['en', 'de'])('the examples of the page in %s', (language) => {
  const { examples } = wordsFor([language]).welcome;

  it.each(examples)('has an answer to: $question', ({ question }) => {
    const tokens = splitTokens(exampleAnswer(question) ?? '').length;
    expect(tokens).toBeGreaterThan(150);
    // Well below what the page allows for one answer.
    expect(tokens).toBeLessThan(1_000);
  });

  it('shows lists, a table and code', () => {
    const all = examples.map(({ question }) => exampleAnswer(question)).join('\n');
    for (const mark of [/^- \*\*/m, /^1\. /m, /^\|---\|/m, /^```ts$/m, /^> /m]) expect(all).toMatch(mark);
  });
});

it('knows no other question', () => {
  expect(exampleAnswer('What is a failover?')).toBeUndefined();
  expect(exampleAnswer('toString')).toBeUndefined();
});
