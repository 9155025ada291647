import { describe, expect, it } from 'vitest';
import { uuidV7 } from '../../../protocol/uuid-v7.ts';
import { type Identity, LOCAL_IDENTITY } from '../../../worker/core/identity/identity.ts';
import type { Objective } from '../../../worker/core/slo/slo.ts';
import { takeFeedback } from '../../../worker/endpoints/feedback.ts';
import { takeFigures } from '../../../worker/endpoints/sli.ts';
import type { Deps } from '../../../worker/ports.ts';
import { sloFor } from '../core/slo/support/slo-for.ts';
import { TestRouter } from '../pipeline/support/router.ts';

const RANDOM = new Uint8Array(10);
const DAY_MS = 86_400_000;
const PAGE: Partial<Identity> = { kind: 'publishable', origins: ['https://shop.example'] };
const ANN: Partial<Identity> = { kind: 'token', user: 'ann' };

function world(identity: Partial<Identity> = {}) {
  const router = new TestRouter();
  router.identities.set('sk-test', { ...LOCAL_IDENTITY, tenant: 'acme', ...identity });
  const id = uuidV7(router.clock.now(), RANDOM);
  const call =
    (take: typeof takeFeedback, path: string, deps: Deps) =>
    async (body: unknown, headers: Record<string, string> = {}) => {
      const request = new Request(`https://router.example${path}`, {
        method: 'POST',
        headers: { authorization: 'Bearer sk-test', origin: 'https://shop.example', ...headers },
        body: JSON.stringify(body),
      });
      if (identity.kind !== 'publishable') request.headers.delete('origin');
      const response = await take(request, deps, router.scope());
      const { error } = (await response.json()) as { error?: { code: string; param: string | null } };
      return [response.status, error?.code, error?.param] as const;
    };
  const [success] = sloFor(['chat']).objectives as [Objective];
  const retrieval: Objective = { ...success, name: 'retrieval', sli: { kind: 'external', name: 'retrieval' } };
  const others: Objective = { ...retrieval, tenant: 'globex', sli: { kind: 'external', name: 'theirs' } };
  const { config } = router.deps;
  const withObjectives = { ...config, slo: { ...config.slo, objectives: [success, retrieval, others] } };
  return {
    router,
    id,
    rate: call(takeFeedback, '/v1/feedback', router.deps),
    report: call(takeFigures, '/v1/sli', { ...router.deps, config: withObjectives }),
  };
}

describe('POST /v1/feedback', () => {
  it.each([
    [{ thumb: 1 }, true],
    [{ thumb: -1 }, false],
    [{ thumb: -1, score: 0.9 }, false],
    [{ score: 0.5 }, true],
    [{ score: 0.49 }, false],
    [{ thumb: 1, escalated: true }, false],
    [{ escalated: true }, false],
    [{ escalated: false }, true],
  ])('of %j is good: %s', async (said, isGood) => {
    const { router, id, rate } = world();
    expect(await rate({ requestId: id, ...said })).toEqual([202, undefined, undefined]);
    expect(router.opinions).toMatchObject([{ requestId: id, tenant: 'acme', isGood, isVouched: true, rater: 'key' }]);
  });

  it('of a server is that of the rater it names, for any request of its tenant', async () => {
    const { router, id, rate } = world();
    await rate({ requestId: id, thumb: 1, rater: 'judge-1', label: 'off-topic' });
    await rate({ requestId: id, thumb: 1 }, { 'x-carryon-user': 'bob' });
    expect(router.opinions).toMatchObject([
      { rater: 'hash of judge-1 of acme', ofUser: undefined, label: 'off-topic' },
      { rater: 'hash of bob of acme', ofUser: undefined, label: null },
    ]);
  });

  it('of a token is that of its user, for requests of that user', async () => {
    const { router, id, rate } = world(ANN);
    await rate({ requestId: id, thumb: 1 });
    expect(router.opinions).toMatchObject([{ rater: 'hash of ann of acme', ofUser: 'hash of ann of acme' }]);
    expect(await rate({ requestId: id, thumb: 1, rater: 'bob' })).toEqual([400, 'invalid_body', 'rater']);
  });

  it('of a page counts as one rater for all visitors, because nothing proves who they are', async () => {
    const { router, id, rate } = world(PAGE);
    await rate({ requestId: id, thumb: 1 });
    expect(router.opinions).toMatchObject([{ rater: 'visitor', isVouched: false, ofUser: undefined }]);
    expect(await rate({ requestId: id, thumb: 1, rater: 'bob' })).toEqual([400, 'invalid_body', 'rater']);
  });

  it('is refused where it says nothing, or of what is no request, or too old', async () => {
    const { router, id, rate } = world();
    const old = uuidV7(router.clock.now() - 8 * DAY_MS, RANDOM);
    expect(await rate({ requestId: id })).toEqual([400, 'invalid_body', null]);
    expect(await rate({ requestId: 'abc', thumb: 1 })).toEqual([400, 'invalid_body', 'requestId']);
    expect(await rate({ requestId: old, thumb: 1 })).toEqual([400, 'invalid_body', 'requestId']);
    expect(await rate({ requestId: id, thumb: 2 })).toEqual([400, 'invalid_body', 'thumb']);
    expect(await rate({ requestId: id, score: 1.1 })).toEqual([400, 'invalid_body', 'score']);
    expect(await rate({ requestId: id, thumb: 1, text: 'x' })).toEqual([400, 'invalid_body', 'text']);
    expect(router.opinions).toEqual([]);
  });

  it('on a request that is not in the book yet is told again for 15 seconds', async () => {
    const { router, id, rate } = world();
    router.bookReply = 'unknown';
    expect(await rate({ requestId: id, thumb: 1 })).toEqual([202, undefined, undefined]);
    expect(router.opinions).toHaveLength(1);
    await router.clock.advance(5_000);
    expect(router.opinions).toHaveLength(2);
    router.bookReply = 'taken';
    await router.clock.advance(6_000);
    expect(router.opinions).toHaveLength(3);
    await router.clock.advance(60_000);
    expect(router.opinions).toHaveLength(3);
  });

  it('on a request that never comes is given up', async () => {
    const { router, id, rate } = world();
    router.bookReply = 'unknown';
    await rate({ requestId: id, thumb: 1 });
    for (let second = 0; second < 60; second++) await router.clock.advance(1_000);
    expect(router.opinions).toHaveLength(4);
  });

  it('waits for no more than 1,000 requests at once', async () => {
    const { router, id, rate } = world(PAGE);
    router.bookReply = 'unknown';
    for (let one = 0; one < 1_010; one++) await rate({ requestId: id, thumb: 1 });
    expect(router.opinions).toHaveLength(1_010);
    await router.clock.advance(5_000);
    expect(router.opinions).toHaveLength(2_010);
  });

  it('is refused where the book does not answer, so that nobody takes it for counted', async () => {
    const { router, id, rate } = world();
    router.bookReply = undefined;
    expect(await rate({ requestId: id, thumb: 1 })).toEqual([503, 'book_unavailable', null]);
  });

  it.each([
    [60, ANN],
    [1_200, {}],
  ])('comes at most %i times a minute from %j', async (most, identity) => {
    const { id, rate } = world(identity);
    for (let call = 0; call < most; call++) expect((await rate({ requestId: id, thumb: 1 }))[0]).toBe(202);
    expect(await rate({ requestId: id, thumb: 1 })).toEqual([429, 'rate_limit_exceeded', null]);
  });
});

describe('POST /v1/sli', () => {
  const FIGURES = { name: 'retrieval', good: 98, total: 100, id: 'minute-1' };

  it('counts figures of an external objective', async () => {
    const { router, report } = world();
    const at = router.clock.now();
    expect(await report(FIGURES)).toEqual([202, undefined, undefined]);
    const earlier = new Date(at - 60_000).toISOString();
    expect(await report({ ...FIGURES, at: earlier })).toEqual([202, undefined, undefined]);
    expect(router.figures).toEqual([
      [{ ...FIGURES, at }, 'acme'],
      [{ ...FIGURES, at: at - 60_000 }, 'acme'],
    ]);
  });

  it.each([
    [{ name: 'vectors' }, 'name'],
    [{ name: 'theirs' }, 'name'],
    [{ good: 101 }, 'good'],
    [{ good: -1 }, 'good'],
    [{ total: 1.5 }, 'total'],
    [{ id: 'a b' }, 'id'],
    [{ at: 'yesterday' }, 'at'],
    [{ at: '1999-01-01T00:00:00Z' }, 'at'],
    [{ at: '2999-01-01T00:00:00Z' }, 'at'],
  ])('refuses %j', async (changed, param) => {
    const { router, report } = world();
    expect(await report({ ...FIGURES, ...changed })).toEqual([400, 'invalid_body', param]);
    expect(router.figures).toEqual([]);
  });

  it('takes them from secret keys alone', async () => {
    for (const identity of [PAGE, ANN]) {
      expect(await world(identity).report(FIGURES)).toEqual([403, 'token_not_allowed', null]);
    }
  });

  it('is refused where the book does not answer', async () => {
    const { router, report } = world();
    router.bookReply = undefined;
    expect(await report(FIGURES)).toEqual([503, 'book_unavailable', null]);
  });
});
