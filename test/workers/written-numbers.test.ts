/** Access to JSON's source text is a feature of the engine: this shows that workerd has it, and that lone surrogates are repaired there. */
import { expect, it } from 'vitest';
import { answerText } from '../../protocol/answer-key.ts';
import { parseBody } from '../../protocol/parse-body.ts';
import { parseChat } from '../../protocol/parse-chat.ts';
import { parseJson } from '../../protocol/written-number.ts';

const body =
  '{"model":"app/chat","messages":[{"role":"user","content":"Hi"}],"extra":{"id":7204839156120043521,"share":1.10,"most":1e400}}';

it('numbers are written as they were read, on the way into an object too', () => {
  expect(JSON.stringify(parseBody(body))).toBe(body);
  expect(JSON.stringify(parseJson(JSON.stringify({ job: parseBody(body) })))).toBe(`{"job":${body}}`);
});

it('the answer key holds what a double does not', () => {
  const parsed = parseChat(parseBody(body));
  const text = parsed.ok ? answerText(parsed.chat) : undefined;
  expect(text?.ok && text.text).toContain('{"id":7204839156120043521,"most":1e400,"share":1.1}');
});

it('half a surrogate pair is U+FFFD', () => {
  expect(parseBody('{"prompt":"a\\ud83d"}')).toEqual({ prompt: 'a\ufffd' });
});
