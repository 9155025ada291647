/** The attach step alone: which object is opened, with what, and what the Worker does with its reply. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { AnswerHead } from '../../../worker/core/answers/answer-head.ts';
import { resolveCachePolicy } from '../../../worker/core/answers/cache-policy.ts';
import { cachePolicy } from '../../../worker/core/answers/cache-schema.ts';
import type { Job } from '../../../worker/core/answers/stream/job.ts';
import { type KeyedOpen, NOTE_HEADER, type ReplyNote } from '../../../worker/core/answers/stream/messages.ts';
import type { Feature } from '../../../worker/core/config/config.ts';
import type { Identity } from '../../../worker/core/identity/identity.ts';
import { answerRuns } from '../../../worker/run/run-job.ts';
import { aloneReply, MADE, objectReply } from './support/object-reply.ts';
import { good, goodReply } from './support/openai.ts';
import { feature, TestRouter } from './support/router.ts';

let router: TestRouter;
let opened: { name: string; message: KeyedOpen }[];
let reply: () => Response;
let whole: () => Response | undefined;

const cache = resolveCachePolicy(cachePolicy.parse({ scope: 'tenant', ttl: '1h', staleTtl: '1h' }));
const COMPLETION = {
  id: 'a',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'An answer.' }, finish_reason: 'stop' }],
};
const left: AnswerHead['left'] = [{ scope: 'tenant', limit: 'rps', cap: 9, remaining: 7, resetMs: 0 }];
const replying = ({ head, ...note }: Partial<ReplyNote> = {}, status = 200, body: unknown = COMPLETION) =>
  objectReply(JSON.stringify(body), { ...note, head: { ...MADE, left, ...head } }, status);

beforeEach(() => {
  router = new TestRouter();
  opened = [];
  reply = () => replying();
  whole = () => replying();
  router.upstream.on('a', goodReply('An answer.'));
  withFeature({ cache });
  router.deps.answerStreams.open = async (name, message) => {
    opened.push({ name, message: message as KeyedOpen });
    return reply();
  };
  router.deps.answerStreams.whole = async () => whole();
  router.identities.set('pk-page', {
    ...(router.identities.get('sk-test') as Identity),
    kind: 'publishable',
    origins: ['https://app.example'],
  });
});

function withFeature(more: Partial<Feature>): void {
  const features = new Map(router.deps.config.features).set('summarize', feature('summarize', more));
  Object.assign(router.deps.config, { features });
}
const summarize = (more: { headers?: Record<string, string>; stream?: boolean; user?: string } = {}) =>
  router.ask({ ...more, headers: { 'x-carryon-feature': 'summarize', ...more.headers } });
const page = { authorization: 'Bearer pk-page', origin: 'https://app.example' };

describe('a question whose answer would be kept', () => {
  it('is one call to the object of its answer key, whoever asks and in whatever form', async () => {
    for (const more of [{}, { stream: true }, { user: 'ana' }]) await summarize(more);
    expect(new Set(opened.map(({ name }) => name)).size).toBe(1);
    expect(opened.map(({ message }) => message.kind)).toEqual(Array(3).fill('shared'));
    expect(router.upstream.calls).toHaveLength(0);
  });

  it('is shared only among those who may learn the same', async () => {
    await summarize();
    await summarize({ headers: page });
    expect(opened.map(({ message }) => message.wish.seesProvider)).toEqual([true, false]);
    expect(new Set(opened.map(({ name }) => name)).size).toBe(2);
  });

  it.each([
    ['asked for again', { 'x-carryon-cache': 'refresh' }],
    ['not to be kept', { 'x-carryon-cache': 'no-store' }],
    ['of a feature without a cache', { 'x-carryon-feature': 'chat' }],
  ])('is not shared where it is %s', async (_, more) => {
    const { status } = await summarize({ headers: more });
    expect([status, opened.length, router.upstream.calls.length]).toEqual([200, 0, 1]);
  });

  it('is not shared where it has fields that its key leaves out: a run may fail for them', async () => {
    await router.ask({ headers: { 'x-carryon-feature': 'summarize' }, body: { prompt_cache_key: 'x'.repeat(100) } });
    expect([opened.length, router.upstream.calls.length]).toEqual([0, 1]);
  });

  it.each([
    ['a question that is shared', {}, 503, 'deadline_exceeded'],
    ['a key', { 'idempotency-key': 'k' }, 503, 'stream_unavailable'],
  ])('of %s, is waited for so long and no longer', async (_, more, expected, code) => {
    let signal: AbortSignal | undefined;
    router.deps.answerStreams.open = (_name, _message, given) => {
      signal = given;
      return new Promise(() => {});
    };
    const { status, code: told } = await summarize({ headers: more });
    expect([status, told, signal?.aborted]).toEqual([expected, code, true]);
    expect(router.upstream.calls).toHaveLength(0);
  });

  it.each([
    ['is unreachable', () => Promise.reject(new Error('broken'))],
    ['says that it is to be answered alone', aloneReply],
    ['is of the previous build, which writes no note', () => new Response('{}')],
  ])('goes straight on where the object %s', async (_, answered) => {
    router.deps.answerStreams.open = async () => answered();
    const { status, headers } = await summarize();
    expect([status, headers.get('x-carryon-cache'), router.upstream.calls.length]).toEqual([200, 'miss', 1]);
  });

  it('that is refused says nothing of the cache, as a refusal without an object', async () => {
    reply = () => replying({}, 429, { error: { code: 'rate_limit_exceeded' } });
    const { status, headers } = await summarize();
    expect([status, headers.get('x-carryon-cache')]).toEqual([429, null]);
  });

  it('is charged to the caller who started it, and no other caller sees what is left to that one', async () => {
    const first = await summarize();
    reply = () => replying({ role: 'attached', head: { dropped: ['his_own'] } });
    const joined = await summarize();
    reply = () => replying({ role: 'attached', head: { costMicroUsd: undefined } });
    expect((await summarize()).headers.get('x-carryon-cost-usd')).toBe('0');
    const of = (name: string) => [first.headers.get(name), joined.headers.get(name)];
    expect(of('x-carryon-dropped')).toEqual([null, null]);
    expect(of('x-carryon-cost-usd')).toEqual(['0.5', '0']);
    expect(of('x-ratelimit-remaining-requests')).toEqual(['7', null]);
    expect(of('x-carryon-cache')).toEqual(['miss', 'miss']);
    expect(of(NOTE_HEADER)).toEqual([null, null]);
  });
});

it('a shared answer that is given again is a hit, with its age', async () => {
  await router.clock.advance(3_000);
  const storedAt = router.clock.now() - 3_000;
  reply = () => replying({ role: 'replayed', head: { storedAt } });
  const { headers } = await summarize();
  expect([headers.get('x-carryon-cache'), headers.get('age'), headers.get('x-carryon-cost-usd')]).toEqual([
    'hit',
    '3',
    '0',
  ]);
  expect(headers.get(NOTE_HEADER)).toBeNull();
});

describe('an answer that an object made', () => {
  const kept = () => [...router.answers.kept.values()];
  const done = () => Promise.all(router.background);

  it.each([
    ['shared', {}],
    ['keyed', { 'idempotency-key': 'k' }],
  ])('%s, is cached by the Worker that is told to', async (_, more) => {
    await summarize({ headers: more });
    await done();
    expect(kept()).toEqual([]);
    reply = () => replying({ keeps: true });
    await summarize({ headers: more });
    await done();
    expect(kept()).toMatchObject([
      { body: JSON.stringify(COMPLETION), model: 'm-1', deployment: 'a', provider: 'openai' },
    ]);
    expect((await summarize()).headers.get('x-carryon-cache')).toBe('hit');
  });

  it.each([
    ['by a safeguard', () => replying({ head: { mode: 'safeguard' } })],
    ['in part', () => undefined],
  ])('%s, is not', async (_, made) => {
    reply = () => replying({ keeps: true });
    whole = made;
    expect((await summarize()).status).toBe(200);
    await done();
    expect(kept()).toEqual([]);
  });
});

it('a stale answer stands in for a refusal of the object, too', async () => {
  reply = () => replying({ keeps: true });
  await summarize();
  await Promise.all(router.background);
  await router.clock.advance(cache.ttlMs);
  const head = { attempts: 2, costMicroUsd: 70 };
  reply = () => replying({ head }, 429, { error: { code: 'budget_exceeded' } });
  const { status, headers } = await summarize();
  expect([status, headers.get('x-carryon-cache'), headers.get('x-carryon-stale-cause')]).toEqual([
    ...[200, 'stale', 'budget_exceeded'],
  ]);
  // What the failed run took and cost, not what the answer once did.
  expect([headers.get('x-carryon-attempts'), headers.get('x-carryon-cost-usd')]).toEqual(['2', '0.00007']);
});

it('a safeguard’s answer is not made for others: what was held goes back', async () => {
  const safeguard = { alias: 'app/chat', maxInputTokens: undefined, maxOutputTokens: 10 };
  withFeature({ cache, safeguard });
  await summarize();
  const job = opened[0]?.message.job as Job;
  // One request a second: a caller who is sent away to ask alone has not used it up.
  router.ledger.limit('tenant', { monthlyMicroUsd: 10_000, rps: 1, burst: 1 });
  const admitted: AnswerHead[] = [];
  const background: Promise<unknown>[] = [];
  const run = (isShared: boolean) =>
    answerRuns(router.deps).produce(job, {
      signal: new AbortController().signal,
      background: (work) => void background.push(work),
      isShared,
      onAsk: () => {},
      onStart: () => {},
      admitted: (head) => void admitted.push(head),
      settled: () => {},
    });
  expect(await router.clock.run(run(true))).toEqual({ kind: 'alone' });
  await router.clock.run(Promise.all(background));
  expect([admitted, router.ledger.figures().heldMicroUsd, router.upstream.calls.length]).toEqual([[], 0, 0]);
  expect(router.ledger.asked[0]?.wants.map(({ mode, requests }) => [mode, requests])).toEqual([['normal', 1]]);
  expect((await router.clock.run(run(false))).kind).toBe('begun');
  expect(admitted[0]?.mode).toBe('safeguard');
});

it('a busy object has a lease of its own for each run, which its row knows (ledger rule 20)', async () => {
  await summarize();
  const job = opened[0]?.message.job as Job;
  const noted: string[] = [];
  for (let run = 0; run < 12; run++) {
    router.upstream.on('a', goodReply('An answer.'));
    const outcome = answerRuns(router.deps).produce(job, {
      signal: new AbortController().signal,
      background: (work) => void router.background.push(work),
      isShared: false,
      onAsk: (leaseId) => void noted.push(leaseId),
      onStart: () => {},
      admitted: () => {},
      settled: () => {},
    });
    expect((await router.clock.run(outcome)).kind).toBe('begun');
  }
  expect(router.ledger.asked.flatMap(({ wants }) => wants.map(({ requests }) => requests))).toEqual(Array(12).fill(1));
  expect(router.ledger.asked.map(({ leaseId }) => leaseId)).toEqual(noted);
});

describe('whose a keyed answer is', () => {
  const VISITOR = 'visitor-7c1f0a9b3d5e';
  const owners = async (...asks: Parameters<typeof summarize>[0][]) => {
    opened = [];
    for (const more of asks) await summarize({ ...more, headers: { 'idempotency-key': 'order-1', ...more?.headers } });
    return opened.map(({ name, message: { owner } }) => ({ name, owner }));
  };

  it('a server without a user, a page, and each visitor of it, never share', async () => {
    router.identities.set('sk-other', { ...(router.identities.get('sk-test') as Identity), keyId: 'other' });
    const found = await owners(
      {},
      { headers: { authorization: 'Bearer sk-other' } },
      { user: 'ana' },
      { headers: page },
      { headers: { ...page, 'x-carryon-visitor': VISITOR } },
      { headers: { ...page, 'x-carryon-visitor': `${VISITOR}2` } },
    );
    expect(new Set(found.map(({ name }) => name)).size).toBe(6);
    expect(new Set(found.map(({ owner }) => JSON.stringify(owner))).size).toBe(6);
  });

  it('a user’s is the same under each of the tenant’s secret keys', async () => {
    router.identities.set('sk-other', { ...(router.identities.get('sk-test') as Identity), keyId: 'other' });
    const found = await owners({ user: 'ana' }, { user: 'ana', headers: { authorization: 'Bearer sk-other' } });
    expect(new Set(found.map(({ name }) => name)).size).toBe(1);
  });

  it.each([
    ['too short', { 'x-carryon-visitor': 'a'.repeat(19) }],
    ['too long', { 'x-carryon-visitor': 'a'.repeat(129) }],
    ['in two words', { 'x-carryon-visitor': `${VISITOR} ${VISITOR}` }],
    ['empty', { 'x-carryon-visitor': '' }],
  ])('a visitor that is %s is refused by name', async (_, more) => {
    const { status, body } = await summarize({ headers: { ...page, 'idempotency-key': 'k', ...more } });
    const { error } = JSON.parse(body) as { error: { code: string; param: string } };
    expect([status, error.code, error.param, opened.length]).toEqual([400, 'invalid_body', 'x-carryon-visitor', 0]);
  });

  it('a visitor’s secret reaches no provider', async () => {
    await router.ask({ headers: { 'x-carryon-visitor': VISITOR } });
    const [call] = router.upstream.calls;
    expect(JSON.stringify(call)).not.toContain(VISITOR);
  });
});

describe('a keyed request whose answer is cached', () => {
  const kept = async () => {
    reply = () => replying({ keeps: true });
    await summarize();
    await Promise.all(router.background);
    opened = [];
  };
  const resumable = { headers: { 'idempotency-key': 'k', 'x-carryon-resume': '1' }, stream: true };
  const runs = (job: Job, noted: string[] = []) =>
    answerRuns(router.deps).produce(job, {
      signal: new AbortController().signal,
      background: (work) => void router.background.push(work),
      isShared: false,
      onAsk: (leaseId) => void noted.push(leaseId),
      onStart: () => {},
      admitted: () => {},
      settled: () => {},
    });

  it('is given the copy by the Worker, where its key has no run', async () => {
    await kept();
    reply = aloneReply;
    const { headers, shown } = await summarize({ headers: { 'idempotency-key': 'k' } });
    expect([shown, headers.get('x-carryon-cache'), headers.get('x-carryon-cost-usd')]).toEqual([
      'An answer.',
      'hit',
      '0',
    ]);
    expect([opened[0]?.message.copy, opened[0]?.message.job.copy, router.upstream.calls.length]).toEqual([
      'worker',
      undefined,
      0,
    ]);
  });

  it.each([
    ['without a copy', aloneReply],
    ['an object of the previous build', () => new Response('{}')],
  ])('never runs outside of its object: %s, that is refused', async (_, given) => {
    reply = given;
    const { code } = await summarize({ headers: { 'idempotency-key': 'k' } });
    expect([code, router.upstream.calls.length]).toEqual(['stream_unavailable', 0]);
  });

  it('to be resumed counts against the rate and for no money, before anything is kept', async () => {
    await kept();
    reply = aloneReply;
    await summarize(resumable);
    const job = opened[0]?.message.job as Job;
    expect(opened[0]?.message.copy).toBe('job');
    router.ledger.limit('tenant', { monthlyMicroUsd: 10_000, rps: 0.001, burst: 1 });
    const noted: string[] = [];
    const first = await router.clock.run(runs(job, noted));
    expect(first).toMatchObject({ kind: 'begun', head: { cache: 'hit' } });
    const second = await router.clock.run(runs(job, noted));
    expect(second).toMatchObject({ kind: 'refused', refusal: { status: 429 } });
    expect(router.ledger.asked[0]?.wants).toEqual([
      { mode: 'normal', microUsd: 0, tokens: 0, requests: 1, parallel: 0 },
    ]);
    expect([noted.length, router.upstream.calls.length]).toEqual([1, 0]);
  });
});

it('a client’s prompt_cache_key goes out as one of its tenant alone', async () => {
  const sent = async (tenant: string) => {
    router.identities.set('sk-test', { ...(router.identities.get('sk-test') as Identity), tenant });
    router.upstream.on('a', goodReply('An answer.'));
    await router.ask({ body: { prompt_cache_key: 'shared' } });
    return router.upstream.calls.at(-1)?.body.prompt_cache_key;
  };
  const [one, again, other] = [await sent('acme'), await sent('acme'), await sent('acme2')];
  expect([one === again, one === other, one === 'shared']).toEqual([true, false, false]);
});

describe('a wish to resume', () => {
  const told = async (more: Parameters<typeof summarize>[0]) => (await summarize(more)).headers.get('x-carryon-resume');
  const wish = { 'x-carryon-resume': '1' };
  const key = { 'idempotency-key': 'k' };

  it('that is not met is told why; one that is met, or was not there, is not', async () => {
    withFeature({ cache: undefined, resume: true });
    router.upstream.on('a', good(true, 'An answer.'));
    expect(await told({ headers: wish, stream: true })).toBe('off; reason=no-idempotency-key');
    expect(await told({ headers: { ...wish, ...key } })).toBe('off; reason=not-a-stream');
    expect(await told({ headers: { ...key, 'x-carryon-resume': 'yes' }, stream: true })).toBe(
      'off; reason=value-is-not-1',
    );
    expect(await told({ headers: key, stream: true })).toBeNull();
    reply = () => replying({ head: { streamId: 'a' } });
    expect(await told({ headers: { ...wish, ...key }, stream: true })).toBeNull();
    withFeature({ cache: undefined, resume: false });
    expect(await told({ headers: { ...wish, ...key }, stream: true })).toBe('off; reason=feature-without-resume');
  });

  it('an answer that was kept under its key says so, its rest does not', async () => {
    withFeature({ cache: undefined });
    const marked = async (more: Record<string, string>, role: ReplyNote['role']) => {
      reply = () => replying({ role });
      return (await summarize({ headers: { ...key, ...more } })).headers.get('x-carryon-replayed');
    };
    const roles = [await marked({}, 'replayed'), await marked({}, 'started'), await marked({}, 'attached')];
    expect([...roles, await marked({ 'last-event-id': '1' }, 'replayed')]).toEqual(['1', null, null, null]);
  });
});
