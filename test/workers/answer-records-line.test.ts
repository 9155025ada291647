/** Records of keyed and shared answers through the whole line: the real pipeline, real objects, one record for each request. */
import { expect, it } from 'vitest';
import { resolveCachePolicy } from '../../worker/core/answers/cache-policy.ts';
import { cachePolicy } from '../../worker/core/answers/cache-schema.ts';
import type { SentRating } from '../../worker/core/slo/client-reports/counts.ts';
import type { ClosedRecord } from '../../worker/core/slo/record.ts';
import { successVerdict } from '../../worker/core/slo/rules.ts';
import { AnswerStream } from '../../worker/objects/answer-stream/answer-stream.ts';
import { SharedAnswer } from '../../worker/objects/shared-answer/shared-answer.ts';
import type { AnswerStreams } from '../../worker/ports.ts';
import { answerRuns } from '../../worker/run/run-job.ts';
import { JudgeStore } from '../../worker/stores/judge-store.ts';
import { HANGS } from '../unit/pipeline/support/budget.ts';
import {
  DONE,
  failing,
  finish,
  good,
  goodReply,
  role,
  streamed,
  text,
  usage,
} from '../unit/pipeline/support/openai.ts';
import { deployment, feature, read, type Sent, TestRouter } from '../unit/pipeline/support/router.ts';
import { Stage } from './answer-stream-harness.ts';

const cache = resolveCachePolicy(cachePolicy.parse({ scope: 'tenant', ttl: '10m', staleTtl: '1h' }));
const KEYED = { headers: { 'idempotency-key': 'a-key' } };
const told = ({ role, status, code, ending, cache: from, costMicroUsd, deployment, attempts }: ClosedRecord) => ({
  ...{ role, status, code, ending, from, deployment, isCharged: costMicroUsd > 0 },
  lastResult: attempts.at(-1)?.result,
});

interface World {
  router: TestRouter;
  /** The objects die, with all they have in memory. */
  die(): void;
  records: ClosedRecord[];
}

function inside(run: (world: World) => Promise<void>): Promise<void> {
  return new Stage().inside(async (_, state) => {
    const router = new TestRouter();
    Object.assign(router.deps.config, { features: new Map([['chat', feature('chat', { cache })]]) });
    router.ledger.limit('tenant', { monthlyMicroUsd: 1_000_000 });
    const objects = new Map<string, Pick<AnswerStream, 'fetch'>>();
    const breaks = new Set<() => void>();
    const post = async (subject: string, what: string, message: object, signal?: AbortSignal) => {
      const isKeyed = subject.includes('idempotency-key');
      const made = () => new (isKeyed ? AnswerStream : SharedAnswer)(state, {}, answerRuns({ ...router.deps }));
      const object = objects.get(subject) ?? made();
      objects.set(subject, object);
      const init = { method: 'POST', body: JSON.stringify(message), ...(signal && { signal }) };
      const reply = await object.fetch(new Request(`https://answer/${what}`, init));
      if (reply.body === null) return reply;
      const broken = new Promise<never>((_, reject) => breaks.add(() => reject(new Error('Network connection lost.'))));
      broken.catch(() => {});
      const reader = (reply.body as ReadableStream<Uint8Array>).getReader();
      const body = new ReadableStream<Uint8Array>({
        async pull(controller) {
          const { value, done } = await Promise.race([reader.read(), broken]);
          if (done) controller.close();
          else controller.enqueue(value);
        },
        cancel: () => reader.cancel(),
      });
      return new Response(body, reply);
    };
    const answerStreams: AnswerStreams = {
      ...router.answerStreams,
      open: (subject, message, signal) => post(subject, 'open', message, signal),
      whole: (subject) => post(subject, 'whole', {}),
      hasTaken: async (subject, _kind, requestId) => (await post(subject, 'took', { requestId })).ok,
    };
    Object.assign(router.deps, { answerStreams });
    const die = () => {
      objects.clear();
      for (const breakOff of breaks) breakOff();
    };
    await run({ router, die, records: router.closings.records });
    await router.clock.run(Promise.all(router.background));
    router.closings.check();
  });
}

const KINDS = [
  ['keyed', KEYED],
  ['shared', {}],
] as [string, Sent][];
const OK = { status: 200, code: null, ending: 'complete', from: 'miss', deployment: 'b' };
const JOINED = { lastResult: undefined, isCharged: false };

it.each(KINDS)(
  'a %s answer is charged to the caller who started it, streamed or not, and names its server to all',
  async (_, sent) => {
    for (const stream of [true, false]) {
      await inside(async ({ router, records }) => {
        router.upstream.on('a', failing(503));
        router.upstream.on('b', good(stream, 'Hello'));
        const both = [router.send({ ...sent, stream }), router.send({ ...sent, stream })];
        await router.clock.run(Promise.all(both.map(async (reply) => read(await reply))));
        await router.clock.run(router.send({ ...sent, stream: true, headers: { ...sent.headers } }).then(read));
        const again = sent === KEYED ? 'replayed' : 'own';
        expect(records.map(told).slice(0, 2)).toEqual([
          { role: 'started', ...OK, isCharged: true, lastResult: 'success' },
          { role: 'attached', ...OK, ...JOINED },
        ]);
        expect(records[2]).toMatchObject({ ending: 'complete', costMicroUsd: 0, attempts: [], deployment: 'b' });
        expect(['replayed', again]).toContain(records[2]?.role);
        const started = records[0] as ClosedRecord;
        expect([started.inputTokens, started.outputTokens].every((tokens) => tokens > 0)).toBe(true);
        expect(records.map(({ finishReason }) => finishReason).slice(0, 2)).toEqual(['stop', 'stop']);
        expect(records.every(({ colo, build }) => colo === started.colo && build === started.build)).toBe(true);
      });
    }
  },
);

it.each(KINDS)('a %s answer that nobody can give is one error for each caller', async (_, sent) => {
  await inside(async ({ router, records }) => {
    for (const id of ['a', 'b']) router.upstream.on(id, failing(503));
    const both = [router.send(sent), router.send({ ...sent, stream: true })];
    await router.clock.run(Promise.all(both.map(async (reply) => read(await reply))));
    const failed = { status: 503, code: 'providers_unavailable', ending: 'refused', from: 'miss' };
    expect(records.map(told)).toMatchObject([
      { role: 'started', ...failed },
      { role: 'attached', ...failed, lastResult: undefined },
    ]);
    expect(records[0]?.attempts.length).toBeGreaterThan(1);
  });
});

it.each(KINDS)('a %s question that a provider rejects has the router’s code, not the provider’s', async (_, sent) => {
  const resuming = { ...sent, stream: true, headers: { ...sent.headers, 'x-carryon-resume': '1' } };
  for (const code of ['its_own_word', null]) {
    for (const asked of [sent, { ...sent, stream: true }, resuming]) {
      await inside(async ({ router, records }) => {
        router.upstream.on('a', failing(400, { code }));
        const body = await router.clock.run(router.send(asked).then((reply) => reply.text()));
        expect(body).toContain(`"code":"${code ?? 'bad_request'}"`);
        expect(records).toMatchObject([{ role: 'started', code: 'provider_rejected', ending: 'refused' }]);
        const [record] = records as [ClosedRecord];
        expect(successVerdict(record, router.deps.config.slo)).toEqual({ outcome: 'excluded', reason: 'caller' });
      });
    }
  }
});

it('a record names the model as config does, also for callers who joined, left or came after the object’s death', async () => {
  const said = text('Hello').replace('served', 'a word of the provider’s');
  await inside(async ({ router, die, records }) => {
    router.upstream.on('a', streamed(role, said, { waitMs: 5_000 }, finish, usage, DONE));
    const gone = new AbortController();
    const first = router.send({ ...KEYED, stream: true });
    const second = router.send({ ...KEYED, stream: true }, gone.signal);
    await router.clock.advance(1_000);
    gone.abort();
    await (await second).body?.cancel();
    await router.clock.run(first.then(read));
    die();
    for (const stream of [true, false]) await router.ask({ ...KEYED, stream });
    expect(records.map((record) => [record.role, record.deployment, record.provider, record.model])).toEqual([
      ['attached', 'a', 'provider-a', 'model-a'],
      ['started', 'a', 'provider-a', 'model-a'],
      ['replayed', 'a', 'provider-a', 'model-a'],
      ['replayed', 'a', 'provider-a', 'model-a'],
    ]);
  });
});

it('a key whose answer is given again is no hit of the cache, though that has a copy too', async () => {
  await inside(async ({ router, records }) => {
    router.upstream.on('a', good(false, 'Hello'));
    await router.ask(KEYED);
    await router.clock.run(Promise.all(router.background));
    for (const stream of [false, true]) {
      const { headers } = await router.ask({ ...KEYED, stream });
      expect([headers.get('x-carryon-replayed'), headers.get('x-carryon-cache')]).toEqual(['1', null]);
    }
    await router.ask({ ...KEYED, body: { messages: [{ role: 'user', content: 'another question' }] } });
    await router.ask();
    expect(records.map(({ role, status, cache: from }) => [role, status, from])).toEqual([
      ['started', 200, 'miss'],
      ['replayed', 200, null],
      ['replayed', 200, null],
      ['own', 422, 'miss'],
      ['own', 200, 'hit'],
    ]);
  });
});

it('a stale answer in the place of an object’s error says so, with the attempts that failed', async () => {
  await inside(async ({ router, records }) => {
    router.upstream.on('a', good(false, 'Hello'));
    await router.ask();
    await router.clock.run(Promise.all(router.background));
    await router.clock.advance(cache.ttlMs);
    for (const id of ['a', 'b']) router.upstream.on(id, failing(503));
    expect((await router.ask()).status).toBe(200);
    expect(records[1]).toMatchObject({ role: 'own', code: null, staleCause: 'providers_unavailable', cache: 'stale' });
    expect(records[1]?.attempts.length).toBeGreaterThan(1);
  });
});

it.each(KINDS)(
  'a %s answer that is left before its content has the record that its object keeps, and no other',
  async (_, sent) => {
    await inside(async ({ router, records }) => {
      router.upstream.on('a', HANGS);
      const gone = new AbortController();
      const asked = router.send({ ...sent, stream: true }, gone.signal);
      await router.clock.advance(1_000);
      gone.abort();
      await router.clock.run(asked);
      await router.clock.advance(120_000);
      expect(records.map(told)).toMatchObject([{ role: 'started', status: 499, code: 'client_gone', ending: 'left' }]);
      expect(records[0]).toMatchObject({ ttftMs: null, totalMs: 1_000 });
    });
  },
);

it.each(KINDS)('a %s answer whose object dies under its reader is cut, as its Worker sees', async (_, sent) => {
  await inside(async ({ router, die, records }) => {
    router.upstream.on('a', streamed(role, text('Hello'), 'hang'));
    const response = await router.clock.run(router.send({ ...sent, stream: true }));
    die();
    await expect(router.clock.run(response.text())).rejects.toThrow();
    await router.clock.settle();
    expect(records.map(told)).toMatchObject([
      { role: 'started', status: 200, code: 'stream_interrupted', ending: 'cut', isCharged: false },
    ]);
  });
});

it.each(KINDS)('a fault of ours in the record of a %s answer breaks no stream', async (_, sent) => {
  await inside(async ({ router, records }) => {
    const { close } = router.deps.records;
    router.deps.records.close = (record, ...more) => {
      close(record, ...more);
      throw new RangeError('ours');
    };
    router.upstream.on('a', good(true, 'Hello'));
    expect((await router.ask({ ...sent, stream: true })).body).toMatch(/\[DONE\]\n\n$/);
    expect(records).toHaveLength(1);
    expect(router.events).toContainEqual(expect.objectContaining({ event: 'internal_error', where: 'record' }));
  });
});

it('a call that its object never took is its Worker’s, also when its client has left', async () => {
  await inside(async ({ router, records }) => {
    const { answerStreams } = router.deps;
    const never = (_subject: string, _message: object, signal: AbortSignal) =>
      new Promise<Response>((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    Object.assign(router.deps, { answerStreams: { ...answerStreams, open: never } });
    const gone = new AbortController();
    const asked = router.send(KEYED, gone.signal);
    await router.clock.advance(1_000);
    gone.abort();
    await router.clock.run(asked);
    expect(records).toMatchObject([{ role: 'own', status: 499, code: 'client_gone', ending: 'left', totalMs: 1_000 }]);
  });
});

it.each(KINDS)('a %s answer of the sample is judged once, by the run that made it', async (_, sent) => {
  await inside(async ({ router, records }) => {
    const opinions: SentRating[] = [];
    const settings = {
      alias: 'app/judge',
      sample: 1,
      rubrics: ['helpful'] as const,
      features: null,
      maxOutputTokens: 100,
    };
    const judging = new JudgeStore({
      ...{ judge: settings, clock: router.clock },
      opinion: async (given) => {
        opinions.push(given);
        return 'taken';
      },
    });
    const aliases = new Map(router.deps.config.aliases).set('app/judge', {
      ...{ name: 'app/judge', deployments: [deployment('j')] },
    });
    Object.assign(router.deps, { judging });
    Object.assign(router.deps.config, { aliases });
    router.upstream.on('a', good(true, 'An answer.'));
    router.upstream.on('j', goodReply('{"helpful":true}'));
    await Promise.all([router.ask({ ...sent, stream: true }), router.ask({ ...sent, stream: true })]);
    await router.clock.run(Promise.all(router.background));
    for (let turn = 0; turn < 20 && opinions.length === 0; turn++) await router.clock.advance(100);
    expect(opinions.map(({ rater, isGood }) => [rater, isGood])).toEqual([['judge', true]]);
    expect(records.find(({ role }) => role === 'started')?.requestId).toBe(opinions[0]?.requestId);
    expect(judging.dropped).toBe(0);
  });
});
