/** One request at a time, of every kind that may cost more than its size shows: billed ≤ booked ≤ held. */
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { ProviderName } from '../../sandbox/ask.ts';
import { DELIVERY_FAULTS, type Fault, STATUS_FAULTS } from '../../sandbox/faults.ts';
import { BEGUN_AFTER_MS } from '../../worker/upstream/failing-answer.ts';
import { type Answered, type AskOptions, answered } from '../support/ask.ts';
import { type Books, BudgetBench } from '../support/budget-bench.ts';

const bench = await BudgetBench.start();
afterAll(() => bench.stop());
beforeEach(() => bench.sandbox.reset());

const FORMATS: readonly ProviderName[] = ['openai', 'anthropic'];

interface Seen extends Books {
  answer: Answered;
  billed: number;
  granted: number;
}

/** By a tenant of its own, so that the ledger has this request alone. */
async function pay(format: ProviderName, options: AskOptions): Promise<Seen> {
  const billedSoFar = () => bench.sandbox.counts()[format].billedMicroUsd;
  const before = billedSoFar();
  const payer = await bench.payer({ monthlyUsd: 1 });
  const answer = await answered(bench.url, { ...options, headers: { authorization: `Bearer ${payer.key}` } });
  const books = await payer.atRest();
  const granted = books.settlements.reduce((sum, { grantedMicroUsd }) => sum + grantedMicroUsd, 0);
  return { ...books, answer, billed: billedSoFar() - before, granted };
}

function expectBounded({ billed, spent, granted, settlements }: Seen): void {
  expect(spent).toBeGreaterThanOrEqual(billed);
  for (const { spentMicroUsd, grantedMicroUsd, overGranted, standing } of settlements) {
    expect({ overGranted, standing }).toEqual({ overGranted: false, standing: 'done' });
    expect(grantedMicroUsd).toBeGreaterThanOrEqual(spentMicroUsd);
  }
  expect(spent).toBe(settlements.reduce((sum, { spentMicroUsd }) => sum + spentMicroUsd, 0));
  expect(granted).toBeGreaterThanOrEqual(spent);
}

const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const asks = (text: string) => [{ role: 'user', content: text }];
/** Deep enough that its text is longer than the question. */
const fields = Object.fromEntries(
  Array.from({ length: 40 }, (_, index) => [
    `field_${index}`,
    { type: 'string', description: 'What the city of 東京 is called — in words, nothing else.' },
  ]),
);
const schema = { type: 'object', properties: fields, required: Object.keys(fields), additionalProperties: false };
const tool = (name: string) => ({
  type: 'function',
  function: {
    name,
    description: 'Of a city',
    parameters: { type: 'object', properties: fields, required: ['field_1'] },
  },
});

const LARGE: Record<string, Record<string, unknown>> = {
  'three choices, each longer than the cap': {
    n: 3,
    max_tokens: 200,
    messages: asks('In 500 words: what is a failover?'),
  },
  'images, inside the body and elsewhere': {
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is in these?' },
          { type: 'image_url', image_url: { url: PIXEL, detail: 'high' } },
          { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
        ],
      },
    ],
  },
  'tools with a large schema': {
    messages: asks('What is the weather in Lisbon, in Paris and in Tokyo?'),
    tools: [tool('get_weather'), tool('get_forecast'), tool('get_time')],
    tool_choice: 'required',
  },
  'a history of tool calls': {
    messages: [
      ...asks('What is the weather in Lisbon?'),
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Lisbon"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_1', content: '{"sky":"clear","text":"“Sunny” \\"all\\" day\\n"}' },
    ],
    tools: [tool('get_weather')],
  },
  'an answer by a schema': {
    response_format: { type: 'json_schema', json_schema: { name: 'city', strict: true, schema } },
  },
  'any JSON': {
    messages: asks('Answer in JSON: what is the capital of Portugal?'),
    response_format: { type: 'json_object' },
  },
  'reasoning that is shown': { reasoning_effort: 'low', max_tokens: 4_000 },
  'a text of few letters and many bytes': { messages: asks('🧑‍🚀'.repeat(300)) },
  'a cap of one token': { max_tokens: 1 },
  'a page of several turns': {
    messages: [
      { role: 'system', content: 'You answer in few words. '.repeat(20) },
      ...Array.from({ length: 9 }, (_, turn) => ({
        role: turn % 2 === 0 ? 'user' : 'assistant',
        content: `Turn ${turn}: ${'and so on '.repeat(30)}`,
      })),
    ],
  },
};

describe.each(FORMATS)('in the format of %s', (format) => {
  test.each(Object.entries(LARGE))('%s', async (_, body) => {
    for (const stream of [false, true]) {
      const seen = await pay(format, { model: `app/${format}`, stream, body: { max_tokens: 400, ...body } });
      expect(seen.answer).toMatchObject({ status: 200, error: undefined });
      expect(seen.billed).toBeGreaterThan(0);
      expectBounded(seen);
      // A usage came, so this is more than a bound.
      expect(seen.spent).toBe(seen.billed);
    }
  });

  test.each(['app', 'preset'])(
    'a field that changes the price is left out and named, and costs nothing (%s)',
    async (kind) => {
      const model = `${kind}/${format}`;
      const plain = await pay(format, { model });
      bench.sandbox.setRecord(true);
      const strays: Record<string, unknown> = {
        service_tier: 'priority',
        web_search_options: { search_context_size: 'high' },
        models: ['openai/gpt-5.6-pro', 'anthropic/claude-opus-5'],
        route: 'fallback',
        provider: { order: ['dearest'], sort: 'throughput' },
        plugins: [{ id: 'web' }],
        modalities: ['text', 'audio'],
        audio: { voice: 'alloy', format: 'wav' },
        prediction: { type: 'content', content: 'long '.repeat(200) },
        store: true,
        inference_geo: 'us',
        speed: 'fast',
        thinking: { type: 'enabled', budget_tokens: 30_000 },
        max_tokens_to_sample: 100_000,
      };
      const all = await pay(format, { model, body: strays });
      expect(all.answer).toMatchObject({ status: 200, error: undefined });
      expect(all.answer.header('x-carryon-dropped')?.split(', ').toSorted()).toEqual(Object.keys(strays).toSorted());
      expect([all.billed, all.granted]).toEqual([plain.billed, plain.granted]);
      const sent = Object.keys(bench.sandbox.recorded().at(-1)?.body ?? {});
      expect(sent).toContain('messages');
      expect(sent.filter((name) => name in strays)).toEqual([]);

      for (const [name, value] of Object.entries(strays)) {
        const one = await pay(format, { model, body: { [name]: value } });
        expect([name, one.answer.header('x-carryon-dropped'), one.billed]).toEqual([name, name, plain.billed]);
      }
    },
  );
});

/** These test the short time limits; everything else has a minute. */
const HANGS: readonly Fault[] = [
  'hang-before-headers',
  'hang-before-first-token',
  'stall-mid-stream',
  'keep-alives-only',
  'slow-first-token',
  'held-open',
  'held-open-no-done',
];
/** Refused before a model began: no provider bills that, so nothing is booked. */
const COSTS_NOTHING: readonly Fault[] = [...STATUS_FAULTS, 'redirect'];
/** Of these that holds only where they came at once, as they do unless the machine is busy. */
const COSTS_NOTHING_AT_ONCE: readonly Fault[] = ['408', '502', '504'];
const MAY_COST = DELIVERY_FAULTS.filter((fault) => !COSTS_NOTHING.includes(fault));
/** Still an answer, with its usage; for some only in a stream, where the end is seen. */
const WHOLE: readonly Fault[] = ['duplicate-usage', 'no-done', 'drip'];
const WHOLE_STREAMED: readonly Fault[] = ['held-open', 'held-open-no-done'];

describe('failures', () => {
  const askBadly = async (format: ProviderName, fault: Fault, stream: boolean): Promise<Seen> => {
    // A whole answer has to be read to its end, for which a busy machine may need longer than a short time limit.
    const isWhole = stream && WHOLE_STREAMED.includes(fault);
    const alias = HANGS.includes(fault) && !isWhole ? 'hasty' : 'app';
    await bench.sandbox.setFault(format, fault, { delayMs: fault === 'drip' ? 1 : 2_000, retryAfterMs: 1 });
    const seen = await pay(format, { model: `${alias}/${format}`, stream, body: { max_tokens: 300 } });
    expectBounded(seen);
    return seen;
  };
  /** Both providers at once: each has its own bill. */
  const inEveryForm = async (fault: Fault, check: (seen: Seen, stream: boolean) => void): Promise<void> => {
    const inForms = async (format: ProviderName) => {
      for (const stream of [false, true]) check(await askBadly(format, fault, stream), stream);
    };
    await Promise.all(FORMATS.map(inForms));
  };

  test.each(['cut-mid-stream', 'truncated-json', 'stall-mid-stream'] as const)(
    '%s, of three choices',
    async (fault) => {
      await bench.sandbox.setFault('openai', fault);
      for (const stream of [false, true]) {
        const seen = await pay('openai', { model: 'hasty/openai', stream, body: { n: 3, max_tokens: 300 } });
        expect(seen.billed).toBeGreaterThan(0);
        expectBounded(seen);
      }
    },
  );

  test.each(COSTS_NOTHING)('%s: nothing is billed, nothing is booked', (fault) =>
    inEveryForm(fault, ({ billed, spent, granted, answer, settlements }) => {
      const tookMs = Number(/total;dur=(\d+)/.exec(answer.header('server-timing') ?? '')?.[1]);
      const isLate = COSTS_NOTHING_AT_ONCE.includes(fault) && tookMs >= BEGUN_AFTER_MS;
      const booked = isLate && spent > 0 ? granted : 0;
      expect({ billed, spent, leases: settlements.length }).toEqual({ billed: 0, spent: booked, leases: 1 });
      expect(answer.status).toBeGreaterThanOrEqual(400);
    }),
  );

  test.each(MAY_COST)('%s: all is booked that is billed', (fault) =>
    inEveryForm(fault, ({ billed, spent, settlements }, stream) => {
      if (WHOLE.includes(fault) || (stream && WHOLE_STREAMED.includes(fault))) expect(spent).toBe(billed);
      // A usage is exact (if it is true: the empty answer's counts what it left out); a figure that is not exact is marked.
      else if (fault !== 'empty-stream' && spent !== billed) {
        expect(settlements.some(({ estimated }) => estimated)).toBe(true);
      }
    }),
  );
});
