/** A wrong request is refused at once by name, without a call to any provider; one that is only odd is answered. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startBench } from '../support/bench.ts';
import { CHAT, chatBody, send } from '../support/send.ts';

const bench = await startBench();
const swapped = await startBench({ swapped: true });
afterAll(() => Promise.all([bench.stop(), swapped.stop()]));
beforeEach(() => bench.sandbox.reset());

const providerCalls = () => bench.sandbox.counts().openai.requests + bench.sandbox.counts().anthropic.requests;

const said = (content: unknown) => ({ messages: [{ role: 'user', content }] });
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const asText = (more: string) =>
  `{"model":"app/chat","messages":[{"role":"user","content":"Hello"}]${more === '' ? '' : `,${more}`}}`;

describe('refused without asking anybody', () => {
  afterEach(() => expect(providerCalls()).toBe(0));

  test.each([
    '', '   ', '{', '{"a":1,}', 'NaN', 'undefined', "{'model':'x'}", asText('"a":"\u0000"'), `${asText('')}{}`, '{"a":"\\x"}',
  ])('not JSON: %j', async (body) => {
    const got = await send(bench.url, CHAT, { body });
    expect(got).toMatchObject({ status: 400, json: { error: { code: 'invalid_json', type: 'invalid_request_error' } } });
    expect(got.headers['x-should-retry']).toBe('false');
  }); // biome-ignore format: a list, not a page

  test.each(['null', '[]', '"text"', '7', 'true', nested(100_000)])('not an object: %.20s', async (body) => {
    const got = await send(bench.url, CHAT, { body });
    expect(got).toMatchObject({ status: 400, json: { error: { code: 'invalid_body', param: null } } });
  });

  test.each([
    [{ messages: 'Hello' }, 'messages'],
    [{ messages: [] }, 'messages'],
    [{ messages: undefined }, 'messages'],
    [{ messages: ['Hello'] }, 'messages[0]'],
    [{ messages: [{ content: 'Hello' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'king', content: 'Hello' }] }, 'messages[0].role'],
    [said(7), 'messages[0].content'],
    [said([{ type: 'text' }]), 'messages[0].content[0].text'],
    [said([{ type: 'image_url', image_url: { url: 'file:///etc/passwd' } }]), 'messages[0].content[0].image_url.url'],
    [{ model: 7 }, 'model'],
    [{ model: '' }, 'model'],
    [{ model: undefined }, 'model'],
    [{ stream: 'yes' }, 'stream'],
    [{ stream: true, stream_options: [] }, 'stream_options'],
    [{ temperature: 'hot' }, 'temperature'],
    [{ temperature: 3 }, 'temperature'],
    [{ top_p: -1 }, 'top_p'],
    [{ n: 0 }, 'n'],
    [{ n: 1.5 }, 'n'],
    [{ max_tokens: -1 }, 'max_tokens'],
    [{ max_tokens: 10, max_completion_tokens: 20 }, 'max_tokens'],
    [{ stop: ['a', 'b', 'c', 'd', 'e'] }, 'stop'],
    [{ seed: 'x' }, 'seed'],
    [{ logit_bias: { no: '1' } }, 'logit_bias.no'],
    [{ tools: {} }, 'tools'],
    [{ tools: [{ type: 'function' }] }, 'tools[0].function'],
    [{ tool_choice: 'maybe' }, 'tool_choice'],
    [{ response_format: { type: 'xml' } }, 'response_format.type'],
    [{ metadata: 'x' }, 'metadata'],
    [{ metadata: { feature: 7 } }, 'feature'],
    [{ metadata: { colour: 7 } }, 'metadata.colour'],
    [{ user: {} }, 'user'],
  ])('wrong type: %j', async (more, param) => {
    const got = await send(bench.url, CHAT, { body: chatBody(more) });
    expect(got).toMatchObject({ status: 400, json: { error: { code: 'invalid_body', param } } });
    expect(got.json.error?.message).toContain(param);
  });

  test.each([
    ['"temperature":1e999', 'temperature'],
    ['"n":99999999999999999999', 'n'],
    ['"seed":123456789012345678901234567890', 'seed'],
    ['"max_tokens":1e400', 'max_tokens'],
    ['"top_logprobs":-1e308', 'top_logprobs'],
  ])('a number beyond reason: %s', async (more, param) => {
    const got = await send(bench.url, CHAT, { body: asText(more) });
    expect(got).toMatchObject({ status: 400, json: { error: { code: 'invalid_body', param } } });
  });

  test.each(['nobody', 'gpt-4o', 'APP/CHAT', '__proto__', 'constructor', 'toString'])('alias %s', async (model) => {
    const got = await send(bench.url, CHAT, { body: chatBody({ model }) });
    expect(got).toMatchObject({ status: 404, json: { error: { code: 'unknown_alias', param: 'model' } } });
    expect(got.json.error?.message).toContain('"app/chat"');
    expect(got.text).not.toContain('sandbox');
  });

  test('a long alias is not repeated whole', async () => {
    const got = await send(bench.url, CHAT, { body: chatBody({ model: 'x'.repeat(100_000) }) });
    expect(got.status).toBe(404);
    expect(got.text.length).toBeLessThan(1_000);
  });

  test.each(['nobody', '__proto__', 'constructor'])('feature %s, however it is named', async (feature) => {
    const asked = [
      { headers: { 'x-carryon-feature': feature }, body: chatBody() },
      { body: chatBody({ metadata: { feature } }) },
    ];
    for (const options of asked) {
      const got = await send(bench.url, CHAT, options);
      expect(got).toMatchObject({ status: 400, json: { error: { code: 'unknown_feature', param: 'feature' } } });
      expect(got.json.error?.message).toContain('"chat", "summarize"');
    }
  });

  test('two different users, or a name without end', async () => {
    const two = await send(bench.url, CHAT, { headers: { 'x-carryon-user': 'ada' }, body: chatBody({ user: 'bob' }) });
    expect(two).toMatchObject({ status: 400, json: { error: { code: 'conflicting_user', param: 'user' } } });
    const long = await send(bench.url, CHAT, { body: chatBody({ user: 'x'.repeat(257) }) });
    expect(long).toMatchObject({ status: 400, json: { error: { param: 'user' } } });
  });

  test('more text than a body may hold, counted in bytes', async () => {
    for (const content of ['x'.repeat(1_048_577), 'é'.repeat(600_000)]) {
      const got = await send(bench.url, CHAT, { body: chatBody(said(content)) });
      expect(got).toMatchObject({ status: 413, json: { error: { code: 'payload_too_large' } } });
      expect(got.json.error?.message).toContain('1048576');
    }
  });

  test('a body larger than any may be: by its length before it is read, or counted as it comes', async () => {
    const announced = await send(bench.url, CHAT, { headers: { 'content-length': 21_000_000 }, unended: true });
    expect(announced).toMatchObject({ status: 413, json: { error: { code: 'payload_too_large' } } });
    const piece = Buffer.alloc(1_048_576, ' ');
    // Without a picture a megabyte is the limit: anything after it would be written into a closed connection.
    const pieces = [piece, Buffer.from(' ')];
    const counted = await send(bench.url, CHAT, { pieces, unended: true });
    expect(counted).toMatchObject({ status: 413, json: { error: { code: 'payload_too_large' } } });
  });
});

describe('odd, but answered', () => {
  test.each([
    ['a text of a megabyte', chatBody(said('x'.repeat(1_000_000)))],
    ['an image larger than a text may be', chatBody(said([
      { type: 'text', text: 'What is this?' },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(3_000_000)}` } },
    ]))],
    ['NUL, escaped', chatBody(said('Hello\u0000there'))],
    ['half an emoji', asText('').replace('Hello', 'Hello \\ud83d')],
    ['nulls for options never set', chatBody({ temperature: null, tools: null, stop: null, user: null, n: null })],
    ['a feature', chatBody({ metadata: { feature: 'summarize' } })],
    ['a byte order mark', `\ufeff${asText('')}`],
    ['a key that is not last', asText('"model":"app/chat"')],
  ])('%s', async (_, body) => {
    const got = await send(bench.url, CHAT, { body });
    expect(got).toMatchObject({ status: 200, json: { object: 'chat.completion' } });
    expect(providerCalls()).toBe(1);
  }); // biome-ignore format: a list, not a page

  test('bytes that are no UTF-8 are no fault of the router', async () => {
    const body = Buffer.concat([Buffer.from(asText('').slice(0, 62)), Buffer.from([0xff, 0xc0, 0x80])]);
    const rest = Buffer.from(asText('').slice(62));
    const got = await send(bench.url, CHAT, { body: Buffer.concat([body, rest]) });
    expect([200, 400]).toContain(got.status);
    expect(got.json.error?.code ?? 'answered').toMatch(/^(answered|invalid_json|invalid_body)$/);
  });

  test('a body in pieces, without its length', async () => {
    const bytes = Buffer.from(JSON.stringify(chatBody()));
    const got = await send(bench.url, CHAT, { pieces: Array.from(bytes, (byte) => Buffer.from([byte])) });
    expect(got.status).toBe(200);
  });

  test('names that objects have anyway are fields like others', async () => {
    const more = '"__proto__":{"role":"x"},"constructor":1,"toString":2,"hasOwnProperty":3';
    const got = await send(bench.url, CHAT, { body: asText(more) });
    expect(got.status).toBe(200);
    expect(String(got.headers['x-carryon-dropped']).split(', ').toSorted()).toEqual(
      ['__proto__', 'constructor', 'hasOwnProperty', 'toString'].toSorted(),
    );
    const inside = asText('').replace('"role"', '"__proto__":{"role":"system"},"role"');
    const nestedOne = await send(bench.url, CHAT, { body: inside });
    expect(nestedOne.status).toBe(200);
    expect(nestedOne.headers['x-carryon-dropped']).toBe('messages[].__proto__');
  });
});

describe('a hundred thousand brackets', () => {
  const BOMBS: [string, string][] = [
    ['in an unknown field', asText(`"extra":${nested(100_000)}`)],
    ['in a field that passes', asText(`"prompt_cache_key":${nested(100_000)}`)],
    ['as content', asText('').replace('"Hello"', nested(100_000))],
    ['as a content part', asText('').replace('"Hello"', `[{"type":"text","text":"Hello","x":${nested(100_000)}}]`)],
    ['as metadata', asText(`"metadata":${nested(100_000)}`)],
    ['as tools', asText(`"tools":${nested(100_000)}`)],
    ['as a schema of a tool', asText(`"tools":[{"type":"function","function":{"name":"x","parameters":{"x":${nested(100_000)}}}}]`)],
    ['as a schema of objects', asText(`"tools":[{"type":"function","function":{"name":"x","parameters":${'{"x":'.repeat(50_000)}1${'}'.repeat(50_000)}}}]`)],
    ['as a schema of the answer', asText(`"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{"anyOf":${nested(100_000)}}}}`)],
    ['as nested schemas', asText(`"response_format":{"type":"json_schema","json_schema":{"name":"x","strict":true,"schema":${'{"properties":{"x":'.repeat(20_000)}{}${'}}'.repeat(20_000)}}}`)],
    ['as allowed tools', asText(`"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"x":${nested(100_000)}}]}}`)],
  ]; // biome-ignore format: a list, not a page

  test.each(BOMBS)('%s', async (_, body) => {
    for (const { url } of [bench, swapped]) {
      const got = await send(url, CHAT, { body });
      expect([200, 400]).toContain(got.status);
      if (got.status === 400) expect(got.json.error?.code).toBe('invalid_body');
      expect((await send(url, CHAT, { body: chatBody() })).status).toBe(200);
    }
  });
});
