/** Nothing that a client sends reaches a provider, except the listed body fields (docs/contract.md "What reaches a provider"). */
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { VERSION } from '../../protocol/version.ts';
import { answered } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';
import { startScripted } from '../support/scripted-provider.ts';
import { CHAT, chatBody, send } from '../support/send.ts';

const canary = await startScripted((_request, response) => response.end('{}'));
const openaiFirst = await startBench();
/** As Anthropic counts: what it writes to its cache costs a quarter more, what it reads a tenth. */
const anthropicFirst = await startBench({
  swapped: true,
  variables: {
    PROVIDER_A_PRICE_INPUT: '1',
    PROVIDER_A_PRICE_OUTPUT: '4',
    PROVIDER_A_PRICE_CACHED_INPUT: '0.1',
    PROVIDER_A_PRICE_CACHE_WRITE: '1.25',
  },
});
afterAll(() => Promise.all([openaiFirst.stop(), anthropicFirst.stop(), canary.close()]));

const MARK = 'canary-5f0c';

/** Headers that a proxy, a tracer or a curious client may add; a foreign `host` is refused in local mode. */
const HEADERS = {
  cookie: `session=${MARK}`,
  'user-agent': MARK,
  accept: `text/${MARK}`,
  'accept-language': MARK,
  referer: `https://${MARK}.example/`,
  forwarded: `for=${MARK}`,
  'x-forwarded-for': MARK,
  'x-forwarded-host': `${MARK}.example`,
  'x-forwarded-proto': MARK,
  'x-real-ip': MARK,
  'cf-connecting-ip': MARK,
  'proxy-authorization': `Bearer ${MARK}`,
  'x-api-key': `sk-${MARK}`,
  'api-key': MARK,
  'openai-organization': MARK,
  'openai-project': MARK,
  'openai-beta': MARK,
  'anthropic-beta': MARK,
  'anthropic-version': MARK,
  'x-stainless-lang': MARK,
  'x-request-id': MARK,
  'idempotency-key': MARK,
  traceparent: `00-${MARK}`,
  tracestate: `x=${MARK}`,
  'x-carryon-travel': MARK,
  'x-carryon-prompt-version': MARK,
  'x-carryon-visitor': MARK.repeat(20).slice(0, 128),
  'x-carryon-user': MARK,
  'x-carryon-base-url': `https://${MARK}.example`,
};

/** Fields that change price, place or meaning at some provider, and some unknown ones. */
const FIELDS = {
  base_url: `https://${MARK}.example`,
  api_base: MARK,
  api_key: MARK,
  models: [MARK],
  route: MARK,
  provider: { order: [MARK] },
  transforms: [MARK],
  service_tier: 'priority',
  store: true,
  metadata: { [MARK]: MARK },
  user: MARK,
  safety_identifier: MARK,
  web_search_options: { search_context_size: MARK },
  modalities: ['text', 'audio'],
  audio: { voice: MARK, format: MARK },
  prediction: { type: 'content', content: MARK },
  extra: { [MARK]: MARK },
  extra_headers: { [MARK]: MARK },
  extra_body: { [MARK]: MARK },
  thinking: { type: 'enabled', budget_tokens: 9 },
  inference_geo: MARK,
  container: MARK,
  mcp_servers: [{ url: `${canary.origin}/mcp` }],
  anthropic_version: MARK,
  [MARK]: MARK,
};

const ALLOWED_HEADERS = {
  openai: ['authorization', 'connection', 'content-length', 'content-type', 'host', 'transfer-encoding', 'user-agent'],
  anthropic: [
    'anthropic-version', 'connection', 'content-length', 'content-type', 'host', 'transfer-encoding', 'user-agent', 'x-api-key',
  ],
}; // biome-ignore format: a list, not a page

describe.each([
  { provider: 'openai', bench: openaiFirst },
  { provider: 'anthropic', bench: anthropicFirst },
] as const)('at $provider', ({ provider, bench }) => {
  beforeEach(async () => {
    await bench.sandbox.reset();
    bench.sandbox.setRecord(true);
  });

  test.each([{ stream: false }, { stream: true }])(
    'no header and no field of a client’s own (stream: $stream)',
    async ({ stream }) => {
      const body = chatBody({ stream, temperature: 0.5, max_tokens: 100, ...FIELDS });
      // A key of its own: the same one would replay the other form's answer.
      const keyed = { ...HEADERS, 'x-carryon-user': MARK, 'idempotency-key': `${MARK}-${stream}` };
      const got = await send(bench.url, CHAT, { headers: keyed, body });
      expect(got.status).toBe(200);
      const [recorded] = bench.sandbox.recorded();
      expect(recorded?.provider).toBe(provider);
      expect(JSON.stringify(recorded)).not.toContain(MARK);

      const headers = recorded?.headers ?? {};
      const sent = recorded?.body ?? {};
      expect(ALLOWED_HEADERS[provider]).toEqual(expect.arrayContaining(Object.keys(headers)));
      expect(headers['user-agent']).toBe(`carryon/${VERSION}`);
      expect(headers.host).toBe(`127.0.0.1:${bench.sandbox[provider].port}`);
      if (provider === 'openai') expect(headers.authorization).toBe('Bearer sandbox-key');
      else expect(headers).toMatchObject({ 'x-api-key': 'sandbox-key', 'anthropic-version': '2023-06-01' });

      const common = ['max_tokens', 'messages', 'model', 'temperature', ...(stream ? ['stream'] : [])];
      const expected = provider === 'openai' && stream ? [...common, 'stream_options'] : common;
      expect(Object.keys(sent).toSorted()).toEqual(expected.toSorted());
      expect(sent.model).toBe(`sandbox-${provider}`);

      const dropped = String(got.headers['x-carryon-dropped']).split(', ');
      const silent = ['metadata', 'user'];
      expect(dropped).toEqual(
        expect.arrayContaining(Object.keys(FIELDS).filter((name) => !silent.includes(name) && name !== MARK)),
      );
    },
  );

  test('nor inside messages, parts, tools and schemas', async () => {
    const body = {
      model: 'app/chat',
      [`x-${MARK}`]: 1,
      messages: [
        { role: 'system', content: 'Be brief.', cache_control: { type: MARK }, [MARK]: 1 },
        { role: 'user', content: [{ type: 'text', text: 'Hello', cache_control: { type: MARK }, [MARK]: MARK }] },
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{}', [MARK]: 1 }, [MARK]: 1 },
          ],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'Seen.', [MARK]: MARK },
        { role: 'user', content: 'And now?' },
      ],
      tools: [
        { type: 'function', function: { name: 'look', parameters: { type: 'object' }, [MARK]: 1 }, [MARK]: MARK },
      ],
      response_format: { type: 'text', [MARK]: MARK },
    };
    const got = await send(bench.url, CHAT, { body });
    expect(got.status).toBe(200);
    expect(JSON.stringify(bench.sandbox.recorded())).not.toContain(MARK);
  });

  test('and nobody fetches what a prompt or a URL in it points at', async () => {
    const content = [
      { type: 'text', text: `Please read ${canary.origin}/page` },
      { type: 'image_url', image_url: { url: `${canary.origin}/image.png` } },
    ];
    // A picture at a local address is refused by name.
    for (const [parts, status] of [
      [content.slice(0, 1), 200],
      [content, 400],
    ] as const) {
      const got = await send(bench.url, CHAT, { body: chatBody({ messages: [{ role: 'user', content: parts }] }) });
      expect(got.status).toBe(status);
    }
    expect(canary.requests).toBe(0);
  });

  test.each([
    `http://127.0.0.1/v1/chat/completions`,
    '/v1/chat/completions?base_url=https://canary.example&model=other',
    '/v1/chat/completions#https://canary.example',
  ])('nor does an address change where it goes: %s', async (path) => {
    const got = await send(bench.url, path, { body: chatBody() });
    expect(got.status).toBe(200);
    expect(bench.sandbox.recorded()).toHaveLength(1);
  });
});

test('the beginning of a prompt that comes again costs less, and exactly what the provider bills', async () => {
  const { sandbox, url } = anthropicFirst;
  await sandbox.reset();
  sandbox.setPrices('anthropic', { cacheWriteUsdPerMillion: 1.25 });
  const instructions = { role: 'system', content: 'Answer in the words of the handbook. '.repeat(300) };
  const asked = async (question: string, stream: boolean, feature: string) => {
    const before = sandbox.counts().anthropic.billedMicroUsd;
    const got = await answered(url, {
      stream,
      headers: { 'x-carryon-feature': feature, 'x-carryon-cache': 'no-store' },
      body: {
        messages: [instructions, { role: 'user', content: question }],
        ...(stream && { stream_options: { include_usage: true } }),
      },
    });
    const costMicroUsd = Math.round(Number(got.costUsd ?? got.header('x-carryon-cost-usd')) * 1e6);
    // The ledger rounds each amount up; the provider only its sum.
    expect(Math.abs(costMicroUsd - (sandbox.counts().anthropic.billedMicroUsd - before))).toBeLessThanOrEqual(1);
    const tokens = got.usage?.prompt_tokens_details as Record<string, number> | undefined;
    return { read: tokens?.cached_tokens, written: tokens?.cache_write_tokens, costMicroUsd };
  };
  const first = await asked('In 5 words: who may leave early?', false, 'chat');
  expect(first).toMatchObject({ read: 0, written: expect.any(Number) });
  expect(first.written).toBeGreaterThan(2_000);
  for (const stream of [true, false]) {
    const next = await asked('In 5 words: who may stay late?', stream, 'chat');
    expect(next).toMatchObject({ read: first.written, written: 0 });
    expect(next.costMicroUsd).toBeLessThan(first.costMicroUsd / 3);
  }
  // A feature without `promptCache` pays the plain price each time.
  expect(await asked('In 5 words: who may eat?', false, 'summarize')).toMatchObject({ read: 0, written: 0 });
});

test('a provider that repeats its key in an error does not tell it to the client, nor to the log', async () => {
  let status = 400;
  const talkative = await startScripted((request, response) => {
    const message = `Bad request with ${request.headers.authorization} at ${request.headers.host}`;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { message, type: message, code: message, param: message } }));
  });
  for (const key of ['plain-key', 'sk-abc', `Key.${'x1'.repeat(30)}`]) {
    const slot = (name: string) => ({
      [`PROVIDER_${name}_API_BASE`]: talkative.origin,
      [`PROVIDER_${name}_KEY`]: key,
      [`PROVIDER_${name}_MODEL`]: `model-${name}`,
      [`PROVIDER_${name}_FORMAT`]: 'openai',
    });
    const bench = await startBench({ variables: { ...slot('A'), ...slot('B') } });
    try {
      for (status of [400, 413, 500, 401]) {
        const got = await send(bench.url, CHAT, { body: chatBody() });
        expect(got.status).toBeGreaterThanOrEqual(400);
        expect(got.text + JSON.stringify(got.headers) + bench.log.join()).not.toContain(key);
      }
    } finally {
      await bench.stop();
    }
  }
  await talkative.close();
});

test('an answer that comes in one piece ends once: one [DONE], one usage chunk', async () => {
  const event = (data: object) => `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', ...data })}\n\n`;
  const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
  const answer = [
    event({ choices: [{ index: 0, delta: { role: 'assistant', content: 'Hello' }, finish_reason: null }] }),
    event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
    event({ choices: [], usage }),
    'data: [DONE]\n\n',
  ].join('');
  const prompt = await startScripted((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(answer);
  });
  const variables = { PROVIDER_A_API_BASE: prompt.origin, PROVIDER_A_KEY: 'any', PROVIDER_A_MODEL: 'any' };
  const bench = await startBench({ variables });
  try {
    for (let turn = 0; turn < 5; turn++) {
      const body = chatBody({ stream: true, stream_options: { include_usage: true } });
      const { text } = await send(bench.url, CHAT, { body });
      expect(text.split('[DONE]').length - 1).toBe(1);
      expect(text.split('carryon_cost_usd').length - 1).toBe(1);
      expect(text.split('Hello').length - 1).toBe(1);
    }
  } finally {
    await Promise.all([bench.stop(), prompt.close()]);
  }
});
