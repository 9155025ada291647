/** No caller gets another's answer (docs/contract.md "Tenants and users"), through the real steps, keys and encryption. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveCachePolicy } from '../../worker/core/answers/cache-policy.ts';
import { type CacheInput, cachePolicy } from '../../worker/core/answers/cache-schema.ts';
import type { OpenMessage } from '../../worker/core/answers/stream/messages.ts';
import { LOCAL_IDENTITY } from '../../worker/core/identity/identity.ts';
import { AnswerCache } from '../../worker/stores/answer-cache.ts';
import { AnswerStore } from '../../worker/stores/answer-store.ts';
import { TenantRecords } from '../../worker/stores/tenant-records.ts';
import { good } from '../unit/pipeline/support/openai.ts';
import { feature, read, TestRouter } from '../unit/pipeline/support/router.ts';

/** Names that imitate each other, or forge the end of one name and the beginning of the next. */
const TENANTS = ['a', 'A', ' a', 'a\n', 'a","b', 'a",null,"f', 'é', 'e\u0301', '\ud800', '\ufffd', '__proto__', ''];
const USERS = ['b', 'B', 'b ', 'b","f', '"b"', 'null', 'é', 'e\u0301', 'a b', '__proto__', '\\u0062', '​b'];
/** Refused by name: a table would not return them as they were stored. */
const NO_USERS = ['b\n', '\ud800', 'b\u0000'];
const POLICIES: Record<string, Partial<CacheInput>> = {
  f: { scope: 'user' },
  'f","g': { scope: 'user', schemaVersion: 2 },
  'f ': { scope: 'user', normalize: { foldCase: true, collapseWhiteSpace: true, ignore: [] } },
  t: { scope: 'tenant' },
  T: { scope: 'tenant', normalize: { foldCase: true, collapseWhiteSpace: false, ignore: [] } },
  é: { scope: 'tenant' },
  'e\u0301': { scope: 'tenant', schemaVersion: 3 },
};
const FEATURES = Object.keys(POLICIES);
const TEXTS = [
  'q',
  'Q',
  ' q\n',
  'q  q',
  'q q',
  'é',
  'e\u0301',
  '"],"user":"b',
  'q\nq',
  '{"content":"q"}',
  '\ud83d\ude00',
];
const PARAMETERS = [{}, { temperature: 0 }, { temperature: null }, { top_p: 0.5, temperature: 0 }, { stop: ['q'] }];
const KEYS = ['k', 'K', '"k"', 'k","b'];

interface Request {
  do: 'ask';
  tenant: string;
  user: string | undefined;
  feature: string;
  text: string;
  /** Further parameters. */
  more: Record<string, unknown>;
  stream: boolean;
  isReversed: boolean;
  /** For idempotency. */
  key: string | undefined;
}
type Command = Request | { do: 'raise'; tenant: string; feature: string | null };

/** A few of each in one run, so that many requests differ in one point or in none. */
const fewOf = <T>(all: readonly T[]) => fc.subarray([...all], { minLength: 2, maxLength: 3 });
const pools = fc.record({
  tenants: fewOf(TENANTS),
  users: fewOf([...USERS, undefined]),
  features: fewOf(FEATURES),
  texts: fewOf(TEXTS),
  parameters: fewOf(PARAMETERS),
});
const commands: fc.Arbitrary<Command[]> = pools.chain(({ tenants, users, features, texts, parameters }) => {
  const someUser = fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(...users) },
    { weight: 1, arbitrary: fc.constantFrom(...NO_USERS) },
  );
  const asking: fc.Arbitrary<Request> = fc.record({
    do: fc.constant('ask' as const),
    tenant: fc.constantFrom(...tenants),
    user: someUser,
    feature: fc.constantFrom(...features),
    text: fc.constantFrom(...texts),
    more: fc.constantFrom(...parameters),
    stream: fc.boolean(),
    isReversed: fc.boolean(),
    key: fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constantFrom(...KEYS) }),
  });
  const raising: fc.Arbitrary<Command> = fc.record({
    do: fc.constant('raise' as const),
    tenant: fc.constantFrom(...tenants),
    feature: fc.constantFrom(...features, null),
  });
  const any = fc.oneof({ weight: 25, arbitrary: asking }, { weight: 1, arbitrary: raising });
  return fc.array(any, { minLength: 25, maxLength: 50, size: 'max' });
});

/** Tenant names that real KV would not take are distinguished too. */
function memoryKv(): KVNamespace {
  const values = new Map<string, string>();
  return {
    get: async (name: string) => JSON.parse(values.get(name) ?? 'null'),
    put: async (name: string, value: string) => void values.set(name, value),
  } as unknown as KVNamespace;
}

function aRouter() {
  const router = new TestRouter();
  const { config } = router.deps;
  const features = FEATURES.map((name) => {
    const cache = resolveCachePolicy(cachePolicy.parse(POLICIES[name]));
    return [name, feature(name, { cache })] as const;
  });
  Object.assign(config, { features: new Map(features), defaultFeature: 't' });
  const records = new TenantRecords(memoryKv(), router.clock);
  // The cache outlives a run; a new secret makes it empty.
  const cache = new AnswerCache(caches.default, [{ id: '1', secret: crypto.randomUUID() }]);
  const opened: [string, OpenMessage][] = [];
  const open = async (name: string, message: OpenMessage) => {
    opened.push([name, message]);
    throw new Error('no objects here');
  };
  const answers = new AnswerStore(() => cache, records, router.clock);
  const puts: Promise<unknown>[] = [];
  const put = answers.put.bind(answers);
  answers.put = (...answer) => {
    const putting = put(...answer);
    puts.push(putting);
    return putting;
  };
  Object.assign(router.deps, {
    answers,
    // All come at one moment of a stopped clock, and yet no limit is reached.
    slices: undefined,
    answerStreams: { ...router.answerStreams, open },
  });
  return { router, records, opened, puts };
}

/** Joins any strings into one, by a rule of its own: each with its length; half characters in a form that a report can show. */
const tuple = (...parts: unknown[]): string =>
  parts.map((part) => `${String(part).length}:${String(part).replace(/\p{Cs}/gu, '<half>')}`).join('');

/** Which questions are equal: the rules of docs/answers.md, implemented again. */
function questionOf({ feature, text, more }: Request): string {
  const { normalize } = POLICIES[feature] ?? {};
  let said = text.normalize('NFC').trim();
  if (normalize?.collapseWhiteSpace) said = said.replace(/\s+/gu, ' ');
  if (normalize?.foldCase) said = said.toLowerCase();
  const { temperature = null, top_p = null, stop = [] } = more;
  return tuple(said, temperature, top_p, String(stop));
}

const bodyOf = ({ feature, text, user, more, isReversed }: Request): string => {
  const fields: [string, unknown][] = Object.entries({
    model: 'app/chat',
    messages: [isReversed ? { content: text, role: 'user' } : { role: 'user', content: text }],
    metadata: { feature },
    ...more,
    ...(user !== undefined && { user }),
  });
  return JSON.stringify(Object.fromEntries(isReversed ? fields.reverse() : fields));
};

describe('an answer', () => {
  it('is given again only to its owner, and only for the same question; so is a shared run, and a key', async () => {
    const seen = { hits: 0, misses: 0, refused: 0, keyed: 0 };
    const property = fc.asyncProperty(commands, async (all) => {
      const { router, records, opened, puts } = aRouter();
      /** Whose answer to which question, by number of call; and which is kept. */
      const kept = new Map<string, string>();
      const generations = new Map<string, number>();
      /** Each object has one owner; each owner's question one object. */
      const names = new Map<string, string>();
      const raised = (tenant: string, feature: string | null) => generations.get(tuple(tenant, feature ?? '*')) ?? 0;
      for (const command of all) {
        const { tenant } = command;
        if (command.do === 'raise') {
          await records.raise(tenant, command.feature);
          generations.set(tuple(tenant, command.feature ?? '*'), raised(tenant, command.feature) + 1);
          continue;
        }
        const { feature, stream, key } = command;
        // Composed or decomposed, a name is one user.
        const user = command.user?.normalize('NFC');
        const scope = POLICIES[feature]?.scope;
        const owner = scope === 'user' ? tuple('one', user) : 'all';
        const asked = tuple(tenant, owner, feature, raised(tenant, null), raised(tenant, feature), questionOf(command));
        const mine = `answer ${router.upstream.calls.length}`;
        router.upstream.on('a', good(stream, mine));
        router.identities.set('sk-test', { ...LOCAL_IDENTITY, tenant });
        const body = bodyOf(command);
        const sent = { body: stream ? body.replace(/\}$/, ',"stream":true}') : body };
        const headers = key === undefined ? {} : { 'idempotency-key': key };
        const before = opened.length;
        const { shown, headers: told, code, status } = await router.send({ ...sent, headers }).then(read);
        await Promise.all(puts);
        if (NO_USERS.includes(user ?? '')) {
          expect([status, code]).toEqual([400, 'invalid_user']);
          seen.refused++;
          continue;
        }
        const isCached = scope === 'tenant' || user !== undefined;
        for (const [name, message] of opened.slice(before)) {
          const byKey = user === undefined ? `secret ${LOCAL_IDENTITY.keyId}` : null;
          const { job } = message;
          expect([job.identity.tenant, job.user]).toEqual([tenant, user ?? null]);
          if (message.kind === 'keyed')
            expect(message.owner).toEqual({ tenant, user: user ?? null, key: byKey, visitor: null });
          const whose =
            message.kind === 'keyed' ? tuple('keyed', tenant, user ?? 'nobody', user === undefined, key) : asked;
          expect(names.get(name) ?? whose).toBe(whose);
          names.set(name, whose);
        }
        if (key !== undefined) {
          seen.keyed++;
          expect([code, opened.length]).toEqual(['stream_unavailable', before + 1]);
          const [, message] = opened[before] ?? [];
          // No stream asks to be resumed, so a fresh copy stays with the Worker.
          expect(message?.kind === 'keyed' && message.copy).toBe(isCached && kept.has(asked) ? 'worker' : 'none');
          continue;
        }
        const expected = isCached ? kept.get(asked) : undefined;
        expect([shown, told.get('x-carryon-cache')]).toEqual(
          expected === undefined ? [mine, isCached ? 'miss' : null] : [expected, 'hit'],
        );
        if (expected === undefined) seen.misses++;
        else seen.hits++;
        if (isCached && expected === undefined) kept.set(asked, mine);
      }
      expect(new Set(names.values()).size).toBe(names.size);
    });
    await fc.assert(property, { numRuns: 40 });
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(25);
  });
});
