import { describe, expect, it } from 'vitest';
import { COST, readUntil, settled, withBudget } from './support/budget.ts';
import { errorEvent, finish, good, goodStream, role, streamed, text } from './support/openai.ts';
import { deployment } from './support/router.ts';

describe('usage that is not the bill', () => {
  const chunk = (choices: unknown[], told?: object) =>
    `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'served', choices, ...(told && { usage: told }) })}\n\n`;
  const early = { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11 };

  it('from the middle of a stream is no total: the bounds count', async () => {
    const router = withBudget(1_000_000);
    const long = 'x'.repeat(2_000);
    router.upstream.on('a', streamed(role, chunk([], early), text(long), finish, 'reset'));
    expect((await router.ask({ stream: true })).code).toBeUndefined();
    expect(router.ledger.figures().spentMicroUsd).toBeGreaterThan(2_000 * 4);
    expect(router.ledger.reported[0]?.estimated).toBe(true);
  });

  it.each([
    ['of a streamed answer', true],
    ['of a whole one', false],
  ])('is beyond belief: %s is booked in full, and the budget lives on', async (_, stream) => {
    const router = withBudget(1_000_000);
    const absurd = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 1_700_000_000_000 };
    const whole = { id: 'c1', object: 'chat.completion', created: 1, model: 'served', usage: absurd };
    const choices = [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }];
    router.upstream.on(
      'a',
      stream
        ? streamed(role, text('Hello'), finish, chunk([], absurd), 'data: [DONE]\n\n')
        : { body: [JSON.stringify({ ...whole, choices })] },
    );
    await router.ask({ stream });
    expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: router.ledger.asked[0]?.wants[0]?.microUsd });
  });
});

describe('said in the place of an answer', () => {
  it.each([
    ['an error inside a stream', true, streamed(role, errorEvent)],
    ['an error inside a 200', false, { body: ['{"error":{"message":"no","type":"server_error"}}'] }],
    ['the ticket of a job', false, { status: 202, body: ['{"id":"job-1"}'] }],
    ['nonsense in a stream', true, streamed(role, `data: {"choices":"${'x'.repeat(900)}\n\n`)],
  ] as const)('%s may be billed', async (_, stream, script) => {
    const router = withBudget(1_000_000);
    router.upstream.on('a', script);
    router.upstream.on('b', good(stream, 'Hello from B'));
    expect((await router.ask({ stream })).shown).toBe('Hello from B');
    expect(router.ledger.figures().spentMicroUsd).toBeGreaterThan(1_000 + COST);
    expect(router.ledger.asked.length).toBeGreaterThan(1);
  });
});

describe('a reader that stops reading', () => {
  it('has left when the longest answer is over: settled, and its place is free', async () => {
    const a = deployment('a', { maxParallel: 3 });
    const router = withBudget(1_000_000, [a]);
    router.upstream.on('a', goodStream('one ', 'two ', 'three'));
    const response = await router.clock.run(router.send({ stream: true }));
    await router.clock.run(readUntil(response, 1));
    await router.clock.advance(11 * 60_000);
    expect(router.isFree(a)).toBe(true);
    expect(router.ledger.figures()).toMatchObject(settled);
    expect(router.ledger.reported).toHaveLength(1);
  });

  it('and reads one more before it leaves: the provider is as far ahead as before', async () => {
    const router = withBudget(1_000_000);
    router.upstream.on('a', goodStream('one ', 'two ', 'three ', 'four ', 'five'));
    const response = await router.clock.run(router.send({ stream: true }));
    const reader = await router.clock.run(readUntil(response, 2));
    await router.clock.advance(30_000);
    await router.clock.run(reader.read());
    await router.clock.run(reader.cancel());
    // Read to its end behind the response.
    expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: COST });
  });
});
