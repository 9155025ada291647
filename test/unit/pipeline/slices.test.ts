import { describe, expect, it } from 'vitest';
import { COST, settled, withBudget } from './support/budget.ts';
import { goodReply } from './support/openai.ts';

const LARGE = 1_000_000_000;

describe('a busy isolate', () => {
  it('admits from memory: 1,000 requests in a few calls, and all of it booked to the micro-USD', async () => {
    const router = withBudget(LARGE);
    for (let request = 0; request < 1_000; request++) {
      router.upstream.on('a', goodReply('Hello'));
      expect((await router.ask()).status).toBe(200);
      await router.clock.advance(20);
    }
    await router.clock.run(Promise.all(router.background));
    expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: 1_000 * COST });
    expect(router.ledger.calls).toBeLessThan(35);
    expect(router.ledger.book.tables.rowsWritten).toBeLessThan(60);
  });
});
