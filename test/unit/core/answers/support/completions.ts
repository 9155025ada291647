import fc from 'fast-check';
import type { ChatChunk, ChatCompletion } from '../../../../../protocol/chat.ts';
import { StreamedCompletion } from '../../../../../protocol/completion-of-stream.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const said = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });

const toolCall = fc.record(
  {
    id: said,
    type: fc.constant('function' as const),
    function: fc.record({ name: said, arguments: text }),
    extra_content: fc.constant({ google: { thought_signature: 'abc' } }),
  },
  { requiredKeys: ['id', 'type', 'function'] },
);

const message = fc.oneof(
  fc.record(
    {
      role: fc.constant('assistant' as const),
      content: fc.option(text),
      refusal: fc.constant(null),
      reasoning_content: said,
      annotations: fc.array(fc.record({ url: text }), { maxLength: 2 }),
    },
    { requiredKeys: ['role', 'content'] },
  ),
  fc.record(
    {
      role: fc.constant('assistant' as const),
      content: fc.option(said),
      reasoning_content: said,
      tool_calls: fc.uniqueArray(toolCall, { selector: ({ id }) => id, minLength: 1, maxLength: 3 }),
    },
    { requiredKeys: ['role', 'content', 'tool_calls'] },
  ),
  fc.record({
    role: fc.constant('assistant' as const),
    content: fc.constant(null),
    refusal: said,
  }),
  fc.record({
    role: fc.constant('assistant' as const),
    content: fc.constant(null),
    function_call: fc.record({ name: said, arguments: text }),
  }),
);

const token = fc.record({ token: text, logprob: fc.constantFrom(-1, 0, -0.5) });

const choices = fc
  .array(
    fc.record(
      {
        message,
        finish_reason: fc.constantFrom('stop', 'length', 'tool_calls', 'content_filter'),
        logprobs: fc.option(fc.record({ content: fc.array(token, { maxLength: 3 }), refusal: fc.constant(null) })),
        content_filter_results: fc.constant({ hate: { filtered: false } }),
      },
      { requiredKeys: ['message', 'finish_reason'] },
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((all) => all.map((choice, index) => ({ index, ...choice })));

/** Whole completions as providers write them, with fields that the router does not know. */
export const completion = fc.record(
  {
    id: said,
    object: fc.constant('chat.completion' as const),
    created: fc.nat(),
    model: said,
    choices,
    usage: fc.record({ prompt_tokens: fc.nat(), completion_tokens: fc.nat(), total_tokens: fc.nat() }),
    system_fingerprint: fc.option(said),
  },
  { requiredKeys: ['id', 'object', 'created', 'model', 'choices'] },
) as fc.Arbitrary<ChatCompletion>;

/** All chunks of a stream at once. */
export function completionOfStream(chunks: Iterable<ChatChunk>): ChatCompletion | undefined {
  const completion = new StreamedCompletion();
  for (const chunk of chunks) completion.add(chunk);
  return completion.whole();
}
