/**
 * Another model and price without a deploy: the worst case of a request, the deployments it asks and what is booked follow one list, the one in
 * force when the request was read.
 */
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type Answered, type AskOptions, admin, answered } from '../support/ask.ts';
import { BudgetBench, type Payer } from '../support/budget-bench.ts';
import { until } from '../support/until.ts';

const bench = await BudgetBench.start({ isolates: 2 });
afterAll(() => bench.stop());
beforeEach(async () => {
  await bench.sandbox.reset();
  bench.sandbox.setRecord(true);
  await admin(bench.url, path('app/openai'), { method: 'DELETE' });
});

const path = (alias: string) => `aliases/${encodeURIComponent(alias)}`;
/** One price for all input, so that an answer's cost and usage alone give its price. */
const flat = (input: number, output: number) => ({ input, output, cachedInput: input, cacheWrite: input, tiers: [] });
const PRICES: Record<string, { input: number; output: number }> = {
  'model-one': flat(1, 2),
  'model-two': flat(30, 70),
};

async function list(model: string, url = bench.url, alias = 'app/openai', id = 'openai'): Promise<void> {
  const body = { deployments: [{ id, model, price: PRICES[model] }], reason: 'another model' };
  const response = await admin(url, path(alias), { method: 'PUT', body });
  expect([response.status, await response.json()]).toEqual([200, expect.anything()]);
}

let keys = 0;
const keyed = () => ({ 'idempotency-key': `alias-list-${++keys}` });
const send = ({ key }: Payer, { headers, ...options }: AskOptions = {}, url = bench.url): Promise<Answered> =>
  answered(url, { model: 'app/openai', ...options, headers: { authorization: `Bearer ${key}`, ...headers } });

/** In micro-USD, as the answer says; a stream says it at its end. */
const costOf = (answer: Answered): number =>
  Math.round((answer.costUsd ?? Number(answer.header('x-carryon-cost-usd'))) * 1e6);

/** What the answer costs at the price of the model that it names. */
function costByModel(answer: Answered): number {
  const { input, output } = PRICES[String(answer.header('x-carryon-model'))] ?? flat(Number.NaN, Number.NaN);
  const { prompt_tokens, completion_tokens } = answer.usage as Record<string, number>;
  return Math.ceil(Number(prompt_tokens) * input + Number(completion_tokens) * output);
}

const SHORT = { max_tokens: 60 };
const STREAM = { stream: true, body: { ...SHORT, stream_options: { include_usage: true } } };
const WAYS: [string, () => AskOptions][] = [
  ['a whole answer', () => ({ body: SHORT })],
  ['a stream', () => STREAM],
  ['a keyed answer', () => ({ body: SHORT, headers: keyed() })],
  ['a keyed stream', () => ({ ...STREAM, headers: keyed() })],
];

describe.each(WAYS)('%s', (_, as) => {
  test('asks the listed model, and is held and billed at its price', async () => {
    await list('model-one');
    const payer = await bench.payer({ monthlyUsd: 10 });
    const cheap = await send(payer, as());
    await list('model-two');
    const dear = await send(payer, as());
    const asked = bench.sandbox.recorded().map(({ body }) => body.model);
    expect([cheap.status, dear.status, ...asked]).toEqual([200, 200, 'model-one', 'model-two']);
    expect([costOf(cheap), costOf(dear)]).toEqual([costByModel(cheap), costByModel(dear)]);

    const books = await payer.atRest();
    expect(books.spent).toBe(costOf(cheap) + costOf(dear));
    const [second, first] = books.settlements;
    // Output, the largest part of a worst case, is 35 times as dear, and input 30 times.
    const ratio = (second?.grantedMicroUsd ?? 0) / (first?.grantedMicroUsd ?? 0);
    expect(ratio).toBeGreaterThan(30);
    expect(ratio).toBeLessThan(35);
  });

  test('that was read before a change goes by its own list to the end', async () => {
    await list('model-one');
    const payer = await bench.payer({ monthlyUsd: 10 });
    await bench.sandbox.setFault('openai', '429-retry-after', { times: 1, retryAfterMs: 1_500 });
    const before = send(payer, as());
    await until('the first attempt was refused', () => bench.sandbox.requests().some(({ status }) => status === 429));
    await list('model-two');
    const after = await send(payer, as());
    const early = await before;
    expect([early.status, after.status]).toEqual([200, 200]);
    expect(early.header('x-carryon-attempts')).toBe('2');
    expect([early, after].map((answer) => answer.header('x-carryon-model'))).toEqual(['model-one', 'model-two']);
    expect([costOf(early), costOf(after)]).toEqual([costByModel(early), costByModel(after)]);
    expect((await payer.atRest()).spent).toBe(costOf(early) + costOf(after));
  });
});

test('a keyed answer goes by the list of the isolate that was asked, though its object has not heard of it', async () => {
  const payer = await bench.payer({ monthlyUsd: 10 });
  const [objects, other] = bench.urls;
  for (const model of ['model-one', 'model-two', 'model-one']) {
    await list(model, other);
    for (const [, as] of WAYS.slice(2)) {
      const answer = await send(payer, as(), other);
      expect([answer.status, answer.header('x-carryon-model')]).toEqual([200, model]);
      expect(costOf(answer)).toBe(costByModel(answer));
    }
    // Keeps the object's own isolate alive, with an older list perhaps.
    expect((await send(payer, { body: SHORT }, objects)).status).toBe(200);
  }
});

test('the safeguard answers by the list of its own alias', async () => {
  await list('model-one', bench.url, 'app/cheap', 'cheap');
  const payer = await bench.payer({ monthlyUsd: 10 });
  for (const [, as] of WAYS) {
    const { body, headers, ...options } = as();
    const tooLong = {
      ...options,
      body: { ...body, max_tokens: 401 },
      headers: { ...headers, 'x-carryon-feature': 'guarded' },
    };
    const answer = await send(payer, tooLong);
    const [mode, model] = ['x-carryon-mode', 'x-carryon-model'].map((name) => answer.header(name));
    expect([answer.status, mode, model]).toEqual([200, 'safeguard', 'model-one']);
    expect(costOf(answer)).toBe(costByModel(answer));
  }
});

test('while lists change, nothing is overspent, and each answer is billed by the list that it was asked under', async () => {
  // At once in both isolates, so that neither begins with config's own list.
  for (const url of bench.urls) await list('model-one', url);
  const payer = await bench.payer({ monthlyUsd: 0.05 });
  const models = Object.keys(PRICES);
  const answers: Answered[] = [];
  let left = 240;
  const asker = async () => {
    while (left-- > 0) {
      const [, as] = WAYS[left % WAYS.length] as (typeof WAYS)[number];
      answers.push(await send(payer, { ...as(), user: `user-${left % 5}` }, bench.urls[left % 2]));
    }
  };
  const askers = Promise.all(Array.from({ length: 12 }, asker));
  for (let change = 1; change <= 8; change++) {
    await until('some more are answered', () => answers.length >= change * 25 || left <= 0);
    await list(models[change % 2] ?? '', bench.urls[change % 2]);
  }
  await askers;

  const served = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ status }) => status !== 200);
  expect(refused.every(({ error }) => error?.code === 'budget_exceeded')).toBe(true);
  expect(new Set(served.map((answer) => answer.header('x-carryon-model')))).toEqual(new Set(models));
  for (const answer of served) expect(costOf(answer)).toBe(costByModel(answer));
  const { spent, unsettled } = await payer.atRest();
  expect([spent, unsettled]).toEqual([served.reduce((sum, answer) => sum + costOf(answer), 0), 0]);
  expect(spent).toBeLessThanOrEqual(50_000);
  expect(refused.length).toBeGreaterThan(0);
});
