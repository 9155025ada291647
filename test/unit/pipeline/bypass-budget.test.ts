/** Bypass beside ordinary requests, many at once: the budget holds to the last micro-dollar, however the attempts end. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settled, withBudget } from './support/budget.ts';
import { failing, streamed, text } from './support/openai.ts';
import { override } from './support/overrides.ts';
import { deployment, read } from './support/router.ts';
import type { Script } from './support/upstream.ts';

const MOST_OUTPUT = 50;
/** The bill of the dearest answer: 10 tokens in at 1 micro-USD, 50 out at 4. */
const MOST_BILLED = 210;

const told = (outputTokens: number) => ({
  prompt_tokens: 10,
  completion_tokens: outputTokens,
  total_tokens: 10 + outputTokens,
});
const answering = (outputTokens: number, afterMs: number): Script => ({
  afterMs,
  body: [
    JSON.stringify({
      ...{ id: 'c1', object: 'chat.completion', created: 1, model: 'served', usage: told(outputTokens) },
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
    }),
  ],
});

interface Play {
  script: Script;
  billed: number;
}
const aPlay: fc.Arbitrary<Play> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.integer({ min: 5, max: MOST_OUTPUT }), fc.integer({ min: 0, max: 5_000 }))
      .map(([tokens, afterMs]): Play => ({ script: answering(tokens, afterMs), billed: 10 + 4 * tokens })),
  },
  // The provider may have done the work, and bills it.
  { weight: 1, arbitrary: fc.constant<Play>({ script: { ...failing(504), afterMs: 3_000 }, billed: MOST_BILLED }) },
  { weight: 1, arbitrary: fc.constant<Play>({ script: { instead: 'hang' }, billed: MOST_BILLED }) },
  { weight: 1, arbitrary: fc.constant<Play>({ script: failing(503), billed: 0 }) },
  { weight: 1, arbitrary: fc.constant<Play>({ script: streamed(text('Hel'), 'reset'), billed: MOST_BILLED }) },
);
const aRequest = fc.record({ afterMs: fc.integer({ min: 0, max: 40 }), bypass: fc.boolean(), play: aPlay });

describe('a budget under bypass', () => {
  it('is never overspent, and what may be billed is booked or held', async () => {
    const seen = { bypassed: 0, served: 0, refused: 0 };
    const requests = fc.array(aRequest, { minLength: 20, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(requests, fc.integer({ min: 3_000, max: 60_000 }), async (all, cap) => {
        const router = withBudget(cap, [deployment('a'), deployment('b')]);
        const { clock, ledger } = router;
        router.ledger.latencyMs = 20;
        let billed = 0;
        const wrong: string[] = [];
        const check = () => {
          const { spentMicroUsd, heldMicroUsd } = ledger.figures();
          if (spentMicroUsd + heldMicroUsd > cap) wrong.push(`${spentMicroUsd} + ${heldMicroUsd} of ${cap}`);
          if (billed > spentMicroUsd + heldMicroUsd) wrong.push(`${billed} billed, ${spentMicroUsd} + ${heldMicroUsd}`);
        };
        const plays = all.map(({ play }) => play);
        const { fetch } = router.upstream;
        router.deps.fetch = (url, init) => {
          const play = plays.shift() ?? { script: failing(503), billed: 0 };
          for (const id of ['a', 'b']) router.upstream.on(id, play.script);
          billed += play.billed;
          check();
          return fetch(url, init);
        };
        const answers = [];
        for (const { afterMs, bypass } of all) {
          override(router, bypass ? { bypass: ['*'] } : {});
          const answer = router.send({ body: { max_tokens: MOST_OUTPUT } }).then(read);
          answers.push(answer.then((answered) => ({ ...answered, bypass })));
          await clock.advance(afterMs);
        }
        for (const { status, headers, bypass } of await clock.run(Promise.all(answers))) {
          const mode = headers.get('x-carryon-mode');
          expect(mode ?? 'normal').toBe(bypass ? 'bypass' : 'normal');
          if (bypass) expect(Number(headers.get('x-carryon-attempts') ?? 0)).toBeLessThanOrEqual(1);
          if (bypass) seen.bypassed++;
          if (status === 200) seen.served++;
          else if (status === 429 || status === 402) seen.refused++;
        }
        await clock.run(Promise.all(router.background));
        check();
        // Slices are given back once their isolate is idle.
        await clock.advance(120_000);
        await clock.run(Promise.all(router.background));
        check();
        expect(wrong).toEqual([]);
        expect(ledger.figures()).toMatchObject(settled);
      }),
      { numRuns: 30 },
    );
    expect(Math.min(seen.bypassed, seen.served, seen.refused)).toBeGreaterThan(20);
  });
});
