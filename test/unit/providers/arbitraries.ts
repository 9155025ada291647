import fc from 'fast-check';

const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const name = fc.stringMatching(/^[a-z_]{1,12}$/);
const json = fc.jsonValue({ maxDepth: 3 });

const image = fc.oneof(
  fc.webUrl().map((url) => ({ type: 'image_url', image_url: { url } })),
  fc.base64String({ minLength: 4, maxLength: 16 }).map((data) => ({
    type: 'image_url',
    image_url: { url: `data:image/png;base64,${data}`, detail: 'low' },
  })),
);
const textPart = text.map((content) => ({ type: 'text', text: content }));
const userContent = fc.oneof(text, fc.array(fc.oneof(textPart, image), { minLength: 1, maxLength: 4 }));

export const toolCall = fc.record({
  id: fc.stringMatching(/^call_[a-zA-Z0-9]{4,12}$/),
  name,
  input: fc.dictionary(name, json),
});

/** A valid turn of tool use: the calls, then a result for each. */
const toolTurn = fc.uniqueArray(toolCall, { minLength: 1, maxLength: 3, selector: ({ id }) => id }).chain((calls) =>
  fc
    .tuple(fc.constant(calls), fc.array(text, { minLength: calls.length, maxLength: calls.length }), text)
    .map(([made, results, said]) => [
      {
        role: 'assistant',
        content: said === '' ? null : said,
        tool_calls: made.map((call) => ({
          id: call.id,
          type: 'function',
          function: { name: call.name, arguments: JSON.stringify(call.input) },
        })),
      },
      ...made.map(({ id }, index) => ({ role: 'tool', tool_call_id: id, content: results[index] })),
    ]),
);

const turn = fc.oneof(
  userContent.map((content) => [{ role: 'user', content }]),
  text.map((content) => [{ role: 'assistant', content }]),
  text.map((content) => [{ role: 'system', content }]),
  text.map((content) => [{ role: 'developer', content }]),
  toolTurn,
);

export const messages = fc.array(turn, { minLength: 1, maxLength: 6 }).map((turns) => turns.flat());

const tools = fc.uniqueArray(
  fc.record({
    type: fc.constant('function'),
    function: fc.record(
      {
        name,
        description: text,
        parameters: fc.constant({ type: 'object', properties: { a: { type: 'string' } } }),
        strict: fc.boolean(),
      },
      { requiredKeys: ['name'] },
    ),
  }),
  { minLength: 1, maxLength: 3, selector: (tool) => tool.function.name },
);

/** Bodies that the published API allows; every documented field occurs sometimes. */
export const legalBody = fc.record(
  {
    model: fc.constant('app/chat'),
    messages,
    stream: fc.boolean(),
    temperature: fc.double({ min: 0, max: 2, noNaN: true }),
    top_p: fc.double({ min: 0, max: 1, noNaN: true }),
    frequency_penalty: fc.double({ min: -2, max: 2, noNaN: true }),
    presence_penalty: fc.double({ min: -2, max: 2, noNaN: true }),
    n: fc.integer({ min: 1, max: 4 }),
    seed: fc.integer(),
    max_completion_tokens: fc.integer({ min: 1, max: 100_000 }),
    stop: fc.oneof(text, fc.array(text, { maxLength: 4 })),
    logprobs: fc.boolean(),
    top_logprobs: fc.integer({ min: 0, max: 20 }),
    logit_bias: fc.dictionary(fc.nat().map(String), fc.integer({ min: -100, max: 100 }), { maxKeys: 2 }),
    tools,
    tool_choice: fc.constantFrom('none', 'auto', 'required'),
    parallel_tool_calls: fc.boolean(),
    response_format: fc.constantFrom(
      { type: 'text' },
      { type: 'json_object' },
      {
        type: 'json_schema',
        json_schema: { name: 'it', schema: { type: 'object', properties: { a: { type: 'number', minimum: 1 } } } },
      },
    ),
    reasoning_effort: fc.constantFrom('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'),
    user: text,
    metadata: fc.dictionary(name, text, { maxKeys: 2 }),
    service_tier: fc.constantFrom('auto', 'default', 'flex', 'priority'),
    store: fc.boolean(),
    verbosity: fc.constantFrom('low', 'high'),
    modalities: fc.constantFrom(['text'], ['text', 'audio']),
    audio: fc.constant({ voice: 'alloy', format: 'mp3' }),
    web_search_options: fc.constant({}),
    prediction: fc.constant({ type: 'content', content: 'x' }),
    prompt_cache_key: text,
    prompt_cache_retention: fc.constant('24h'),
    safety_identifier: text,
    moderation: fc.constant({ model: 'omni-moderation-latest' }),
  },
  { requiredKeys: ['model', 'messages'] },
);

/** The same with junk: unknown fields at every level, documented ones with anything in them. */
export const junkBody = fc
  .tuple(
    legalBody,
    fc.dictionary(fc.oneof(name, fc.constantFrom('tools', 'messages', 'n', '__proto__', 'stop', 'models')), json),
    json,
  )
  .map(([body, junk, extra]) => {
    const dirty = JSON.parse(JSON.stringify(body)) as Record<string, unknown>;
    sprinkle(dirty, extra);
    for (const key of Object.keys(junk))
      Object.defineProperty(dirty, key, { value: junk[key], enumerable: true, configurable: true, writable: true });
    return dirty;
  });

/** Puts an unknown field into every object, except inside free-form values. */
function sprinkle(value: unknown, extra: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) (value as Record<string, unknown>).xtra = extra;
  for (const [key, child] of Object.entries(value)) {
    if (!['xtra', 'parameters', 'schema', 'logit_bias', 'metadata'].includes(key)) sprinkle(child, extra);
  }
}
