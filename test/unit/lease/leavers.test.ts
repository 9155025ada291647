/**
 * Crowds of clients that leave at any moment or read slowly, over providers and a ledger that fail: each request has one record, what is
 * charged is booked, nothing stays held, and no answer that broke off looks whole.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { withBudget } from '../pipeline/support/budget.ts';
import {
  DONE,
  errorEvent,
  failing,
  finish,
  goodReply,
  role,
  streamed,
  text,
  usage,
} from '../pipeline/support/openai.ts';
import { deployment, type TestRouter } from '../pipeline/support/router.ts';
import type { Script } from '../pipeline/support/upstream.ts';

const [HELLO, THERE] = [text('Hello '), text('there.')];
const after = (waitMs: number) => ({ waitMs });
const WHOLE = [role, HELLO, THERE, finish, usage, DONE];

const STREAMS: Script[] = [
  streamed(...WHOLE),
  streamed(role, after(400), HELLO, after(7_000), THERE, finish, usage, DONE),
  streamed(': hi\n\n', after(1_000), role, HELLO, after(3_000), ': hi\n\n', after(3_000), THERE, finish, usage, DONE),
  streamed(role, HELLO.slice(0, 30), after(6_000), HELLO.slice(30), after(20), THERE + finish, usage + DONE),
  { ...streamed(...WHOLE), afterMs: 2_500 },
  streamed(role, HELLO, 'hang'),
  streamed(role, HELLO, after(50)),
  streamed(role, HELLO, after(50), 'reset'),
  streamed(role, HELLO, errorEvent),
  failing(500),
  { instead: 'hang' },
];
const REPLIES: Script[] = [
  goodReply('Hello there.'),
  { ...goodReply('Hello there.'), afterMs: 1_500 },
  { body: ['{"choices":[{', 'reset'] },
  { instead: 'hang' },
];

const client = fc.record({
  afterMs: fc.constantFrom(0, 0, 0, 1, 3, 20, 90, 400),
  user: fc.oneof(fc.constant(0), fc.nat(12)),
  stream: fc.constantFrom(true, true, false),
  scripts: fc.tuple(fc.nat(), fc.nat()),
  leavesAfterMs: fc.oneof(fc.constant(undefined), fc.nat(300), fc.constantFrom(401, 2_000, 5_001, 7_400)),
  /** Its connection ends, its reader stops, or both. */
  leavesBy: fc.constantFrom('abort', 'cancel', 'both'),
  readsEveryMs: fc.constantFrom(0, 0, 0, 30, 300, 6_000),
});
type Client = typeof client extends fc.Arbitrary<infer C> ? C : never;
const fates = fc.array(fc.constantFrom('answered', 'answered', 'answered', 'lost', 'gone', 'broken', 'late' as const), {
  maxLength: 12,
});
const limits = fc.constantFrom({ monthlyMicroUsd: 300_000 }, { parallel: 6 }, {});

/** What the client was shown; undefined if it has left. */
async function visit(router: TestRouter, one: Client): Promise<string | undefined> {
  const { clock } = router;
  const gone = new AbortController();
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  let hasLeft = false;
  const leave = () => {
    hasLeft = true;
    if (one.leavesBy !== 'cancel' || reader === undefined) gone.abort();
    if (one.leavesBy !== 'abort') reader?.cancel().catch(() => {});
  };
  const stay = one.leavesAfterMs === undefined ? () => {} : clock.after(one.leavesAfterMs, leave);
  const response = await router.send({ user: `u${one.user}`, stream: one.stream }, gone.signal);
  reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let shown = '';
  while (reader !== undefined && !hasLeft) {
    const piece = await reader.read().catch(() => undefined);
    if (piece?.value === undefined) break;
    shown += decoder.decode(piece.value, { stream: true });
    if (one.readsEveryMs > 0) await new Promise<void>((resume) => void clock.after(one.readsEveryMs, resume));
  }
  if (hasLeft) await reader?.cancel().catch(() => {});
  stay();
  return hasLeft || !one.stream || response.status !== 200 ? undefined : shown;
}

/** A stream that ends leaves more to do. */
async function rest({ clock, background }: TestRouter): Promise<void> {
  for (let awaited = 0; awaited < background.length; ) {
    awaited = background.length;
    await clock.run(Promise.all(background));
  }
}

it('whenever clients leave: one record each, all booked, nothing held, and no answer that broke off looks whole', async () => {
  const seen = { whole: 0, broken: 0, left: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(client, { minLength: 1, maxLength: 16 }),
      fates,
      fates,
      limits,
      fc.constantFrom(0, 1, 12),
      async (clients, grant, report, limit, latencyMs) => {
        const router = withBudget(1_000_000_000, [deployment('a', { maxParallel: 3 }), deployment('b')]);
        const { clock, ledger, upstream, records, events } = router;
        ledger.limit('tenant', limit);
        ledger.fates.grant.push(...grant);
        ledger.fates.report.push(...report);
        ledger.latencyMs = latencyMs;
        for (const [id, by] of [['a', 0] as const, ['b', 1] as const]) {
          upstream.on(
            id,
            ...clients.map(({ stream, scripts }) => {
              const all = stream ? STREAMS : REPLIES;
              return all[scripts[by] % all.length] as Script;
            }),
          );
        }
        const visits: Promise<string | undefined>[] = [];
        for (const one of clients) {
          await clock.advance(one.afterMs);
          visits.push(visit(router, one));
        }
        for (const shown of await clock.run(Promise.all(visits))) {
          if (shown === undefined) seen.left++;
          else if (shown.includes('[DONE]')) {
            seen.whole++;
            expect(shown).toMatch(/Hello .*there\./s);
            expect(shown).not.toContain('"error"');
          } else {
            seen.broken++;
            expect(shown).toContain('"error"');
          }
        }
        await rest(router);
        // A call that is `late` arrives.
        await clock.advance(6_000);
        await rest(router);
        expect(records).toHaveLength(clients.length);
        expect(upstream.running).toEqual([]);
        expect(router.isFree(router.deployments[0] as (typeof router.deployments)[0])).toBe(true);
        expect(clock.pending).toBe(0);
        if (events.some(({ event }) => event === 'settlement_failed')) return;
        const { spentMicroUsd, heldMicroUsd } = ledger.figures();
        expect(heldMicroUsd).toBe(0);
        expect(spentMicroUsd).toBe(records.reduce((sum, { costMicroUsd }) => sum + costMicroUsd, 0));
        expect(ledger.book.tables.load().leases.filter(({ done }) => !done)).toEqual([]);
      },
    ),
    { numRuns: 150 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20);
});
