/** Both providers down for an hour, or no money left, through the real pipeline and a real `AnswerStream`. */
import { describe, expect, it } from 'vitest';
import { resolveCachePolicy } from '../../worker/core/answers/cache-policy.ts';
import { cachePolicy } from '../../worker/core/answers/cache-schema.ts';
import { AnswerStream } from '../../worker/objects/answer-stream/answer-stream.ts';
import { SharedAnswer } from '../../worker/objects/shared-answer/shared-answer.ts';
import type { AnswerStreams } from '../../worker/ports.ts';
import { answerRuns } from '../../worker/run/run-job.ts';
import { HANGS } from '../unit/pipeline/support/budget.ts';
import { failing, good } from '../unit/pipeline/support/openai.ts';
import { type Answered, feature, read, type Sent, TestRouter } from '../unit/pipeline/support/router.ts';
import type { Script } from '../unit/pipeline/support/upstream.ts';
import { Stage, storedIn } from './answer-stream-harness.ts';

const MINUTE = 60_000;
const FRESH_MS = 10 * MINUTE;
const STALE_MS = 60 * MINUTE;
/** Every ten minutes, and around its edges. */
const TIMES = [0, FRESH_MS - 1, FRESH_MS, 20, 30, 40, 50, 60, FRESH_MS + STALE_MS - 1, FRESH_MS + STALE_MS, 75].map(
  (at) => (at > 0 && at < 100 ? at * MINUTE : at),
);
const KNOWN = 'What is a failover?';
const ANSWER = 'When one fails, another serves.';
const DOWN = ['providers_unavailable'];

/** A new object each time, on one storage: none of these tests asks twice under one key. */
function streamsOn(router: TestRouter, state: DurableObjectState): AnswerStreams {
  const runs = () => answerRuns({ ...router.deps });
  let object: Pick<AnswerStream, 'fetch'> = new AnswerStream(state, {}, runs());
  const call = (what: string, message: object, signal?: AbortSignal) =>
    object.fetch(
      new Request(`https://answer-stream/${what}`, {
        ...{ method: 'POST', body: JSON.stringify(message) },
        ...(signal && { signal }),
      }),
    );
  return {
    ...router.answerStreams,
    open(_, message, signal) {
      for (const table of storedIn(state)) state.storage.sql.exec(`DROP TABLE ${table}`);
      object = message.kind === 'keyed' ? new AnswerStream(state, {}, runs()) : new SharedAnswer(state, {}, runs());
      return call('open', message, signal);
    },
    whole: () => call('whole', {}),
  };
}

/** One question was answered just now: fresh for ten minutes, and may serve for an hour more. */
async function aRouter(state: DurableObjectState): Promise<TestRouter> {
  const router = new TestRouter();
  const cache = resolveCachePolicy(cachePolicy.parse({ scope: 'tenant', ttl: '10m', staleTtl: '1h' }));
  Object.assign(router.deps.config, { features: new Map([['chat', feature('chat', { cache })]]) });
  Object.assign(router.deps, { answerStreams: streamsOn(router, state) });
  router.ledger.limit('tenant', { monthlyMicroUsd: 1_000_000 });
  router.upstream.on('a', good(false, ANSWER));
  expect((await ask(router, KNOWN, {})).headers.get('x-carryon-cache')).toBe('miss');
  await router.clock.run(Promise.all(router.background));
  expect(router.answers.kept.size).toBe(1);
  return router;
}

let keys = 0;
const waysToAsk: [string, () => Sent][] = [
  ['whole', () => ({})],
  ['streamed', () => ({ stream: true })],
  ['with a key', () => ({ headers: { 'idempotency-key': `key-${++keys}` } })],
  ['streamed, with a key', () => ({ stream: true, headers: { 'idempotency-key': `key-${++keys}` } })],
];

function downWith(router: TestRouter, script: Script): void {
  for (const id of ['a', 'b']) router.upstream.on(id, script);
}

const ask = (router: TestRouter, question: string, sent: Sent): Promise<Answered> =>
  router.clock.run(router.send({ ...sent, body: { messages: [{ role: 'user', content: question }] } }).then(read));

/** The obstacles, and the errors that clients get if nothing is kept. */
const causes: [string, string[], (router: TestRouter) => void][] = [
  ['both providers answer with errors', DOWN, (router) => downWith(router, failing(503))],
  ['both providers refuse connections', DOWN, (router) => downWith(router, { instead: 'refuse' })],
  // Until they are in cooldown, each question waits for them as long as it may.
  ['both providers are silent', ['deadline_exceeded', ...DOWN], (router) => downWith(router, HANGS)],
  ['the budget is spent', ['budget_exceeded'], (router) => router.ledger.limit('tenant', { monthlyMicroUsd: 1 })],
];

describe.each(causes)('%s', (_, codes, strike) => {
  it.each(waysToAsk)('what is known is given for an hour and no longer, then the error: %s', async (_, sent) => {
    await new Stage().inside(async (_, state) => {
      const router = await aRouter(state);
      const { clock } = router;
      const storedAt = clock.now();
      strike(router);
      const seen = new Set<string>();
      for (const at of TIMES) {
        await clock.advance(Math.max(0, storedAt + at - clock.now()));
        const readMs = clock.now() - storedAt;
        const spentBefore = router.ledger.figures().spentMicroUsd;
        const { status, headers, shown, code } = await ask(router, KNOWN, sent());
        const agedMs = clock.now() - storedAt;
        const said = [headers.get('x-carryon-cache'), shown, headers.get('age')];
        const given = (cache: string) => [cache, ANSWER, `${Math.floor(agedMs / 1_000)}`];
        if (readMs < FRESH_MS) expect([status, ...said]).toEqual([200, ...given('hit')]);
        else if (agedMs < FRESH_MS + STALE_MS) {
          expect([status, ...said]).toEqual([200, ...given('stale')]);
          expect(codes).toContain(headers.get('x-carryon-stale-cause'));
          // The stale answer itself costs nothing; the attempts that failed before it may have.
          const chargedMicroUsd = router.ledger.figures().spentMicroUsd - spentBefore;
          expect(Number(headers.get('x-carryon-cost-usd')) * 1e6).toBeCloseTo(chargedMicroUsd);
        } else {
          expect(codes).toContain(code);
          expect(status).toBeGreaterThanOrEqual(429);
          expect(headers.get('retry-after') ?? headers.get('x-should-retry')).not.toBeNull();
        }
        seen.add(status === 200 ? String(said[0]) : 'error');
      }
      expect([...seen]).toEqual(['hit', 'stale', 'error']);
      expect(codes).toContain((await ask(router, 'What is unknown?', sent())).code);
      expect(router.ledger.figures().spentMicroUsd).toBeGreaterThan(0);
    });
  });
});
