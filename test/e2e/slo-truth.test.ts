/**
 * What the router reports of thousands of requests is what their clients saw: counts exactly, percentiles within a bucket, money to
 * the micro-USD. `TRUTH_REQUESTS=20000` makes it 20,000.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRandom } from '../../sandbox/random.ts';
import { LOCAL_ADMIN_KEY } from '../../worker/core/identity/identity.ts';
import { admin } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';
import { DELAYS_MS } from '../support/configs/truth.ts';
import { patiently } from '../support/patiently.ts';
import { type Seen, type Sending, sendAll } from '../support/truth-load.ts';
import { until } from '../support/until.ts';

const REQUESTS = Number(process.env.TRUTH_REQUESTS ?? 4_000);
const SCALE = REQUESTS / 20_000;

const bench = await startBench({ config: 'truth', isolates: ['one', 'two', 'three'] });
afterAll(() => bench.stop());

/** How many of 20,000 are of each kind; with those that are timed below. */
const KINDS: [number, (number: number) => Sending][] = [
  [4_500, () => ({ kind: 'whole', feature: 'chat' })],
  [4_000, () => ({ kind: 'streamed', feature: 'chat', stream: true })],
  [1_500, (number) => ({ kind: 'failed over', feature: 'chat', stream: number % 2 === 0, model: 'fails-over' })],
  [800, () => ({ kind: 'down', feature: 'chat', model: 'down' })],
  [800, () => ({ kind: 'cut', feature: 'chat', stream: true, model: 'cut' })],
  // workerd tells of a client that leaves only once the response has begun, as a resumable stream's does at once.
  [
    300,
    (number) => ({
      kind: 'left waiting',
      feature: 'chat',
      stream: true,
      model: 'silent',
      leavesAfterMs: 300,
      ...resumed(number),
    }),
  ],
  [300, () => ({ kind: 'left reading', feature: 'chat', stream: true, model: 'dripping', leavesAtContent: true })],
  [2_500, (number) => ({ kind: 'cached', feature: 'cached', question: `Question ${number % 50}?` })],
  [1_200, (number) => ({ kind: 'keyed', feature: 'chat', stream: number % 2 === 0, ...keyed(number % 400) })],
  [1_000, () => ({ kind: 'bad key', feature: null, key: 'sk-nobody' })],
  [800, () => ({ kind: 'bad body', feature: null, raw: '{"messages": 1}' })],
  [400, () => ({ kind: 'bad feature', feature: 'nothing' })],
  [400, () => ({ kind: 'no budget', feature: 'chat', headers: { 'x-carryon-user': 'poor' } })],
];
/** Few at a time, so that what they wait for is the provider. */
const TIMED = 1_500 * SCALE;

/** The router's clock and the provider's timer count whole milliseconds. */
const ROUNDED_MS = 2;
/** How far a percentile may be from the true one within its bucket. */
const BUCKET = 0.043;

const keyed = (number: number) => ({ headers: { 'idempotency-key': `key-${number}` } });

const resumed = (number: number) => ({ headers: { 'idempotency-key': `left-${number}`, 'x-carryon-resume': '1' } });

function crowd(): Sending[] {
  const random = createRandom('truth');
  const all = KINDS.flatMap(([share, sending]) =>
    Array.from({ length: share * SCALE }, (_, number) => ({ sending: sending(number), at: random() })),
  );
  return all.sort((one, other) => one.at - other.at).map(({ sending }) => sending);
}

const timed = (number: number): Sending => ({
  ...{ kind: 'timed', feature: 'timed', stream: number % 4 > 0, model: `slow/${DELAYS_MS[number % DELAYS_MS.length]}` },
});

/** The provider's, of a timed request. */
const delayOf = ({ deployment }: Seen): number => Number(deployment?.slice('slow-'.length));

/** As the contract says it of what a client can see. */
function countsAs({ status, code, ending, hadContent }: Seen): string {
  if (ending === 'left') return hadContent ? 'good' : 'left';
  if (ending === 'cut' || status >= 500) return 'bad';
  if (status === 200) return 'good';
  if (code === 'budget_exceeded') return 'budget';
  return status === 401 ? 'key' : 'caller';
}

interface Counts {
  name: string;
  good: number;
  total: number;
  excluded: Record<string, number>;
}

interface Report {
  objectives: Counts[];
  percentiles?: Record<'ttftMs' | 'totalMs', Record<'p50' | 'p95', number>>;
}

const report = async (query: string): Promise<Report> =>
  (await (await admin(bench.url, `slo?${query}`)).json()) as Report;
const objective = async (name: string): Promise<Counts> =>
  (await report('')).objectives.find((one) => one.name === name) as Counts;

const seen: Seen[] = [];
let metrics = '';

/** The sum of all series of a metric whose labels include these. */
function metric(name: string, labels: Readonly<Record<string, string>> = {}): number {
  let sum = 0;
  for (const [, series = '', value] of metrics.matchAll(new RegExp(`^${name}\\{(.*)\\} (\\S+)$`, 'gm'))) {
    if (Object.entries(labels).every(([label, is]) => series.includes(`${label}="${is}"`))) sum += Number(value);
  }
  return sum;
}

const summed = (of: (one: Seen) => number): number => seen.reduce((sum, one) => sum + of(one), 0);

beforeAll(async () => {
  await admin(bench.url, 'tenants/local/limits', { method: 'PUT', body: { scope: 'user:poor', monthlyUsd: 0 } });
  bench.sandbox.setPace({ ttftMs: 5, tokenMs: 0 });
  const urls = Object.values(bench.urls);
  seen.push(...(await sendAll(urls, crowd(), 100)));
  seen.push(
    ...(await sendAll(
      urls,
      Array.from({ length: TIMED }, (_, number) => timed(number)),
      20,
    )),
  );
  await until(
    'every record is in the book',
    async () => {
      const { total, excluded } = await objective('all');
      const counted = total + Object.values(excluded).reduce((sum, count) => sum + count, 0);
      return counted >= REQUESTS;
    },
    60_000,
  );
  const headers = { authorization: `Bearer ${LOCAL_ADMIN_KEY}` };
  const scraped = await patiently(() => fetch(`${bench.url}/metrics`, { headers }));
  metrics = await scraped.text();
});

describe('what the router reports of many requests', () => {
  test.each(['all', 'chat', 'timed', 'cached'])('success of %s: good, bad and excluded by reason', async (feature) => {
    const counted: Record<string, number> = {};
    for (const one of seen) {
      if (feature !== 'all' && one.feature !== feature) continue;
      counted[countsAs(one)] = (counted[countsAs(one)] ?? 0) + 1;
    }
    const { good = 0, bad = 0, ...excluded } = counted;
    const told = await objective(feature === 'all' ? 'all' : `${feature}-success`);
    expect(seen).toHaveLength(REQUESTS);
    expect(told).toMatchObject({ good, total: good + bad, excluded });
  });

  test('first tokens under a bound', async () => {
    const all = seen.filter(({ kind }) => kind === 'timed');
    const inTime = all.filter(({ ttftMs }) => ttftMs !== null && ttftMs < 800).length;
    const { good, total } = await objective('timed-ttft');
    expect(total).toBe(all.length);
    // The router's clock starts later than the client's, and the provider's delay is in both.
    expect(good).toBeGreaterThanOrEqual(inTime);
    const couldBe = all.filter((one) => delayOf(one) < 800).length;
    expect(good).toBeLessThanOrEqual(couldBe);
  });

  test.each(['ttftMs', 'totalMs'] as const)('percentiles of %s', async (figure) => {
    const all = seen.filter(({ kind }) => kind === 'timed');
    const sorted = (figures: number[]) => figures.toSorted((one, other) => one - other);
    // Whatever the machine is busy with, the router's time is within its client's, and the provider's delay is within the router's.
    const own = sorted(all.map((one) => one[figure] ?? 0));
    const delays = sorted(all.map(delayOf));
    const { percentiles } = await report('feature=timed&window=1h');
    for (const [name, share] of [
      ['p50', 0.5],
      ['p95', 0.95],
    ] as const) {
      const at = Math.ceil(all.length * share) - 1;
      const [most = 0, least = 0, told = 0] = [own[at], delays[at], percentiles?.[figure][name]];
      console.log(figure, name, told.toFixed(1), 'of', most.toFixed(1), 'with a delay of', least);
      expect(told).toBeLessThan((1 + BUCKET) * most + ROUNDED_MS);
      expect(told).toBeGreaterThan((1 - BUCKET) * least - ROUNDED_MS);
    }
  });

  test('money: all that the ledger has booked, and what each client was told', async () => {
    const booked = async () => {
      const { scopes } = (await (await admin(bench.url, 'ledger/local?scope=tenant')).json()) as {
        scopes: { spentMicroUsd: number; reservedMicroUsd: number }[];
      };
      return scopes[0];
    };
    // An isolate gives its slice back some seconds after its last request.
    await until('every slice is given back', async () => (await booked())?.reservedMicroUsd === 0, 60_000);
    expect(Math.round(metric('carryon_cost_usd_total') * 1e6)).toBe((await booked())?.spentMicroUsd);
    const told = summed(({ kind, costMicroUsd = 0 }) => (kind === 'timed' ? costMicroUsd : 0));
    expect(Math.round(metric('carryon_cost_usd_total', { feature: 'timed' }) * 1e6)).toBe(told);
  });

  test.each([
    ['input', 'inputTokens'],
    ['output', 'outputTokens'],
  ] as const)('%s tokens of the deployments whose answers all came whole', (kind, figure) => {
    const deployments = ['standby', ...DELAYS_MS.map((delayMs) => `slow-${delayMs}`)];
    const told = summed((one) => (deployments.includes(one.deployment ?? '') ? one[figure] : 0));
    const counted = deployments.map((deployment) => metric('carryon_tokens_total', { deployment, kind }));
    expect(counted.reduce((sum, count) => sum + count, 0)).toBe(told);
  });

  test('failovers and hits of the cache', () => {
    expect(metric('carryon_failovers_total')).toBe(summed(({ hops }) => hops));
    expect(metric('carryon_cache_total', { result: 'hit' })).toBe(summed(({ isHit }) => (isHit ? 1 : 0)));
  });
});
