/**
 * No caller notices another's fault: the same requests are answered twice, once beside those that a fault chose and once without
 * them. What callers see, what their providers are asked, and what is learnt about them is the same to the byte and the millisecond.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { resolveCachePolicy } from '../../../worker/core/answers/cache-policy.ts';
import { cachePolicy } from '../../../worker/core/answers/cache-schema.ts';
import { type Identity, LOCAL_IDENTITY } from '../../../worker/core/identity/identity.ts';
import { FAULT_KINDS, type FaultKind, meetsFault, parseTraffic } from '../../../worker/core/routing/fault.ts';
import { OF_DRILL, setFaults } from './support/faults.ts';
import { failing, good, role, streamed, text } from './support/openai.ts';
import { type Answered, deployment, feature, TestRouter } from './support/router.ts';
import { type Script, Upstream } from './support/upstream.ts';

const BEHAVIOURS: Readonly<Record<string, (stream: boolean) => Script>> = {
  good: (stream) => good(stream, 'one two three'),
  late: (stream) => ({ ...good(stream, 'one two three'), afterMs: 700 }),
  fails: () => failing(500),
  busy: () => failing(429, {}, { 'retry-after': '7' }),
  breaks: (stream) => (stream ? streamed(role, text('one '), 'reset') : { instead: 'refuse' }),
};

const IDENTITIES: Readonly<Record<string, Identity>> = {
  one: { ...LOCAL_IDENTITY, tenant: 'one', keyId: 'of-one' },
  other: { ...LOCAL_IDENTITY, tenant: 'other', keyId: 'of-other' },
  drill: OF_DRILL,
};

interface Asked {
  atMs: number;
  key: string;
  user: string | null;
  stream: boolean;
  /** A request of a feature that keeps answers. */
  isKept: boolean;
  /** What both deployments do with it; the number distinguishes questions. */
  a: string;
  b: string;
  number: number;
}

const mostly = fc.oneof({ weight: 5, arbitrary: fc.constant('good') }, fc.constantFrom(...Object.keys(BEHAVIOURS)));
const asked: fc.Arbitrary<Asked> = fc.record({
  atMs: fc.nat({ max: 60_000 }),
  key: fc.constantFrom('one', 'other', 'drill'),
  user: fc.constantFrom(null, 'u1', 'u2', 'u3', 'u4', 'u5'),
  stream: fc.boolean(),
  isKept: fc.boolean(),
  a: mostly,
  b: mostly,
  number: fc.nat({ max: 3 }),
});
type Faults = Readonly<Record<string, { fault: FaultKind; traffic: string }>>;
const faults: fc.Arbitrary<Faults> = fc.dictionary(
  fc.constantFrom('a', 'b'),
  fc.record({
    fault: fc.constantFrom(...FAULT_KINDS),
    traffic: fc.constantFrom('drill', 'drill', 'tenant:other', 'share:0.4'),
  }),
  { minKeys: 1 },
);

function chosenBy(set: Faults, { key, user }: Asked): boolean {
  const { tenant = '', drill } = IDENTITIES[key] ?? {};
  return Object.values(set).some(({ traffic }) => {
    const read = parseTraffic(traffic);
    return read !== undefined && meetsFault(read, { tenant, user, drill });
  });
}

interface Seen {
  answers: { index: number; doneAt: number; status: number; headers: [string, string][]; body: string }[];
  calls: { at: number; question: string; to: string }[];
  standings: Record<string, string>;
  reports: unknown[];
  kept: string[];
  events: unknown[];
}

/** All of these requests at their times; `seen` is told of those that `isSeen`. */
async function answer(
  all: readonly Asked[],
  set: Faults,
  isSeen: (one: Asked) => boolean,
): Promise<Seen & { modes: string[] }> {
  const router = new TestRouter([deployment('a', { maxParallel: 4 }), deployment('b', { maxParallel: 4 })]);
  for (const [key, identity] of Object.entries(IDENTITIES)) router.identities.set(key, identity);
  const cache = resolveCachePolicy(cachePolicy.parse({ scope: 'tenant', ttl: '1h' }));
  const features = new Map(router.deps.config.features).set('summarize', feature('summarize', { cache }));
  Object.assign(router.deps.config, { features });
  setFaults(router, set);

  const upstreams = new Map<string, Upstream>();
  const calls: Seen['calls'] = [];
  Object.assign(router.deps, {
    fetch: (...[url, init]: Parameters<Upstream['fetch']>) => {
      const { messages, stream = false } = JSON.parse(String(init.body));
      const question = String(messages[0].content);
      const to = new URL(url).hostname[0] ?? '';
      const behaviour = new RegExp(`${to}=(\\w+)`).exec(question)?.[1] ?? '';
      const name = `${behaviour} ${stream}`;
      const upstream = upstreams.get(name) ?? new Upstream(router.clock);
      upstreams.set(name, upstream);
      upstream.on(to, BEHAVIOURS[behaviour]?.(stream) ?? {});
      calls.push({ at: router.clock.now(), question, to });
      return upstream.fetch(url, init);
    },
  });

  const answers: Seen['answers'] = [];
  const modes: string[] = [];
  const started: Promise<void>[] = all.map(async (one, index) => {
    const { atMs, key, user, stream, isKept } = one;
    await new Promise<void>((resume) => void router.clock.after(atMs, resume));
    const response = await router.send({
      ...(user !== null && { user }),
      headers: { authorization: `Bearer ${key}`, ...(isKept && { 'x-carryon-feature': 'summarize' }) },
      body: { stream, messages: [{ role: 'user', content: questionOf(one) }] },
    });
    const answered: Pick<Answered, 'body'> = { body: await response.text() };
    const mode = response.headers.get('x-carryon-mode') ?? '';
    modes[index] = mode;
    if (!isSeen(one)) return;
    // Ids count the requests of one router.
    const headers = [...response.headers].filter(([name]) => name !== 'x-request-id');
    answers.push({ index, doneAt: router.clock.now(), status: response.status, headers, body: answered.body });
  });
  await router.clock.run(Promise.all(started));
  await router.clock.run(Promise.all(router.background));
  await router.clock.advance(100_000_000 - (router.clock.now() % 100_000_000));

  const seenQuestions = new Set(all.filter(isSeen).map(questionOf));
  return {
    answers: answers.toSorted((one, other) => one.index - other.index),
    calls: calls.filter(({ question }) => seenQuestions.has(question)),
    standings: router.standings,
    reports: router.reports.filter((report) => !report.deployment.endsWith('~drill')),
    kept: [...router.answers.kept.keys()].toSorted(),
    events: router.events.filter(({ event, drill }) => event.startsWith('deployment_') && drill !== true),
    modes,
  };
}

/** A question names its caller, so that its calls can be distinguished from those of others. */
const questionOf = ({ key, user, number, a, b }: Asked): string => `${key}/${user} asks ${number}: a=${a} b=${b}`;

async function noticesNothing(all: readonly Asked[], set: Faults): Promise<number> {
  const isOther = (one: Asked) => !chosenBy(set, one);
  const { modes, ...beside } = await answer(all, set, isOther);
  const others = all.filter(isOther);
  const { modes: _, ...alone } = await answer(others, {}, isOther);
  const places = all.flatMap((one, index) => (isOther(one) ? [index] : []));
  expect(beside).toEqual({ ...alone, answers: alone.answers.map((one) => ({ ...one, index: places[one.index] })) });
  // And each chosen request says so.
  for (const [index, one] of all.entries()) expect(modes[index] === 'drill').toBe(!isOther(one));
  return all.length - others.length;
}

it('any faults, any requests', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(asked, { maxLength: 60 }), faults, async (all, set) => {
      await noticesNothing(all, set);
    }),
    { numRuns: 25 },
  );
});

it('a thousand requests, half of them under faults', async () => {
  const all = fc.sample(asked, { numRuns: 1_000, seed: 7 });
  const set: Faults = { a: { fault: 'cut-streams', traffic: 'drill' }, b: { fault: 'errors', traffic: 'share:0.3' } };
  const chosen = await noticesNothing(all, set);
  expect(chosen).toBeGreaterThan(300);
  expect(chosen).toBeLessThan(700);
});
