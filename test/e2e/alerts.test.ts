/** A budget's alerts over real HTTP: from the settlement to the webhook, through a power cut. */
import { Webhook } from 'standardwebhooks';
import { afterAll, expect, test } from 'vitest';
import { type Answered, admin, answered } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';
import { until } from '../support/until.ts';
import { type Delivery, startReceiver } from '../support/webhook-receiver.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const receiver = await startReceiver();
const variables = {
  ALERTS_SLACK_URL: `${receiver.origin}/slack`,
  ALERTS_JSON_URL: `${receiver.origin}/json`,
  ALERTS_JSON_SECRET: SECRET,
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

/** A tenant with a dollar a month, of which so much is spent that the next request's settlement reaches `percent`. */
class Payer {
  readonly #tenant: string;
  readonly #key: string;
  #users = 0;

  constructor(tenant: string, key: string) {
    this.#tenant = tenant;
    this.#key = key;
  }

  static async with(tenant: string): Promise<Payer> {
    const { key } = await call<{ key: string }>('keys', 'POST', { tenant });
    await call(`tenants/${tenant}/limits`, 'PUT', { scope: 'tenant', monthlyUsd: 1 });
    return new Payer(tenant, key);
  }

  async almost(percent: number): Promise<void> {
    const { scopes } = await call<{ scopes: { spentMicroUsd: number }[] }>(`ledger/${this.#tenant}?scope=tenant`);
    const deltaUsd = percent / 100 - 1e-6 - (scopes[0]?.spentMicroUsd ?? 0) / 1e6;
    await call(`ledger/${this.#tenant}/adjustments`, 'POST', { scope: 'tenant', deltaUsd });
  }

  /** As somebody whom nobody has seen: who asks often has a slice, which is settled when it is over. */
  chat(headers: Record<string, string> = {}): Promise<Answered> {
    const user = `user-${++this.#users}`;
    return answered(bench.url, { user, headers: { authorization: `Bearer ${this.#key}`, ...headers } });
  }

  /** What a webhook was told of this tenant. */
  told(path: string): Delivery[] {
    return receiver.at(path).filter(({ body }) => body.includes(this.#tenant));
  }
}

const percentsOf = (deliveries: readonly Delivery[]): number[] =>
  deliveries.map(({ body }) => Number(/(?:"thresholdPercent":|"text":")(\d+)/.exec(body)?.[1]));

test('from the settlement to both webhooks: signed, in order, once', async () => {
  const acme = await Payer.with('acme');
  for (const percent of [60, 85, 95]) {
    await acme.almost(percent);
    expect((await acme.chat()).status).toBe(200);
    await until(
      `both are told of ${percent} %`,
      () =>
        [...acme.told('/slack'), ...acme.told('/json')].filter(({ body }) => body.includes(String(percent))).length ===
        2,
    );
  }
  for (const path of ['/slack', '/json']) expect(percentsOf(acme.told(path))).toEqual([60, 85, 95]);
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
  await until('it was tried', () => cut.told('/json').length > 0 && cut.told('/slack').length > 0);
  const { webhooks, alerts } = await until('the failure is known', async () => {
    const list = await call<AlertList>('alerts');
    return list.webhooks.every(({ lastError }) => lastError !== null) && list;
  });
  expect(webhooks).toMatchObject([
    { hook: 'ALERTS_SLACK_URL', waiting: 1, lost: 0, lastError: 'answered 503' },
    { hook: 'ALERTS_JSON_URL', waiting: 1, lost: 0, lastError: 'answered 503' },
  ]);
  expect(alerts[0]).toMatchObject({
    tenant: 'cut',
    percent: 60,
    deliveries: [{ state: 'waiting' }, { state: 'waiting' }],
  });
  await bench.killAndRestart();
  const before = receiver.deliveries.length;
  receiver.status = 200;
  await until('both are told', () => new Set(receiver.deliveries.slice(before).map(({ path }) => path)).size === 2);
  const ids = cut.told('/json').map(({ headers }) => headers['webhook-id']);
  expect(new Set(ids).size).toBe(1);
  expect(JSON.stringify(await call<AlertList>('alerts'))).not.toContain(receiver.origin);
});
