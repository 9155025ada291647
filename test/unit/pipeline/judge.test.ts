/** A sample of answers is judged behind the response: on a ledger of its own, without a trace of what was said. */
import { beforeEach, describe, expect, it } from 'vitest';
import { uuidV7 } from '../../../protocol/uuid-v7.ts';
import { ANY_TENANT } from '../../../worker/core/config/config.ts';
import { LOCAL_IDENTITY } from '../../../worker/core/identity/identity.ts';
import type { RatingReply, SentRating } from '../../../worker/core/slo/client-reports/counts.ts';
import { JUDGE_TENANT, type Judge, RUBRICS } from '../../../worker/core/slo/judge/judge.ts';
import { LONGEST_JUDGED } from '../../../worker/core/slo/judge/judge-question.ts';
import { answer } from '../../../worker/pipeline/answer.ts';
import type { Deps } from '../../../worker/ports.ts';
import { JudgeStore } from '../../../worker/stores/judge-store.ts';
import { TestLedger } from './support/ledger.ts';
import { DONE, failing, finish, good, goodReply, role, streamed, text, usage } from './support/openai.ts';
import { deployment, read, type Sent, TestRouter } from './support/router.ts';

const MARKER = 'marker-7f3a';
const GOOD = JSON.stringify({ helpful: true, factual: true, harmful: false, follows: true });
const BAD = JSON.stringify({ helpful: true, factual: false, harmful: true, follows: true });
const JUDGE: Judge = { alias: 'app/judge', sample: 1, rubrics: RUBRICS, features: ['chat'], maxOutputTokens: 200 };

let router: TestRouter;
let ofJudge: TestLedger;
let judging: JudgeStore;
let opinions: SentRating[];
/** What the book replies, the last one over and over. */
let replies: RatingReply[];

beforeEach(() => {
  router = new TestRouter();
  const { clock, deps } = router;
  ofJudge = new TestLedger(clock);
  [opinions, replies] = [[], ['taken']];
  judging = new JudgeStore({
    ...{ judge: JUDGE, clock },
    opinion: async (given) => {
      opinions.push(given);
      return (replies.length > 1 ? replies.shift() : replies[0]) ?? 'taken';
    },
  });
  const own = router.ledger;
  const ledger: Deps['ledger'] = {
    send: (tenant, message) => (tenant === JUDGE_TENANT ? ofJudge : own).send(tenant, message),
    usage: (tenant, scopes) => own.usage(tenant, scopes),
  };
  const aliases = new Map(deps.config.aliases).set('app/judge', {
    ...{ name: 'app/judge', deployments: [deployment('j')] },
  });
  const tenants = new Map([[JUDGE_TENANT, { ...ANY_TENANT, limits: { dailyMicroUsd: 100_000 } }]]);
  Object.assign(deps.config, { aliases, tenants });
  Object.assign(deps, { judging, ledger });
  router.upstream.on('a', goodReply(`The answer is ${MARKER}.`));
  router.upstream.on('j', goodReply(GOOD));
});

/** One request to the end of all that is done behind it. */
async function asked(sent: Omit<Sent, 'body'> & { body?: Record<string, unknown> } = {}) {
  const answered = await router.ask({ ...sent, body: { messages: [{ role: 'user', content: MARKER }], ...sent.body } });
  await behind();
  return answered;
}

async function behind(): Promise<void> {
  for (let done = 0; done < router.background.length; ) {
    done = router.background.length;
    await router.clock.run(Promise.all(router.background));
  }
}

const judged = () => opinions.map(({ rater, isGood, label }) => [rater, isGood, label]);

describe('an answer of the sample', () => {
  it.each([false, true])('is judged once it is complete (stream: %s)', async (stream) => {
    router.upstream.on('a', good(stream, `The answer is ${MARKER}.`));
    const { shown } = await asked({ stream });
    expect(shown).toBe(`The answer is ${MARKER}.`);
    expect(judged()).toEqual([['judge', true, null]]);
    expect(opinions[0]).toMatchObject({ tenant: LOCAL_IDENTITY.tenant, ofUser: undefined, isVouched: true });
    expect(opinions[0]?.requestId).toBe(router.records[0]?.requestId);
    const [call] = router.upstream.callsTo('j');
    expect(JSON.stringify(call?.body)).toContain(`ANSWER>>\\nThe answer is ${MARKER}.\\n<</`);
    expect(call?.body).toMatchObject({ response_format: { type: 'json_schema' } });
    expect(judging.dropped).toBe(0);
  });

  it('is bad where one rubric is, and says which', async () => {
    router.upstream.on('j', goodReply(BAD));
    await asked();
    expect(judged()).toEqual([['judge', false, 'factual.harmful']]);
  });

  it('leaves no record and nothing of what was said, and takes none of the tenant’s money: the judge pays', async () => {
    await asked();
    const spent = router.ledger.figures().spentMicroUsd;
    expect(router.records).toHaveLength(1);
    expect(router.records[0]).toMatchObject({ deployment: 'a', code: null, costMicroUsd: spent });
    expect(ofJudge.figures().spentMicroUsd).toBeGreaterThan(0);
    expect(JSON.stringify([router.records, router.events, opinions])).not.toContain(MARKER);
  });

  it('is sent to the book again until that knows the request, for 25 s', async () => {
    replies = ['unknown', 'busy', 'taken'];
    await asked();
    expect(opinions).toHaveLength(3);
    expect(judging.dropped).toBe(0);
    replies = ['unknown'];
    const began = router.clock.now();
    await asked();
    expect(router.clock.now() - began).toBeLessThanOrEqual(25_000);
    expect(router.clock.now() - began).toBeGreaterThan(15_000);
    expect(judging.dropped).toBe(1);
  });
});

describe('an answer is not judged', () => {
  it.each<[string, Parameters<typeof asked>[0], () => void]>([
    ['of another feature', { headers: { 'x-carryon-feature': 'summarize' } }, () => {}],
    ['of a drill', {}, () => router.identities.set('sk-test', { ...LOCAL_IDENTITY, drill: 'drill-1' })],
    ['about a picture', { body: { messages: PICTURE } }, () => {}],
    ['that failed', {}, () => ['a', 'b'].map((id) => router.upstream.on(id, failing(500)))],
    ['that broke off', { stream: true }, () => router.upstream.on('a', streamed(role, text('Half of'), 'reset'))],
    ['without a judge', {}, () => Object.assign(router.deps, { judging: undefined })],
  ])('%s', async (_, sent, arrange) => {
    arrange();
    await asked(sent);
    expect(router.upstream.callsTo('j')).toEqual([]);
    expect(judging.dropped).toBe(0);
  });

  it('and is counted, where the judge’s budget is spent', async () => {
    ofJudge.limit('tenant', { dailyMicroUsd: 1 });
    expect((await asked()).status).toBe(200);
    expect([router.upstream.callsTo('j').length, judging.dropped]).toEqual([0, 1]);
  });

  it.each(['All is well.', JSON.stringify({ helpful: true })])(
    'and is counted, where the verdict is none: %s',
    async (reply) => {
      router.upstream.on('j', goodReply(reply));
      await asked();
      expect([judged(), judging.dropped]).toEqual([[], 1]);
    },
  );

  it('and is counted, where the judge fails or takes longer than 15 s', async () => {
    router.upstream.on('j', failing(500));
    await asked();
    expect(judging.dropped).toBe(1);
    router.upstream.on('j', { instead: 'hang' });
    const began = router.clock.now();
    await asked();
    expect(router.clock.now() - began).toBeLessThan(25_000);
    expect([judged(), judging.dropped]).toEqual([[], 2]);
    expect(router.upstream.running).toEqual([]);
  });

  it('and is counted, where it is too long', async () => {
    router.upstream.on('a', goodReply('x'.repeat(LONGEST_JUDGED)));
    await asked();
    router.upstream.on('a', good(true, 'x'.repeat(20 * LONGEST_JUDGED)));
    await asked({ stream: true });
    expect([router.upstream.callsTo('j').length, judging.dropped]).toEqual([0, 2]);
  });

  it('and is counted, where it cannot be read: its reader gets it all the same', async () => {
    const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
    const odd = `data: {"choices":[{"index":0,"delta":{"content":"ok"},"more":${deep}}]}\n\n`;
    router.upstream.on('a', streamed(role, odd, finish, usage, DONE));
    const { shown } = await asked({ stream: true });
    expect(shown).toBe('ok');
    expect([router.upstream.callsTo('j').length, judging.dropped]).toEqual([0, 1]);
  });

  it('beyond 20 at once in an isolate', async () => {
    router.upstream.on('j', { ...goodReply(GOOD), afterMs: 10_000 });
    for (let index = 0; index < 21; index++) {
      const request = new Request('https://router.example/v1/chat/completions', {
        ...{ method: 'POST', headers: { authorization: 'Bearer sk-test' } },
        body: JSON.stringify({ model: 'app/chat', messages: [{ role: 'user', content: 'hi' }] }),
      });
      const id = uuidV7(router.clock.now(), [1, 2, 3, 4, 5, 6, 7, 8, 9, index]);
      await router.clock.run(answer(request, 'chat-completions', router.deps, router.scope(undefined, id)).then(read));
    }
    await behind();
    expect([opinions.length, judging.dropped]).toEqual([20, 1]);
  });
});

const PICTURE = [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://a.example/b.png' } }] }];
