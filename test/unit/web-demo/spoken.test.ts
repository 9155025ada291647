/** What is read aloud of a streaming answer: whole sentences, each once. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { speakFrom } from '../../../web-demo/core/spoken.ts';

const WORDS = { code: 'Code.', table: 'Table.' };
const say = (text: string, isComplete = true) => speakFrom(text, 0, isComplete, WORDS).sentences;

describe('an answer that is read out', () => {
  it.each([
    ['One. Two', 'One.'],
    ['One.', ''],
    ['One.\n', 'One.'],
    ['It costs 3.5 dollars', ''],
    ['He said "yes." And', 'He said "yes."'],
    ['これは。そして', 'これは。'],
    ['Look:\n```js\na. b. c.\n', 'Look:'],
    ['- first point\n- second', 'first point'],
  ])('%j, so far', (text, expected) => expect(say(text, false)).toBe(expected));

  it.each([
    ['**Bold** and `code` and [a link](https://example.com).', 'Bold and code and a link.'],
    ['# Title\nText', 'Title Text'],
    ['```js\nlet a;\n```\nDone.', 'Code. Done.'],
    ['| a | b |\n|---|---|\n| 1 | 2 |\n\nDone.', 'Table. Done.'],
    ['1. one\n2. two', 'one two'],
  ])('%j, whole', (text, expected) => expect(say(text)).toBe(expected));

  it('says every word once, however the text comes', () => {
    const word = fc.stringMatching(/^[a-z]{1,6}$/);
    const sentence = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => `${words.join(' ')}.`);
    fc.assert(
      fc.property(fc.array(sentence, { maxLength: 6 }), fc.array(fc.nat(200), { maxLength: 8 }), (sentences, cuts) => {
        const text = sentences.join(' ');
        let upTo = 0;
        const said: string[] = [];
        for (const cut of cuts.map((one) => Math.min(one, text.length)).toSorted((a, b) => a - b)) {
          const spoken = speakFrom(text.slice(0, cut), Math.min(upTo, cut), false, WORDS);
          upTo = Math.max(upTo, spoken.upTo);
          said.push(spoken.sentences);
        }
        said.push(speakFrom(text, upTo, true, WORDS).sentences);
        expect(said.filter((one) => one !== '').join(' ')).toBe(text);
      }),
    );
  });
});
