/** Equal questions, at once and in turn, ordinary, under bypass and in a drill: which caller gets whose answer. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { resolveCachePolicy } from '../../worker/core/answers/cache-policy.ts';
import { cachePolicy } from '../../worker/core/answers/cache-schema.ts';
import type { Identity } from '../../worker/core/identity/identity.ts';
import { NO_OVERRIDES } from '../../worker/core/routing/overrides.ts';
import { SharedAnswer } from '../../worker/objects/shared-answer/shared-answer.ts';
import { answerRuns } from '../../worker/run/run-job.ts';
import { good } from '../unit/pipeline/support/openai.ts';
import { feature, read, TestRouter } from '../unit/pipeline/support/router.ts';
import { Stage } from './answer-stream-harness.ts';

interface Asking {
  question: number;
  stream: boolean;
  isDrill: boolean;
  /** Set just before it is asked, or cleared. */
  isBypassed: boolean;
  refreshes: boolean;
  /** Until the next is asked. */
  afterMs: number;
}
const askings: fc.Arbitrary<Asking[]> = fc.array(
  fc.record({
    question: fc.integer({ min: 1, max: 2 }),
    stream: fc.boolean(),
    isDrill: fc.boolean(),
    isBypassed: fc.boolean(),
    refreshes: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    afterMs: fc.constantFrom(0, 10, 300, 6_000),
  }),
  { minLength: 8, maxLength: 20 },
);

/** All objects on one storage: shared answers write no rows. */
function withObjects(router: TestRouter, state: DurableObjectState): void {
  const objects = new Map<string, SharedAnswer>();
  const call = (subject: string, what: string, message: object, signal?: AbortSignal) => {
    const object = objects.get(subject) ?? new SharedAnswer(state, {}, answerRuns({ ...router.deps }));
    objects.set(subject, object);
    const init = { method: 'POST', body: JSON.stringify(message), ...(signal && { signal }) };
    return object.fetch(new Request(`https://answer-stream/${what}`, init));
  };
  Object.assign(router.deps, {
    answerStreams: {
      ...router.answerStreams,
      open: (subject: string, message: object, signal: AbortSignal) => call(subject, 'open', message, signal),
      whole: (subject: string) => call(subject, 'whole', {}),
    },
  });
}

function aRouter(state: DurableObjectState): TestRouter {
  const router = new TestRouter();
  const cache = resolveCachePolicy(cachePolicy.parse({ scope: 'tenant', ttl: '1h', staleTtl: '1h' }));
  Object.assign(router.deps.config, { features: new Map([['chat', feature('chat', { cache })]]) });
  withObjects(router, state);
  const identity = router.identities.get('sk-test') as Identity;
  router.identities.set('sk-drill', { ...identity, keyId: 'drill', drill: 'drill-1' });
  let calls = 0;
  const { fetch } = router.upstream;
  router.deps.fetch = (url, init) => {
    const { stream } = JSON.parse(String(init.body)) as { stream?: boolean };
    const script = { ...good(stream === true, `answer ${++calls}.`), afterMs: 20 };
    for (const id of ['a', 'b']) router.upstream.on(id, script);
    return fetch(url, init);
  };
  return router;
}

const entry = { until: null, reason: null, who: 'root' };
const overridesOf = (version: number, isBypassed: boolean) => ({
  ...{ ...NO_OVERRIDES, version },
  faults: { a: { ...entry, version, fault: 'errors' as const, traffic: 'drill' } },
  bypass: isBypassed ? { '*': { ...entry, version } } : {},
});

it('an answer under bypass or of a drill is one caller’s alone; all others share as ever', async () => {
  const seen = { bypass: 0, drill: 0, normal: 0, hit: 0, shared: 0 };
  await new Stage().inside(async (_, state) => {
    await fc.assert(
      fc.asyncProperty(askings, async (all) => {
        const router = aRouter(state);
        const answers = [];
        for (const [at, { question, stream, isDrill, isBypassed, refreshes, afterMs }] of all.entries()) {
          router.board.takeOverrides(overridesOf(at + 1, isBypassed));
          const headers = {
            authorization: `Bearer ${isDrill ? 'sk-drill' : 'sk-test'}`,
            ...(refreshes && { 'x-carryon-cache': 'refresh' }),
          };
          const body = { messages: [{ role: 'user', content: `Question ${question}?` }] };
          const mode: keyof typeof seen = isBypassed ? 'bypass' : isDrill ? 'drill' : 'normal';
          answers.push(
            router.send({ body, stream, headers }).then(async (reply) => ({ mode, ...(await read(reply)) })),
          );
          await router.clock.advance(afterMs);
        }
        const answered = await router.clock.run(Promise.all(answers));
        await router.clock.run(Promise.all(router.background));
        const kept = [...router.answers.kept.values()].map(({ body }) => body).join();
        for (const { mode, status, headers, shown } of answered) {
          expect([status, headers.get('x-carryon-mode') ?? 'normal']).toEqual([200, mode]);
          seen[mode]++;
          const askers = answered.filter((other) => other.shown === shown);
          if (mode === 'normal') {
            expect(askers.every((other) => other.mode === 'normal')).toBe(true);
            if (headers.get('x-carryon-cache') === 'hit') seen.hit++;
            else if (askers.length > 1) seen.shared++;
          } else {
            expect(askers).toHaveLength(1);
            expect([headers.get('x-carryon-cache'), headers.get('cache-control')]).toEqual([null, 'no-store']);
            expect(kept).not.toContain(shown);
          }
        }
      }),
      { numRuns: 12 },
    );
  });
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(5);
});
