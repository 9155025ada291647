/** A feature's caps and its safeguard, as a client and a provider see them; and which scopes pay. */
import { afterAll, beforeEach, expect, test } from 'vitest';
import { type Answered, type AskOptions, answered } from '../support/ask.ts';
import { BudgetBench, type Payer } from '../support/budget-bench.ts';
import { CHEAP_PRICES } from '../support/configs/metered.ts';

const bench = await BudgetBench.start();
afterAll(() => bench.stop());
beforeEach(async () => {
  await bench.sandbox.reset();
  bench.sandbox.setRecord(true);
});

const send = ({ key }: Payer, feature: string, options: AskOptions = {}): Promise<Answered> =>
  answered(bench.url, {
    model: 'app/openai',
    ...options,
    headers: { authorization: `Bearer ${key}`, 'x-carryon-feature': feature },
  });
const limitOf = ({ raw }: Answered) => (JSON.parse(raw) as { error: { limit?: Record<string, unknown> } }).error.limit;
/** The provider's last request. */
const sent = () => bench.sandbox.recorded().at(-1);

const question = (letters: number) => ({ role: 'user', content: 'q'.repeat(letters) });
const SYSTEM = { role: 'system', content: 'You answer in few words.' };
/** About 2,900 bytes in nine turns. */
const LONG_TALK = [
  SYSTEM,
  ...Array.from({ length: 9 }, (_, turn) => [
    { role: 'user', content: `Question ${turn}. ${'and so on '.repeat(15)}` },
    { role: 'assistant', content: `Answer ${turn}. ${'and so on '.repeat(15)}` },
  ]).flat(),
  { role: 'user', content: 'Question 9.' },
];

test.each([
  ['an output cap above the feature’s', { max_tokens: 201 }, 'max_tokens', /201 tokens.*at most 200/],
  ['an input above the feature’s', { messages: [question(1_001)] }, 'messages', /1001 tokens.*at most 1000/],
])('%s is refused by name, and nobody is asked', async (_, body, param, says) => {
  const payer = await bench.payer({ monthlyUsd: 1 });
  const refused = await send(payer, 'strict', { body });
  expect(refused).toMatchObject({ status: 400, error: { code: 'feature_cap_exceeded', param } });
  expect(refused.error?.message).toMatch(says);
  expect(refused.header('x-should-retry')).toBe('false');
  expect([bench.billed, sent(), (await payer.books()).settlements]).toEqual([0, undefined, []]);
});

test('a request that may cost more than the feature’s most is refused as a budget is', async () => {
  const payer = await bench.payer();
  const refused = await send(payer, 'strict', { body: { messages: [question(900)], max_tokens: 200 } });
  expect(refused).toMatchObject({ status: 429, error: { code: 'budget_exceeded' } });
  expect(limitOf(refused)).toMatchObject({
    owner: 'carryon',
    scope: 'feature:strict',
    name: 'request',
    capMicroUsd: 1_500,
  });
  expect(refused.header('x-should-retry')).toBe('false');
  expect(sent()).toBeUndefined();
});

test('within the caps it goes out as asked; without a cap of its own with the feature’s', async () => {
  const payer = await bench.payer();
  const asked = await send(payer, 'strict', { body: { max_tokens: 7 } });
  expect([asked.status, asked.header('x-carryon-mode'), sent()?.body.max_tokens]).toEqual([200, null, 7]);
  expect((await send(payer, 'strict')).status).toBe(200);
  expect(sent()?.body.max_tokens).toBe(200);
  expect((await send(payer, 'chat')).status).toBe(200);
  expect(sent()?.body.max_tokens).toBe(4_096);
});

test.each([
  ['too long', { messages: LONG_TALK }],
  ['too much output', { max_tokens: 401, messages: LONG_TALK.slice(-6) }],
  ['too dear', { n: 3, max_tokens: 400 }],
])('degrade: what is %s is answered by the safeguard', async (_, body) => {
  bench.sandbox.setPrices('anthropic', CHEAP_PRICES);
  for (const stream of [false, true]) {
    const payer = await bench.payer({ monthlyUsd: 1 });
    const before = bench.billed;
    const answer = await send(payer, 'guarded', { stream, body });
    expect(answer).toMatchObject({ status: 200, error: undefined });
    expect([answer.header('x-carryon-mode'), answer.header('x-carryon-deployment')]).toEqual(['safeguard', 'cheap']);
    const { provider, body: got } = sent() ?? {};
    expect([provider, got?.max_tokens]).toEqual(['anthropic', 30]);
    const { spent, settlements } = await payer.atRest();
    expect(settlements).toMatchObject([{ mode: 'safeguard', spentMicroUsd: spent }]);
    expect(spent).toBe(bench.billed - before);
  }
});

test('the safeguard leaves out the oldest turns, whole; instructions and the last question stay', async () => {
  const payer = await bench.payer();
  await send(payer, 'guarded', { body: { messages: LONG_TALK } });
  const { system, messages } = (sent()?.body ?? {}) as {
    system: unknown;
    messages: { role: string; content: unknown }[];
  };
  expect(JSON.stringify(system)).toContain(SYSTEM.content);
  expect(messages[0]?.role).toBe('user');
  const text = JSON.stringify(messages);
  expect(text).toContain('Question 9.');
  const kept = [0, 1, 2, 3, 4, 5, 6, 7, 8].filter((turn) => text.includes(`Question ${turn}.`));
  expect(kept).toEqual([8]);
  expect(text).toContain('Answer 8.');

  const tooLong = await send(payer, 'guarded', { body: { messages: [SYSTEM, question(2_001)] } });
  expect(tooLong).toMatchObject({ status: 400, error: { code: 'feature_cap_exceeded', param: 'messages' } });
});

test('a budget too small for the request and large enough for the safeguard is served by the safeguard', async () => {
  bench.sandbox.setPrices('anthropic', CHEAP_PRICES);
  // A question of about 30 bytes and 400 tokens may cost 0.0018; under the safeguard 0.00007.
  const payer = await bench.payer({ monthlyUsd: 0.001 });
  const modes: (string | null)[] = [];
  for (;;) {
    const answer = await send(payer, 'guarded', { body: { max_tokens: 400 } });
    if (answer.status !== 200) {
      expect(answer).toMatchObject({ status: 429, error: { code: 'budget_exceeded' } });
      expect(limitOf(answer)).toMatchObject({ scope: 'tenant', name: 'monthly', capMicroUsd: 1_000 });
      break;
    }
    modes.push(answer.header('x-carryon-mode'));
    await payer.atRest();
  }
  expect(new Set(modes)).toEqual(new Set(['safeguard']));
  expect(modes.length).toBeGreaterThan(10);
  const { spent } = await payer.books();
  // Each is rounded up to a whole micro-dollar.
  expect(spent).toBeGreaterThanOrEqual(bench.billed);
  expect(spent).toBeLessThanOrEqual(bench.billed + modes.length);
  expect(spent).toBeGreaterThan(900);
  expect(spent).toBeLessThanOrEqual(1_000);

  // If there is room for it, the request itself comes first.
  await payer.limit({ monthlyUsd: 0.01 });
  expect((await send(payer, 'guarded', { body: { max_tokens: 400 } })).header('x-carryon-mode')).toBeNull();
  // A feature without a safeguard is refused where one would have served.
  await payer.limit({ monthlyUsd: spent / 1e6 + 0.0002 });
  expect((await send(payer, 'chat')).error?.code).toBe('budget_exceeded');
});

test('one tenant’s spent budget is nobody else’s, nor is one user’s', async () => {
  const [poor, rich] = await Promise.all([bench.payer(), bench.payer({ monthlyUsd: 1 })]);
  const asks = (payer: Payer, user: string) => send(payer, 'chat', { user });
  const statuses = async (...asked: Promise<Answered>[]) => (await Promise.all(asked)).map(({ status }) => status);
  await poor.limit({ scope: 'user:ana', monthlyUsd: 0.0001 });
  expect(await statuses(asks(poor, 'ana'), asks(poor, 'bob'), asks(rich, 'ana'), asks(rich, 'bob'))).toEqual([
    429, 200, 200, 200,
  ]);
  const refused = await asks(poor, 'ana');
  expect(limitOf(refused)).toMatchObject({ scope: 'user:ana', spentMicroUsd: 0, heldMicroUsd: 0, capMicroUsd: 100 });

  await poor.limit({ monthlyUsd: 0.0001 });
  expect(await statuses(asks(poor, 'bob'), asks(poor, 'eve'), asks(rich, 'bob'), asks(rich, 'eve'))).toEqual([
    429, 429, 200, 200,
  ]);
  const [ofPoor, ofRich] = await Promise.all([poor.atRest(), rich.atRest()]);
  expect(ofPoor.spent + ofRich.spent).toBe(bench.billed);
  expect(ofPoor.settlements).toHaveLength(1);
  expect(ofRich.settlements).toHaveLength(4);
  expect(
    (await rich.books('user:ana')).spent + (await rich.books('user:bob')).spent + (await rich.books('user:eve')).spent,
  ).toBe(ofRich.spent);
  expect((await poor.books('user:ana')).spent).toBe(0);
  expect((await rich.books('feature:chat')).spent).toBe(ofRich.spent);
});
