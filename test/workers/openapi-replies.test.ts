/** The replies that `GET /admin/openapi.json` describes are those that the Worker gives: no field more, none less, each of its type. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { ADMIN_ROUTES } from '../../worker/admin/table.ts';
import { dayOf } from '../../worker/core/ledger/time.ts';
import { packRecords } from '../../worker/core/slo/packed.ts';
import { ask, done, idAt } from '../unit/core/ledger/support/messages.ts';
import { recordOf } from '../unit/core/slo/support/record.ts';
import { AUDIT_CASES, type Call, cool } from './audit-cases.ts';
import { type AdminReply, callAdmin } from './call-admin.ts';
import { type Schema, SchemaCheck } from './schema-check.ts';

interface Described {
  paths: Record<string, Record<string, { responses: { '2XX': { content: Record<string, { schema: Schema }> } } }>>;
  components: { schemas: Record<string, Schema> };
}

const now = Date.now();
const failed = recordOf({ arrivedAt: now, tenant: 'acme', feature: 'chat', ending: 'cut', code: 'stream_interrupted' });
const month = new Date(now).toISOString().slice(0, 7);

/** Calls that show something, once everything has been changed. */
const VIEWS: Record<string, string[]> = {
  'GET /config': ['config'],
  'GET /keys': ['keys'],
  'GET /admin-keys': ['admin-keys'],
  'GET /cooldowns': ['cooldowns'],
  'GET /overrides': ['overrides'],
  'GET /audit': ['audit?most=200'],
  'GET /slo': ['slo', 'slo?feature=chat'],
  'GET /slo/history': ['slo/history?objective=chat-success'],
  'GET /slo/durations': ['slo/durations?feature=chat'],
  'GET /slo/months/:month': [`slo/months/${month}`, `slo/months/${month}?tenant=acme`],
  'GET /money': ['money?tenant=acme'],
  'GET /requests': ['requests'],
  'GET /requests/:id': [`requests/${failed.requestId}`],
  'GET /alerts': ['alerts'],
  'POST /alerts/test': ['alerts/test'],
  'GET /firing': ['firing'],
  'GET /policies': ['policies'],
  'GET /silences': ['silences'],
  'GET /incidents': ['incidents'],
  'GET /ledger/:tenant': ['ledger/acme'],
  'GET /ledger/:tenant/history': ['ledger/acme/history'],
};

/** Lists that stay empty here: they need webhooks, tenants, dependencies and maintenance in config, or time. */
const EMPTY = [
  ...['GET /alerts.alerts[].deliveries', 'GET /alerts.webhooks', 'GET /config.tenants'],
  ...['GET /cooldowns.drillCooldowns', 'GET /cooldowns.learnt', 'GET /incidents.incidents[].actions'],
  ...['GET /money.ladder', 'GET /silences.held', 'GET /slo.lost', 'GET /slo.maintenance'],
  ...['GET /slo.objectives[].dependsOn', 'GET /slo.objectives[].of', 'GET /slo.objectives[].touches'],
  ...['GET /slo/months/:month.maintenance', 'GET /slo/months/:month.objectives[].of', 'POST /alerts/test.results'],
];

/** What a router has after a while, besides what the cases make. */
async function fill(checkReply: (name: string, reply: AdminReply) => void): Promise<void> {
  const page = { tenant: 'acme', kind: 'publishable', origins: ['https://a.example'] };
  const made = await callAdmin('POST', 'keys', page);
  checkReply('POST /keys', made);
  checkReply('DELETE /keys/:id', await callAdmin('DELETE', `keys/${made.body.id}`));
  const { id } = (await callAdmin('POST', 'keys', { tenant: 'acme', name: 'back end' })).body;
  const limits = await callAdmin('PUT', 'tenants/acme/limits', { scope: `key:${id}`, burst: 1 });
  checkReply('PUT /tenants/:tenant/limits', limits);
  await cool('a');
  const ledger = env.TENANT_LEDGER.get(env.TENANT_LEDGER.idFromName('acme'));
  const lease = idAt(now);
  await ledger.grant(ask(lease, 4));
  await ledger.report([done(lease, 3)]);
  const alerts = env.ALERTS.get(env.ALERTS.idFromName('alerts'));
  const crossing = { scope: 'tenant', percent: 80, spentMicroUsd: 8, capMicroUsd: 10, at: now } as const;
  await alerts.take('acme', [{ ...crossing, period: dayOf(now) }]);
  const about = { tenant: null, runbook: null, data: { target: 99.5, tenants: ['acme'] } };
  const burning = { kind: 'slo', type: 'slo.burning', severity: 'page', text: 'It burns.' } as const;
  await alerts.notify([{ name: 'burn@1', subject: 'burn', at: now, ...about, ...burning }]);
}

it('of every call', async () => {
  const { paths, components } = (await callAdmin('GET', 'openapi.json')).body as unknown as Described;
  const check = new SchemaCheck(components.schemas);
  const checked = new Set<string>();
  const problems: string[] = [];
  const checkReply = (name: string, { status, body }: AdminReply) => {
    const [method = '', path = ''] = name.split(' ');
    const described = paths[`/admin${path.replace(/:(\w+)/g, '{$1}')}`]?.[method.toLowerCase()];
    const schema = described?.responses['2XX'].content['application/json']?.schema;
    if (schema === undefined) throw new Error(`${name} is not described`);
    expect([name, status < 300 ? 'done' : body]).toEqual([name, 'done']);
    problems.push(...check.problems(schema, body, name));
    checked.add(name);
  };

  const records = [recordOf({ arrivedAt: now, tenant: 'acme', feature: 'chat' }), failed];
  const body = JSON.stringify({ records: packRecords(records, ({ ending }) => ending === 'cut'), dropped: {} });
  await env.SLO_BOOK.get(env.SLO_BOOK.idFromName('book')).record({ source: 'test', seq: 0, sentAt: now, body });

  for (const [name, { prepare, change, again }] of Object.entries(AUDIT_CASES)) {
    await prepare?.();
    const call: Call = typeof change === 'function' ? await change() : change;
    const reply = await callAdmin(...call);
    checkReply(name, reply);
    if (again !== undefined) checkReply(name, await callAdmin(...again(call, reply)));
  }
  await fill(checkReply);
  // What the cases have set and ended, and what more there is to show.
  for (const [name, { change }] of Object.entries(AUDIT_CASES))
    if (name.startsWith('PUT ') && typeof change !== 'function') checkReply(name, await callAdmin(...change));
  for (const [name, calls] of Object.entries(VIEWS)) {
    for (const call of calls) checkReply(name, await callAdmin(name.split(' ')[0] ?? '', call));
  }
  expect(problems).toEqual([]);
  expect(check.emptyLists()).toEqual(EMPTY);
  const all = ADMIN_ROUTES.map(({ method, path }) => `${method} ${path}`);
  expect([...checked].toSorted()).toEqual(all.filter((name) => name !== 'GET /openapi.json').toSorted());
});
