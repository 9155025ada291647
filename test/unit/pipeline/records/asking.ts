/** How the tests of records ask, and what they ask. */
import { resolveCachePolicy } from '../../../../worker/core/answers/cache-policy.ts';
import { cachePolicy } from '../../../../worker/core/answers/cache-schema.ts';
import { type Identity, LOCAL_IDENTITY } from '../../../../worker/core/identity/identity.ts';
import type { ClosedRecord } from '../../../../worker/core/slo/record.ts';
import { START } from '../support/clock.ts';
import { aloneReply } from '../support/object-reply.ts';
import { goodReply } from '../support/openai.ts';
import { feature, type Sent, TestRouter } from '../support/router.ts';

/** Words of a client or a provider: no record may hold any. */
export const MARKER = 'marker-7f3a';
export const cache = resolveCachePolicy(cachePolicy.parse({ scope: 'tenant', ttl: '1h', staleTtl: '1h' }));
export const SUMMARIZE = { headers: { 'x-carryon-feature': 'summarize' } };

const IDENTITIES: Record<string, Partial<Identity>> = {
  'sk-old': { expiresAt: START - 1 },
  'sk-server': { browser: false },
  'sk-chat': { features: ['chat'] },
  'sk-tier': { tier: 'nowhere' },
  'sk-drill': { drill: 'drill-1' },
  'pk-page': { kind: 'publishable', origins: ['https://app.example'] },
  'eyJ.old.token': { kind: 'token', user: 'ana', expiresAt: START - 1 },
};

export type Ask = (router: TestRouter) => Promise<unknown>;
export const asking =
  (sent: Sent = {}, arrange: (router: TestRouter) => void = () => {}): Ask =>
  (router) => {
    arrange(router);
    return router.ask({ ...sent, body: sent.body ?? { messages: [{ role: 'user', content: MARKER }] } });
  };
export const as = (key: string, more: Record<string, string> = {}): Sent => ({
  headers: { authorization: `Bearer ${key}`, ...more },
});
export const both =
  (script: Parameters<TestRouter['upstream']['on']>[1]) =>
  ({ upstream }: TestRouter) => {
    for (const id of ['a', 'b']) upstream.on(id, script);
  };
export const LINE = JSON.stringify({ model: 'app/chat', messages: [{ role: 'user', content: MARKER }] });

export async function leaving(router: TestRouter, stream: boolean, waitMs = 3_000): Promise<void> {
  const client = new AbortController();
  const sent = router.send({ stream }, client.signal);
  await router.clock.advance(waitMs);
  client.abort();
  const response = await router.clock.run(sent);
  await router.clock.run(Promise.resolve(response.body?.cancel()));
  await router.clock.run(Promise.all(router.background));
}

/** What was kept an hour ago is stale now. */
export async function kept(router: TestRouter): Promise<void> {
  router.upstream.on('a', goodReply('An answer.'));
  await router.ask(SUMMARIZE);
  await Promise.all(router.background);
}

export type Row = [what: string, expected: Partial<ClosedRecord>, counts: string, ask: Ask];
export const refused = (code: ClosedRecord['code'], status: number): Partial<ClosedRecord> => ({
  ...{ code, status, ending: 'refused', ttftMs: null, costMicroUsd: 0, attempts: [] },
});

export function newRouter(): TestRouter {
  const router = new TestRouter();
  for (const [key, identity] of Object.entries(IDENTITIES))
    router.identities.set(key, { ...LOCAL_IDENTITY, ...identity });
  const features = new Map(router.deps.config.features).set('summarize', feature('summarize', { cache }));
  Object.assign(router.deps.config, { features });
  router.deps.answerStreams.open = async (_, { kind }) => {
    if (kind === 'keyed') throw new Error('out of reach');
    return aloneReply();
  };
  return router;
}
