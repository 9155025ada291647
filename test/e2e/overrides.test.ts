/** An override takes effect at once in the isolate where it was set, in another within its refresh, and ends by itself. */
import { afterAll, describe, expect, test } from 'vitest';
import { type Answered, admin, answered } from '../support/ask.ts';
import { type Lane, startBench } from '../support/bench.ts';
import { until } from '../support/until.ts';

const bench = await startBench({ config: 'steady', isolates: ['one', 'two'] });
afterAll(bench.stop);
const [one = '', two = ''] = Object.values(bench.urls);

interface Kind {
  path(lane: Lane): string;
  body(lane: Lane): object;
  isFelt(answer: Answered, lane: Lane): boolean;
}

const price = { input: 3, output: 6 };
const KINDS: Record<string, Kind> = {
  'a pin': {
    path: ({ alias }) => `pins/${encodeURIComponent(alias)}`,
    body: ({ b }) => ({ deployment: b, reason: 'a drill of operators' }),
    isFelt: (answer, { b }) => answer.header('x-carryon-deployment') === b,
  },
  'a bypass': {
    path: ({ alias }) => `bypass?alias=${encodeURIComponent(alias)}`,
    body: ({ alias }) => ({ alias, reason: 'a drill of operators' }),
    isFelt: (answer) => answer.header('x-carryon-mode') === 'bypass',
  },
  'a fault': {
    path: ({ a }) => `faults/${a}`,
    body: () => ({ fault: 'errors', traffic: 'tenant:local' }),
    isFelt: (answer, { b }) =>
      answer.header('x-carryon-mode') === 'drill' && answer.header('x-carryon-deployment') === b,
  },
  'an alias list': {
    path: ({ alias }) => `aliases/${encodeURIComponent(alias)}`,
    body: ({ a, b }) => ({
      deployments: [
        { id: a, model: 'another-model', price },
        { id: b, model: 'another-model', price },
      ],
      reason: 'a drill of operators',
    }),
    isFelt: (answer) => answer.header('x-carryon-model') === 'another-model',
  },
};

/** One kind of override, on an alias and user of its own. */
function operate({ path, body, isFelt }: Kind) {
  const lane = bench.lane('calm');
  const isFeltAt = async (url: string) => {
    const answer = await answered(url, { model: lane.alias });
    expect(answer.status).toBe(200);
    return isFelt(answer, lane);
  };
  const call = async (url: string, at: string, init: { method: string; body?: object }) => {
    const response = await admin(url, at, init);
    const reply = await response.json();
    expect([response.status, reply]).toEqual([200, expect.anything()]);
    return reply;
  };
  // A bypass names its alias in the body when it is set.
  const set = (url: string, end: object) =>
    call(url, path(lane).replace(/\?.*/, ''), { method: 'PUT', body: { ...body(lane), ...end } });
  const clear = (url: string) => call(url, path(lane), { method: 'DELETE' });
  return { isFeltAt, set, clear };
}

describe.concurrent.each(Object.entries(KINDS))('%s', (_, kind) => {
  test('is felt at once where it is set and cleared, and elsewhere within a refresh', async () => {
    const { isFeltAt, set, clear } = operate(kind);
    expect([await isFeltAt(one), await isFeltAt(two)]).toEqual([false, false]);
    expect(await set(one, { forSeconds: 3_600 })).toMatchObject({ knownEverywhereWithinSeconds: 60 });
    expect(await isFeltAt(one)).toBe(true);
    await until('the other has read it', () => isFeltAt(two));

    // Through the other isolate: a cleared override ends there at once, and here later.
    expect(await clear(two)).toMatchObject({ cleared: true });
    expect(await isFeltAt(two)).toBe(false);
    await until('the first has read that', async () => !(await isFeltAt(one)));
    expect(await clear(one)).toMatchObject({ cleared: false });
  });

  test('ends by itself', async () => {
    const { isFeltAt, set, clear } = operate(kind);
    const end = Date.now() + 8_000;
    await set(one, { until: end });
    for (;;) {
      const askedAt = Date.now();
      const felt = await isFeltAt(one);
      if (askedAt >= end) {
        expect(felt).toBe(false);
        break;
      }
      if (Date.now() < end) expect(felt).toBe(true);
    }
    expect(await isFeltAt(two)).toBe(false);
    expect(await clear(two)).toMatchObject({ cleared: false });
  });
});
