/** Notices of every kind in `Alerts`: which goes first, where each goes, and what becomes of them while a webhook is down. */
import { beforeEach, describe, expect, it } from 'vitest';
import { AlertsStage, crossing, hook, notice } from './alerts-harness.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let stage: AlertsStage;
beforeEach(() => {
  stage = new AlertsStage();
});

const isDown = (name: string, status = 503) => stage.world.answers.set(name, () => new Response(null, { status }));
/** What a webhook was sent, in short: `85` for a budget, `slo.burning 3` for a notice. */
const shorts = (bodies: readonly string[]): string[] =>
  bodies.map((body) => {
    const { type, data } = JSON.parse(body);
    return type === 'budget.threshold_reached' ? `${data.thresholdPercent}` : `${type} ${data.number}`;
  });
const hookNamed = async (name: string) => (await stage.list()).hooks.find((one) => one.hook === name);

describe('a page', () => {
  it('overtakes 1,000 budget notes that wait, and is tried at once although its webhook waits after failures', async () => {
    isDown('OPS');
    for (let from = 0; from < 1_000; from += 250) {
      await stage.take(...Array.from({ length: 250 }, (_, index) => crossing(from + index)));
    }
    await stage.pass(HOUR);
    const { nextTryAt = null } = (await hookNamed('OPS')) ?? {};
    expect(nextTryAt).toBeGreaterThan(stage.world.clock.now() + MINUTE);
    const tried = stage.world.calls.length;
    stage.world.answers.clear();
    await stage.notify(notice(1));
    await stage.pass(MINUTE);
    const told = shorts(stage.world.taken('OPS').slice(tried));
    expect(told[0]).toBe('slo.burning 1');
    expect(told.slice(1)).toEqual(Array.from({ length: 1_000 }, (_, index) => String(index)));
    expect(stage.world.calls[tried]?.at).toBeLessThan(Number(nextTryAt) - MINUTE);
  });

  it('is tried every minute while its webhook is down', async () => {
    isDown('OPS');
    await stage.take(crossing(60));
    await stage.pass(HOUR);
    const before = stage.world.calls.length;
    await stage.notify(notice(1));
    await stage.pass(10 * MINUTE);
    const tries = stage.world.calls.slice(before);
    expect(tries.length).toBeGreaterThanOrEqual(10);
    expect(tries.length).toBeLessThanOrEqual(21);
    expect(shorts(tries.map(({ body }) => body)).every((one) => one === 'slo.burning 1')).toBe(true);
  });
});

it('a webhook is sent the most urgent first, and what is equally urgent in order', async () => {
  isDown('OPS');
  const severities = ['note', 'ticket', 'page', 'incident'] as const;
  for (const round of [0, 1]) {
    await stage.notify(...severities.map((severity, index) => notice(10 * round + index, { severity })));
  }
  const tried = stage.world.calls.length;
  stage.world.answers.clear();
  await stage.pass(HOUR);
  const told = shorts(stage.world.taken('OPS').slice(tried)).map((short) => Number(short.split(' ')[1]));
  expect(told).toEqual([3, 13, 2, 12, 1, 11, 0, 10]);
});

it('a webhook that is down for an hour, and three crashes meanwhile: nothing is lost, and nothing is told twice', async () => {
  stage.world.hooks = [hook('OPS'), hook('CHAT', 'slack'), hook('PAGER', 'pagerduty')];
  for (const { name } of stage.world.hooks) isDown(name);
  const named: string[] = [];
  for (let round = 0; round < 6; round++) {
    const notices = (['page', 'note'] as const).map((severity, index) => notice(2 * round + index, { severity }));
    named.push(...notices.map(({ name }) => name));
    await stage.notify(...notices);
    // The sender repeats what it got no answer for.
    if (round % 2 === 1) await stage.vanish();
    await stage.notify(...notices);
    await stage.pass(10 * MINUTE);
  }
  expect((await stage.list()).hooks.map(({ waiting }) => waiting)).toEqual([12, 12, 12]);
  const tried = stage.world.calls.length;
  stage.world.answers.clear();
  await stage.pass(HOUR);
  const told = stage.world.calls.slice(tried);
  const of = (name: string) => told.filter(({ url }) => url === hook(name).url).map(({ body }) => JSON.parse(body));
  const inOrder = [...named.filter((_, index) => index % 2 === 0), ...named.filter((_, index) => index % 2 === 1)];
  expect(of('OPS').map(({ data }) => data.name)).toEqual(inOrder);
  expect(of('PAGER').map(({ payload }) => payload.custom_details.name)).toEqual(inOrder);
  expect(of('CHAT').map(({ text }) => `burn/chat/1h/${text.match(/\d+$/)[0]}`)).toEqual(inOrder);
  expect((await stage.list()).hooks).toMatchObject(Array(3).fill({ waiting: 0, lost: 0 }));
});

it('a notice goes to the webhooks of its tenant that take its severity; one of the whole service to the common ones', async () => {
  stage.world.hooks = [{ ...hook('OWN'), severities: ['page'] }];
  stage.world.common = [hook('COMMON')];
  await stage.notify(
    notice(1, { tenant: 'acme' }),
    notice(2, { tenant: 'acme', severity: 'ticket' }),
    notice(3, { tenant: null }),
  );
  expect(shorts(stage.world.taken('OWN'))).toEqual(['slo.burning 1']);
  expect(shorts(stage.world.taken('COMMON'))).toEqual(['slo.burning 3']);
  const { alerts, hooks } = await stage.list();
  expect(alerts.map(({ deliveries }) => deliveries.map((one) => one.hook))).toEqual([['COMMON'], [], ['OWN']]);
  expect(hooks).toMatchObject([
    { hook: 'OWN', severities: ['page'] },
    { hook: 'COMMON', severities: ['incident', 'page', 'ticket', 'note'] },
  ]);
});

it('PagerDuty: an event that it refuses is given up with its words, what comes behind is sent; a full one waits', async () => {
  stage.world.hooks = [hook('PAGER', 'pagerduty')];
  const events = () => stage.world.taken('PAGER').map((body) => JSON.parse(body));
  stage.world.answers.set('PAGER', () => {
    return Response.json({ status: 'invalid event', errors: ["'payload.summary' is blank"] }, { status: 400 });
  });
  await stage.notify(notice(1));
  expect((await stage.list()).alerts[0]?.deliveries).toMatchObject([
    { state: 'lost', detail: "was refused: it answered 400: 'payload.summary' is blank" },
  ]);
  expect(stage.world.events).toMatchObject([{ event: 'alerts_lost', webhook: 'PAGER', times: 1 }]);
  stage.world.answers.set('PAGER', () => new Response(null, { status: 429 }));
  await stage.notify(notice(2), notice(3, { type: 'slo.recovered' }));
  expect(await hookNamed('PAGER')).toMatchObject({ waiting: 2, lost: 1, lastError: 'answered 429' });
  stage.world.answers.set('PAGER', () => new Response('{"status":"success"}', { status: 202 }));
  await stage.pass(MINUTE);
  expect(events().map(({ event_action, dedup_key }) => [event_action, dedup_key])).toEqual([
    ['trigger', 'burn/chat/1h'],
    ['trigger', 'burn/chat/1h'],
    ['trigger', 'burn/chat/1h'],
    ['resolve', 'burn/chat/1h'],
  ]);
  expect(await hookNamed('PAGER')).toMatchObject({ waiting: 0, lost: 1 });
});

it('a test calls webhooks of every format, PagerDuty twice', async () => {
  stage.world.hooks = [hook('OPS'), hook('CHAT', 'slack'), hook('PAGER', 'pagerduty')];
  const results = await stage.inside((object) => object.tryAll());
  expect(results.map(({ hook, ok, status }) => [hook, ok, status])).toEqual([
    ['OPS', true, 200],
    ['CHAT', true, 200],
    ['PAGER', true, 200],
  ]);
  expect(stage.world.taken('PAGER').map((body) => JSON.parse(body).event_action)).toEqual(['trigger', 'resolve']);
  expect((await stage.list()).alerts).toEqual([]);
});

it('lists those of one severity or kind', async () => {
  await stage.take(crossing(60));
  await stage.notify(notice(1), notice(2, { kind: 'incident', type: 'incident.opened', severity: 'incident' }));
  const listed = (narrowing: object) =>
    stage.inside((object) => object.list(1_000, 10, narrowing).alerts.map(({ type }) => type));
  expect(await listed({})).toEqual(['incident.opened', 'slo.burning', 'budget.threshold_reached']);
  expect(await listed({ kind: 'budget' })).toEqual(['budget.threshold_reached']);
  expect(await listed({ severity: 'incident' })).toEqual(['incident.opened']);
  expect(await listed({ kind: 'slo', severity: 'note' })).toEqual([]);
});

it('what an earlier build left waiting is sent, after any page, and shown', async () => {
  isDown('OPS');
  await stage.inside((_, { storage }) => {
    storage.sql.exec('DROP TABLE alert');
    storage.sql.exec(
      'CREATE TABLE alert (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, id TEXT NOT NULL, takenAt INTEGER NOT NULL, alert TEXT NOT NULL)',
    );
    const alert = JSON.stringify({ ...crossing(60), tenant: 'acme' });
    storage.sql.exec('INSERT INTO alert VALUES (1, ?, ?, ?, ?)', 'old', 'msg_old', stage.world.clock.now(), alert);
    storage.sql.exec("INSERT INTO delivery (hook, number, state) VALUES ('OPS', 1, 'waiting')");
  });
  await stage.vanish();
  expect((await stage.list()).alerts).toMatchObject([
    { kind: 'budget', severity: 'note', tenant: 'acme', data: { thresholdPercent: 60 } },
  ]);
  stage.world.answers.clear();
  stage.world.answers.set('OPS', () => new Response('ok'));
  await stage.notify(notice(1));
  expect(shorts(stage.world.taken('OPS'))).toEqual(['slo.burning 1', '60']);
  expect(stage.world.calls[1]?.headers.get('webhook-id')).toBe('msg_old');
});
