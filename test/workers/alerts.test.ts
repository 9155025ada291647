import { beforeEach, describe, expect, it } from 'vitest';
import { MOST_WAITING } from '../../worker/core/alerts/limits.ts';
import { Alerts } from '../../worker/objects/alerts/alerts.ts';
import { AlertsStage, crossing, hook, never, notice } from './alerts-harness.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let stage: AlertsStage;
beforeEach(() => {
  stage = new AlertsStage();
  stage.world.hooks = [hook('OPS'), hook('CHAT', 'slack')];
});

const percents = (bodies: readonly string[]): number[] => bodies.map((body) => JSON.parse(body).data.thresholdPercent);
const shares = (bodies: readonly string[]): number[] =>
  bodies.map((body) => Number.parseInt(JSON.parse(body).text, 10));
const answersOnly = (name: string, answer: () => Response | Promise<Response>) => stage.world.answers.set(name, answer);
const hookNamed = async (name: string) => (await stage.list()).hooks.find((one) => one.hook === name);
const alarm = () => stage.inside((_, state) => state.storage.getAlarm());

describe('Alerts', () => {
  it('are sent to each webhook in order, once, however often a ledger hands over the same', async () => {
    await stage.take(crossing(60), crossing(85));
    await stage.take(crossing(60), crossing(85), crossing(95));
    await stage.vanish();
    await stage.take(crossing(85), crossing(95));
    expect(percents(stage.world.taken('OPS'))).toEqual([60, 85, 95]);
    expect(shares(stage.world.taken('CHAT'))).toEqual([60, 85, 95]);
    const { alerts, hooks } = await stage.list();
    expect(alerts.map(({ data, deliveries }) => [data.thresholdPercent, deliveries.map(({ state }) => state)])).toEqual(
      [
        [95, ['sent', 'sent']],
        [85, ['sent', 'sent']],
        [60, ['sent', 'sent']],
      ],
    );
    expect(hooks.map(({ hook, waiting, lost, nextTryAt }) => [hook, waiting, lost, nextTryAt])).toEqual([
      ['OPS', 0, 0, null],
      ['CHAT', 0, 0, null],
    ]);
    expect(await alarm()).toBeNull();
  });

  it('a webhook that never answers keeps no other from being told, and nobody waiting', async () => {
    answersOnly('CHAT', never);
    await stage.take(crossing(60));
    await stage.take(crossing(85));
    await stage.take(crossing(95));
    // No time has passed: nothing waited.
    expect(percents(stage.world.taken('OPS'))).toEqual([60, 85, 95]);
    expect(shares(stage.world.taken('CHAT'))).toEqual([60]);
    await stage.pass(10_000);
    expect(await hookNamed('CHAT')).toMatchObject({ waiting: 3, failures: 1, lastError: 'did not answer within 10 s' });
    stage.world.answers.clear();
    await stage.pass(MINUTE);
    expect(shares(stage.world.taken('CHAT'))).toEqual([60, 60, 85, 95]);
  });

  it('a webhook that answers 500 for an hour is tried ever more seldom, then told everything in order', async () => {
    const begin = stage.world.clock.now();
    stage.world.answers.set('OPS', ({ at }) => new Response(null, { status: at - begin < HOUR ? 500 : 200 }));
    for (let alerts = 1; alerts <= 12; alerts++) {
      await stage.take(crossing(alerts));
      await stage.pass(5 * MINUTE);
    }
    const tries = stage.world.calls.filter(({ url }) => url === hook('OPS').url).map(({ at }) => at - begin);
    const gaps = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
    expect(gaps).toEqual(gaps.toSorted((one, other) => one - other));
    expect(tries.length).toBeGreaterThan(8);
    expect(tries.length).toBeLessThan(20);
    expect(stage.world.events).toMatchObject([{ event: 'webhook_failing', webhook: 'OPS', reason: 'answered 500' }]);
    await stage.pass(16 * MINUTE);
    const all = Array.from({ length: 12 }, (_, index) => index + 1);
    expect(percents(stage.world.taken('OPS')).slice(tries.length)).toEqual(all);
    expect(await hookNamed('OPS')).toMatchObject({ waiting: 0, lost: 0, failures: 0, lastError: null });
    expect(shares(stage.world.taken('CHAT'))).toEqual(all);
  });

  it('of a webhook that takes nothing so many are kept, the newest, and the loss is counted', async () => {
    answersOnly('OPS', () => new Response('no_service', { status: 404 }));
    const all = Array.from({ length: MOST_WAITING + 20 }, (_, index) => index + 1);
    for (let from = 0; from < all.length; from += 100) {
      await stage.take(...all.slice(from, from + 100).map((percent) => crossing(percent)));
    }
    const lastError = 'answered 404: no_service';
    expect(await hookNamed('OPS')).toMatchObject({ waiting: MOST_WAITING, lost: 20, lastError });
    expect(shares(stage.world.taken('CHAT'))).toEqual(all);
    expect(stage.world.events).toMatchObject([{ event: 'webhook_failing' }, { event: 'alerts_lost', times: 20 }]);
    const tries = stage.world.taken('OPS').length;
    stage.world.answers.clear();
    await stage.pass(16 * MINUTE);
    expect(percents(stage.world.taken('OPS')).slice(tries)).toEqual(all.slice(20));
  });

  it('of a webhook that is gone for good what has waited three days is lost, and counted', async () => {
    answersOnly('OPS', () => new Response(null, { status: 410 }));
    await stage.take(crossing(60), crossing(85));
    // As if the platform's alarms were late: every single try of three days would take long here, and show nothing new.
    await stage.inside(() => stage.world.clock.advance(3 * DAY - HOUR));
    await stage.take(crossing(95));
    expect(await hookNamed('OPS')).toMatchObject({ waiting: 3, lost: 0 });
    await stage.pass(2 * HOUR);
    expect(await hookNamed('OPS')).toMatchObject({ waiting: 1, lost: 2 });
    const [newest, lost] = (await stage.list()).alerts.map(({ deliveries }) => deliveries[1]);
    expect(newest).toMatchObject({ hook: 'OPS', state: 'waiting' });
    expect(lost).toMatchObject({ state: 'lost', detail: 'was tried for too long; last: answered 410' });
    expect(stage.world.events).toMatchObject([{ event: 'webhook_failing' }, { event: 'alerts_lost', times: 2 }]);
  });

  it('a call that was under way when it died is made again, with the same id', async () => {
    answersOnly('OPS', never);
    await stage.take(crossing(60));
    await stage.vanish();
    stage.world.answers.clear();
    await stage.pass(MINUTE);
    const ids = stage.world.calls
      .filter(({ url }) => url === hook('OPS').url)
      .map(({ headers }) => headers.get('webhook-id'));
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
    expect(await hookNamed('OPS')).toMatchObject({ waiting: 0, lost: 0 });
  });

  it('waits for a variable that is not set, and says so', async () => {
    stage.world.hooks = [{ ...hook('OPS'), url: '', problem: 'OPS is not set' }];
    await stage.take(crossing(60));
    expect(await hookNamed('OPS')).toMatchObject({
      problem: 'OPS is not set',
      waiting: 1,
      lastError: 'OPS is not set',
    });
    expect(stage.world.calls).toEqual([]);
    stage.world.hooks = [hook('OPS')];
    await stage.pass(MINUTE);
    expect(percents(stage.world.taken('OPS'))).toEqual([60]);
  });

  it('a webhook that has left the config loses what waited for it, by name', async () => {
    answersOnly('OPS', () => new Response(null, { status: 500 }));
    await stage.take(crossing(60));
    stage.world.hooks = [hook('CHAT', 'slack')];
    await stage.pass(MINUTE);
    expect((await stage.list()).alerts[0]?.deliveries).toMatchObject([
      { hook: 'CHAT', state: 'sent' },
      { hook: 'OPS', state: 'lost', detail: 'is not in the config any more; last: answered 500' },
    ]);
  });

  it('waits as long as a webhook asks for', async () => {
    answersOnly('OPS', () => new Response(null, { status: 429, headers: { 'retry-after': '300' } }));
    const begin = stage.world.clock.now();
    await stage.take(crossing(60));
    expect(await hookNamed('OPS')).toMatchObject({ nextTryAt: begin + 300_000, lastError: 'answered 429' });
  });

  it('a test calls each webhook once, past its queue, and keeps nothing', async () => {
    answersOnly('OPS', () => new Response(null, { status: 302, headers: { location: 'https://elsewhere.example' } }));
    const results = await stage.inside((object) => object.tryAll());
    expect(results).toEqual([
      {
        hook: 'OPS',
        format: 'json',
        ok: false,
        status: 302,
        ms: 0,
        error: 'answered 302, and redirects are not followed',
      },
      { hook: 'CHAT', format: 'slack', ok: true, status: 200, ms: 0, error: null },
    ]);
    expect(stage.world.calls.map(({ redirect }) => redirect)).toEqual(['manual', 'manual']);
    expect((await stage.list()).alerts).toEqual([]);
  });

  it('of which four hang keeps no fifth from being told for longer than that, and never more are under way', async () => {
    const hanging = Array.from({ length: 9 }, (_, index) => `HANGS_${index}`);
    stage.world.hooks = [...hanging.map((name) => hook(name)), hook('OPS'), hook('ZETA')];
    let [underWay, most] = [0, 0];
    for (const name of hanging) {
      stage.world.answers.set(name, () => {
        most = Math.max(most, ++underWay);
        stage.world.clock.after(9_999, () => underWay--);
        return never();
      });
    }
    await stage.take(crossing(60), crossing(85));
    await stage.pass(30_000);
    expect(most).toBe(4);
    for (const name of ['OPS', 'ZETA']) expect(percents(stage.world.taken(name))).toEqual([60, 85]);
    for (const name of hanging) expect(await hookNamed(name)).toMatchObject({ waiting: 2, lost: 0 });
    // Healthy webhooks come first.
    await stage.take(crossing(95));
    await stage.pass(10_000);
    for (const name of ['OPS', 'ZETA']) expect(percents(stage.world.taken(name))).toEqual([60, 85, 95]);
  });

  it('tests at most two webhooks at once', async () => {
    stage.world.hooks = ['A', 'B', 'C', 'D', 'E'].map((name) => hook(name));
    for (const { name } of stage.world.hooks) stage.world.answers.set(name, never);
    const begin = stage.world.clock.now();
    const results = await stage.inside((object) => stage.world.clock.run(object.tryAll()));
    expect(results.map(({ ms }) => ms)).toEqual(Array(5).fill(10_000));
    expect(stage.world.calls.map(({ at }) => at - begin)).toEqual([0, 0, 10_000, 10_000, 20_000]);
  });

  it('a test that a webhook takes starts its queue at once', async () => {
    answersOnly('OPS', () => new Response(null, { status: 500, headers: { 'retry-after': '900' } }));
    await stage.take(crossing(60));
    stage.world.answers.clear();
    await stage.inside(async (object) => {
      await object.tryAll();
      await stage.world.clock.settle();
    });
    expect(await hookNamed('OPS')).toMatchObject({ waiting: 0, failures: 0, lastError: null });
  });

  it('one tenant’s many push out no other’s, and no page', async () => {
    answersOnly('OPS', () => new Response(null, { status: 500 }));
    await stage.takeOf('zeta', crossing(60));
    await stage.notify(notice(1, { tenant: 'acme' }));
    for (let from = 0; from < MOST_WAITING + 20; from += 100) {
      await stage.take(...Array.from({ length: 100 }, (_, index) => crossing(from + index)));
    }
    const { alerts } = await stage.list(2_000);
    const mine = alerts.filter(({ tenant }) => tenant === 'zeta').flatMap(({ deliveries }) => deliveries);
    expect(mine).toMatchObject([{ hook: 'CHAT' }, { hook: 'OPS', state: 'waiting' }]);
    const page = alerts.find(({ severity }) => severity === 'page');
    expect(page?.deliveries).toMatchObject([{ hook: 'CHAT' }, { hook: 'OPS', state: 'waiting' }]);
    expect(await hookNamed('OPS')).toMatchObject({ waiting: MOST_WAITING + 1 });
  });

  it('what is being sent is not given up, and is shown as that', async () => {
    stage.world.hooks = [hook('OPS')];
    let answer: (response: Response) => void = () => {};
    answersOnly('OPS', () => new Promise((resolve) => (answer = resolve)));
    await stage.take(...Array.from({ length: MOST_WAITING + 5 }, (_, index) => crossing(index)));
    await stage.take(crossing(5_000));
    expect(await hookNamed('OPS')).toMatchObject({ nextTryAt: null });
    await stage.inside(async () => {
      answersOnly('OPS', () => new Response('ok'));
      answer(new Response('ok'));
      await stage.world.clock.settle();
    });
    await stage.pass(MINUTE);
    const told = percents(stage.world.taken('OPS'));
    const { waiting = -1, lost = -1 } = (await hookNamed('OPS')) ?? {};
    expect([waiting, told.length + lost]).toEqual([0, MOST_WAITING + 6]);
  });

  it('says once how many were lost with a webhook that has left the config', async () => {
    answersOnly('OPS', () => new Response(null, { status: 500 }));
    await stage.take(crossing(60), crossing(85), crossing(95));
    stage.world.hooks = [hook('CHAT', 'slack')];
    await stage.pass(MINUTE);
    expect(stage.world.events.filter(({ event }) => event === 'alerts_lost')).toMatchObject([{ times: 3 }]);
  });

  it('waits until the date that a webhook names', async () => {
    const until = Math.floor(stage.world.clock.now() / 1_000) * 1_000 + 300_000;
    const headers = { 'retry-after': new Date(until).toUTCString() };
    answersOnly('OPS', () => new Response(null, { status: 503, headers }));
    await stage.take(crossing(60));
    expect(await hookNamed('OPS')).toMatchObject({ nextTryAt: until });
  });

  it('pages through what it has, the newest first', async () => {
    await stage.take(...[1, 2, 3, 4, 5].map((percent) => crossing(percent)));
    const page = (before: number) =>
      stage.inside((object) =>
        object.list(before, 2).alerts.map(({ number, data }) => [number, data.thresholdPercent]),
      );
    expect(await page(Number.MAX_SAFE_INTEGER)).toEqual([
      [5, 5],
      [4, 4],
    ]);
    expect(await page(4)).toEqual([
      [3, 3],
      [2, 2],
    ]);
  });
});

it('what can be called is this and nothing else', () => {
  const names = Object.getOwnPropertyNames(Alerts.prototype).filter((name) => name !== 'constructor');
  expect(names.toSorted()).toEqual(['alarm', 'list', 'notify', 'take', 'tryAll']);
});
