/** A budget's alerts over real HTTP: from the settlement to the webhook, through a power cut. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { afterAll, expect, test } from 'vitest';
import { projectDirectory } from '../../cli/project.ts';
import { LOCAL_ADMIN_KEY } from '../../worker/core/identity/identity.ts';
import { type Answered, type AskOptions, admin, answered } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';
import { until } from '../support/until.ts';
import { type Delivery, startReceiver } from '../support/webhook-receiver.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const ROUTING_KEY = 'R0123456789abcdef0123456789abcde';
const PATHS = ['/slack', '/json', '/pager'];
const receiver = await startReceiver();
const variables = {
  ALERTS_SLACK_URL: `${receiver.origin}/slack`,
  ALERTS_JSON_URL: `${receiver.origin}/json`,
  ALERTS_JSON_SECRET: SECRET,
  ALERTS_PAGER_URL: `${receiver.origin}/pager`,
  ALERTS_PAGER_KEY: ROUTING_KEY,
};
const bench = await startBench({ config: 'alerts', variables });
afterAll(async () => {
  await bench.stop();
  await receiver.close();
});

interface AlertList {
  webhooks: { hook: string; waiting: number; lost: number; lastError: string | null }[];
  alerts: { tenant: string; percent: number; deliveries: { hook: string; state: string }[] }[];
}

async function call<Reply>(path: string, method = 'GET', body?: object): Promise<Reply> {
  const response = await admin(bench.url, path, { method, ...(body && { body }) });
  expect(response.status).toBeLessThan(300);
  return (await response.json()) as Reply;
}

/** A tenant with a monthly budget, spent so far that the next request's settlement reaches `percent`. */
class Payer {
  readonly #tenant: string;
  readonly #key: string;
  readonly #capUsd: number;
  #users = 0;

  constructor(tenant: string, key: string, capUsd: number) {
    this.#tenant = tenant;
    this.#key = key;
    this.#capUsd = capUsd;
  }

  static async with(tenant: string, capUsd = 1): Promise<Payer> {
    const { key } = await call<{ key: string }>('keys', 'POST', { tenant });
    await call(`tenants/${tenant}/limits`, 'PUT', { scope: 'tenant', monthlyUsd: capUsd });
    return new Payer(tenant, key, capUsd);
  }

  async almost(percent: number): Promise<void> {
    const { scopes } = await call<{ scopes: { spentMicroUsd: number }[] }>(`ledger/${this.#tenant}?scope=tenant`);
    const deltaUsd = (percent / 100) * this.#capUsd - 1e-6 - (scopes[0]?.spentMicroUsd ?? 0) / 1e6;
    await call(`ledger/${this.#tenant}/adjustments`, 'POST', { scope: 'tenant', deltaUsd });
  }

  /** As a new user: one who asks often has a slice, which is settled only when it is over. */
  chat(options: AskOptions = {}): Promise<Answered> {
    const user = `user-${++this.#users}`;
    return answered(bench.url, {
      ...{ user, ...options },
      headers: { authorization: `Bearer ${this.#key}`, ...options.headers },
    });
  }

  /** What a webhook was sent about this tenant. */
  told(path: string): Delivery[] {
    return receiver.at(path).filter(({ body }) => body.includes(this.#tenant));
  }
}

const percentsOf = (deliveries: readonly Delivery[]): number[] =>
  deliveries.map(({ body }) => Number(/(?:"thresholdPercent":|"text":"|"summary":")(\d+)/.exec(body)?.[1]));

test('from the settlement to every webhook: signed, in order, once', async () => {
  const acme = await Payer.with('acme');
  for (const percent of [60, 85, 95]) {
    await acme.almost(percent);
    expect((await acme.chat()).status).toBe(200);
    await until(`all are told of ${percent} %`, () =>
      PATHS.every((path) => percentsOf(acme.told(path)).includes(percent)),
    );
  }
  for (const path of PATHS) expect(percentsOf(acme.told(path))).toEqual([60, 85, 95]);
  expect(acme.told('/pager').map(({ body }) => JSON.parse(body))).toMatchObject(
    Array(3).fill({ routing_key: ROUTING_KEY, event_action: 'trigger', payload: { severity: 'info', group: 'acme' } }),
  );
  for (const { body, headers } of acme.told('/json')) {
    expect(new Webhook(SECRET).verify(body, headers)).toMatchObject({
      type: 'budget.threshold_reached',
      data: { tenant: 'acme', scope: 'tenant', capMicroUsd: 1_000_000 },
    });
    expect(() => new Webhook(SECRET).verify(`${body} `, headers)).toThrow();
  }
});

test('a power cut while a webhook is down: told afterwards, by itself, under the same id', async () => {
  const cut = await Payer.with('cut');
  receiver.status = 503;
  await cut.almost(60);
  await cut.chat();
  await until('it was tried', () => PATHS.every((path) => cut.told(path).length > 0));
  const { webhooks, alerts } = await until('the failure is known', async () => {
    const list = await call<AlertList>('alerts');
    return list.webhooks.every(({ lastError }) => lastError !== null) && list;
  });
  expect(webhooks).toMatchObject([
    { hook: 'ALERTS_SLACK_URL', waiting: 1, lost: 0, lastError: 'answered 503' },
    { hook: 'ALERTS_JSON_URL', waiting: 1, lost: 0, lastError: 'answered 503' },
    { hook: 'ALERTS_PAGER_KEY', waiting: 1, lost: 0, lastError: 'answered 503' },
  ]);
  expect(alerts[0]).toMatchObject({
    tenant: 'cut',
    percent: 60,
    severity: 'note',
    kind: 'budget',
    deliveries: Array(3).fill({ state: 'waiting' }),
  });
  await bench.killAndRestart();
  const before = receiver.deliveries.length;
  receiver.status = 200;
  await until('all are told', () => new Set(receiver.deliveries.slice(before).map(({ path }) => path)).size === 3);
  const ids = cut.told('/json').map(({ headers }) => headers['webhook-id']);
  expect(new Set(ids).size).toBe(1);
  expect(JSON.stringify(await call<AlertList>('alerts'))).not.toContain(receiver.origin);
});

test('200 requests at once and a power cut before each threshold: each is told once, in order', async () => {
  receiver.status = 200;
  // What was cut off stays held: with this budget that is little.
  const crowd = await Payer.with('crowd', 100);
  for (const percent of [60, 85, 95]) {
    await crowd.almost(percent);
    const asked = Array.from({ length: 67 }, () => crowd.chat().catch(() => undefined));
    await Promise.race(asked);
    await bench.killAndRestart();
    await Promise.all(asked);
    // The power cut may have come before any of them was settled.
    expect((await crowd.chat()).status).toBe(200);
  }
  // Calls that were cut off are repeated within seconds; another tenant's alert comes sooner, behind those in the queue.
  const other = await Payer.with('somebody-else');
  await other.almost(60);
  await other.chat();
  const idsOf = () => [...new Map(crowd.told('/json').map((one) => [one.headers['webhook-id'], one])).values()];
  await until('all three are told', () => idsOf().length >= 3);
  expect(percentsOf(idsOf())).toEqual([60, 85, 95]);
  const { alerts } = await call<AlertList>('alerts?most=200');
  expect(alerts.filter(({ tenant }) => tenant === 'crowd').map(({ percent }) => percent)).toEqual([95, 85, 60]);
});

test('safeguard mode from 95 % on: it says so, and its answers are shorter, cheaper and whole', async () => {
  const payer = await Payer.with('thrifty');
  const headers = { 'x-carryon-feature': 'guarded' };
  for (const stream of [false, true]) {
    const options = {
      model: 'app/chat',
      stream,
      headers,
      body: { stream_options: stream ? { include_usage: true } : undefined },
    };
    await payer.almost(95);
    const before = await payer.chat(options);
    expect([before.header('x-carryon-mode'), before.header('x-carryon-deployment')]).toEqual([null, 'a']);
    const after = await until('the settlement is booked', async () => {
      const answer = await payer.chat(options);
      return answer.header('x-carryon-mode') === 'safeguard' && answer;
    });
    expect([after.status, after.header('x-carryon-deployment'), after.error]).toEqual([200, 'b', undefined]);
    expect(stream ? after.done : after.finishReason).toBe(stream ? true : 'length');
    const costOf = ({ costUsd, header }: Answered) => costUsd ?? Number(header('x-carryon-cost-usd'));
    expect(after.text.length).toBeLessThan(before.text.length);
    expect(costOf(after)).toBeLessThan(costOf(before));
  }
  // A new period begins at zero, as after a reset.
  await call('ledger/thrifty/adjustments', 'POST', { scope: 'tenant', reset: true });
  expect((await payer.chat({ headers })).header('x-carryon-mode')).toBeNull();
});

const npmRun = (command: string, ...args: string[]) => {
  const env = { ...process.env, CARRYON_URL: bench.url, ADMIN_KEY: LOCAL_ADMIN_KEY };
  return promisify(execFile)(process.execPath, [join(projectDirectory, `cli/${command}.ts`), ...args], { env });
};
const npmRunAlerts = (...args: string[]) => npmRun('alerts', ...args);

test('an incident that is opened at the moment of a power cut is told once, and so is its end', async () => {
  receiver.status = 200;
  const { id } = await call<{ id: string }>('incidents', 'POST', { title: 'Provider a is down.' });
  await bench.killAndRestart();
  const toldOf = (path: string) =>
    receiver.at(path).filter(({ body }) => body.includes(id) || body.includes('is down'));
  await until('all are told', () => PATHS.every((path) => toldOf(path).length > 0));
  const closed = await npmRun('incidents', 'close', '--public', 'All is well.');
  expect(closed.stdout).toMatch(/^Provider a is down\. {2}\(closed after .+ by root\)\n/);
  const ends = ({ body }: Delivery) => /incident\.closed|Incident closed|"resolve"/.test(body);
  await until('all are told of its end', () => PATHS.every((path) => toldOf(path).some(ends)));
  const typesById = new Map(
    toldOf('/json').map(({ body, headers }) => [headers['webhook-id'], (JSON.parse(body) as { type: string }).type]),
  );
  expect([...typesById.values()]).toEqual(['incident.opened', 'incident.closed']);
  expect((await npmRun('incidents', 'list')).stdout).toContain('public: All is well.');

  const silenced = await npmRunAlerts('silence', '--objective', '*', '--for', '2h', '--reason', 'a test');
  expect(silenced.stdout).toMatch(/^Everything is silenced until .+ \((2 h|1 h 59 min|120 min) left\)\.\n$/);
  expect((await npmRunAlerts('silences')).stdout).toMatch(/^Everything is silenced until .+, by root: a test\n/);
  expect((await npmRunAlerts('unsilence', '--objective', '*')).stdout).toMatch(/^The silence of \* is over\./);
  expect((await npmRunAlerts('firing')).stdout).toMatch(/^(No alert is firing\.|(page|ticket|note) {2}\S+)/);
});

test('npm run alerts: a test of every webhook, and the list; addresses are shown nowhere', async () => {
  receiver.status = 200;
  const proof = await npmRunAlerts('test');
  expect(proof.stdout).toMatch(
    /^✓ ALERTS_SLACK_URL: answered 200 in \d+ ms\n✓ ALERTS_JSON_URL: answered 200 in \d+ ms\n✓ ALERTS_PAGER_KEY: answered 200 in \d+ ms\n$/,
  );
  expect(
    receiver.deliveries
      .slice(-4)
      .map(({ path, body }) => [path, body.includes('this webhook works') || body.includes('"resolve"')])
      .toSorted(),
  ).toEqual([
    ['/json', true],
    ['/pager', true],
    ['/pager', true],
    ['/slack', true],
  ]);
  receiver.status = 410;
  const failed = await npmRunAlerts('test').catch((error: { code: number; stdout: string }) => error);
  expect(failed).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^✗ ALERTS_SLACK_URL: answered 410 \(\d+ ms\)/),
  });
  const list = await npmRunAlerts();
  expect(list.stdout).toMatch(
    /^ALERTS_SLACK_URL: nothing waiting\nALERTS_JSON_URL: nothing waiting\nALERTS_PAGER_KEY: nothing waiting\n/,
  );
  expect(list.stdout).toMatch(
    /95 % of tenant of thrifty, 2\d{3}-\d\d: \$0\.95\d* of \$1 {2}ALERTS_JSON_URL sent, ALERTS_PAGER_KEY sent, ALERTS_SLACK_URL sent/,
  );
  expect((await npmRunAlerts('--severity', 'page')).stdout).toMatch(/No alerts yet\.\n$/);
  expect(proof.stdout + list.stdout).not.toContain(receiver.origin);
  expect(proof.stdout + list.stdout).not.toContain(ROUTING_KEY);
});
