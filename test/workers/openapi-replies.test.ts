/** The replies that `GET /admin/openapi.json` describes are those that the Worker gives: no field more, none less, each of its type. */
import { env } from 'cloudflare:workers';
import { beforeAll, expect, it } from 'vitest';
import { REPLIES } from '../../cli/openapi/replies.ts';
import { packRecords } from '../../worker/core/slo/packed.ts';
import { recordOf } from '../unit/core/slo/support/record.ts';
import { callAdmin } from './call-admin.ts';

const now = Date.now();

/** Calls, and says under which name of the table its reply is described. */
async function described(name: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const [method = ''] = name.split(' ');
  const reply = await callAdmin(method, path, body);
  expect(reply.status, name).toBeLessThan(300);
  const schema = REPLIES[name];
  if (schema === undefined) throw new Error(`${name} is not described`);
  // Parsing leaves out what the schema does not know.
  expect(schema.parse(reply.body), name).toEqual(reply.body);
  checked.add(name);
  return reply.body;
}
const checked = new Set<string>();

beforeAll(async () => {
  const records = [
    recordOf({ arrivedAt: now, tenant: 'acme', feature: 'chat' }),
    recordOf({ arrivedAt: now, tenant: 'acme', feature: 'chat', ending: 'cut', code: 'stream_interrupted' }),
  ];
  const body = JSON.stringify({ records: packRecords(records, () => false), dropped: {} });
  await env.SLO_BOOK.get(env.SLO_BOOK.idFromName('book')).record({ source: 'test', seq: 0, sentAt: now, body });
});

it('of every call that is described', async () => {
  const { id } = await described('POST /keys', 'keys', { tenant: 'acme', name: 'back end', features: ['chat'] });
  await described('POST /keys', 'keys', { tenant: 'acme', kind: 'publishable', origins: ['https://a.example'] });
  await described('GET /keys', 'keys');
  await described('PUT /tenants/:tenant/limits', 'tenants/acme/limits', {
    scope: `key:${id}`,
    monthlyUsd: 5,
    burst: 1,
    rps: 9,
  });
  await described('POST /ledger/:tenant/adjustments', 'ledger/acme/adjustments', { scope: 'tenant', deltaUsd: 0.5 });
  await described('POST /ledger/:tenant/revocations', 'ledger/acme/revocations', { scope: 'user:bob', revoked: true });
  await described('GET /ledger/:tenant', 'ledger/acme');
  await described('GET /ledger/:tenant/history', 'ledger/acme/history');
  await described('DELETE /keys/:id', `keys/${id}`);
  const opened = await described('POST /incidents', 'incidents', { title: 'slow', objective: 'chat-success' });
  await described('PUT /incidents/:id', `incidents/${opened.id}`, { publicNote: 'We look.', close: true });
  await described('GET /incidents', 'incidents');
  await described('GET /slo', 'slo');
  await described('GET /slo', 'slo?feature=chat');
  await described('GET /audit', 'audit');
  expect([...checked].toSorted()).toEqual(Object.keys(REPLIES).toSorted());
});
