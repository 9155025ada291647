/** For every admin route that changes something: a call that does, one that changes nothing, one that is refused. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import type { FiringAlert } from '../../worker/core/slo/watch/watch-state.ts';
import { compose } from '../../worker/deps.ts';
import { type AdminReply, callAdmin } from './call-admin.ts';
import './support-feature.ts';

/** Method, path below `/admin/`, body. */
export type Call = readonly [method: string, path: string, body?: unknown];

export interface ChangeCase {
  /** Makes sure that there is something to change. */
  prepare?(): Promise<unknown>;
  change: Call | (() => Promise<Call>);
  /** As the audit's row has them. */
  from: unknown;
  to: unknown;
  /** Changes nothing once the change is made; undefined if each call changes something. */
  again: ((changed: Call, reply: AdminReply) => Call) | undefined;
  refused: Call;
}

const same = (changed: Call) => changed;

/** As if it had failed in all isolates. */
export async function cool(deployment: string): Promise<void> {
  const { config, healthBoard } = compose(env);
  const found = [...config.aliases.values()]
    .flatMap(({ deployments }) => deployments)
    .find(({ id }) => id === deployment);
  const failure = { startedAt: Date.now(), result: 'server_error' as const, user: null };
  const reports = [{ deployment: found?.healthId ?? '', outcomes: [failure, failure, failure] }];
  await healthBoard().report(reports, { allowedFails: 1, cooldownMs: 600_000 });
  await healthBoard().learn(found?.healthId ?? '', { overheadTokens: 7 });
}

/** As if a promise had burned for a while. */
async function fire(name: string): Promise<void> {
  const book = env.SLO_BOOK.get(env.SLO_BOOK.idFromName('book'));
  await book.silences();
  await runInDurableObject(book, (_: unknown, { storage }) => {
    const alert: FiringAlert = {
      ...{ name, group: 'burn/chat-success', type: 'slo.burning', severity: 'page', objective: 'chat-success' },
      ...{ feature: 'chat', tenant: null, since: 1, firedAt: 1, quietSince: null, burnRate: 20 },
      ...{ text: 'It burns.', endText: 'It no longer burns.', runbook: null },
    };
    const text = JSON.stringify({ pending: {}, firing: { [name]: alert } });
    storage.sql.exec("INSERT OR REPLACE INTO document (name, body) VALUES ('watch', ?)", text);
  });
  await evictDurableObject(book);
}

const madeIncident = async () => (await callAdmin('POST', 'incidents', { title: 'Slow since noon' })).body;

const madeKey = async () => (await callAdmin('POST', 'keys', { tenant: 'acme', name: 'back end' })).body;

/** An override that is set by `PUT path` with this body, and cleared by `DELETE`; `entry` as it is kept. */
function overrideCases(route: string, path: string, body: object, entry: object, wrong: string) {
  const kept = { who: 'root', version: expect.any(Number), ...entry };
  const set: Call = ['PUT', path, body];
  const clear: Call = ['DELETE', path.replace('bypass', `bypass?alias=${CHAT}`)];
  return {
    [`PUT ${route}`]: {
      change: set,
      from: null,
      to: kept,
      // Setting it again gives a later version and another end: a change.
      again: undefined,
      refused: ['PUT', path, { ...body, hosts: ['evil.example'] }],
    },
    [`DELETE ${route}`]: {
      prepare: () => callAdmin(...set),
      change: clear,
      from: kept,
      to: null,
      again: same,
      refused: ['DELETE', wrong],
    },
  } satisfies Record<string, ChangeCase>;
}

const CHAT = 'app%2Fchat';
const HOUR = { forSeconds: 3_600, reason: 'a is slow' };
const PRICED = [{ id: 'b', model: 'another-model', price: { input: 1, output: 2 } }];

/** By method and path, as the table of admin calls has them. */
export const AUDIT_CASES: Readonly<Record<string, ChangeCase>> = {
  'POST /keys': {
    change: ['POST', 'keys', { tenant: 'acme', name: 'shop' }],
    from: null,
    to: { id: expect.any(String), tenant: 'acme', name: 'shop', revokedAt: null },
    again: undefined,
    refused: ['POST', 'keys', { tenant: 'acme', features: ['chess'] }],
  },
  'DELETE /keys/:id': {
    change: async () => ['DELETE', `keys/${(await madeKey()).id}`],
    from: { name: 'back end', revokedAt: null, revokedInLedger: false },
    to: { name: 'back end', revokedAt: expect.any(Number), revokedInLedger: true },
    again: same,
    refused: ['DELETE', `keys/${'f'.repeat(20)}`],
  },
  'POST /admin-keys': {
    change: ['POST', 'admin-keys', { name: 'ana', scope: 'operate' }],
    from: null,
    to: { id: expect.any(String), name: 'ana', scope: 'operate', createdAt: expect.any(Number), revokedAt: null },
    again: undefined,
    refused: ['POST', 'admin-keys', { name: 'ana', scope: 'root' }],
  },
  'DELETE /admin-keys/:id': {
    change: async () => [
      'DELETE',
      `admin-keys/${(await callAdmin('POST', 'admin-keys', { name: 'ben', scope: 'read' })).body.id}`,
    ],
    from: { name: 'ben', scope: 'read', revokedAt: null },
    to: { name: 'ben', scope: 'read', revokedAt: expect.any(Number) },
    again: same,
    refused: ['DELETE', `admin-keys/${'f'.repeat(20)}`],
  },
  'DELETE /cooldowns/:deployment': {
    prepare: () => cool('a'),
    change: ['DELETE', 'cooldowns/a'],
    from: { cooldown: { cause: 'server_error', until: expect.any(Number) }, learnt: { overheadTokens: 7 } },
    to: { cooldown: null, drillCooldown: null, learnt: null },
    again: same,
    refused: ['DELETE', 'cooldowns/zzz'],
  },
  'DELETE /answers': {
    change: ['DELETE', 'answers?tenant=acme&feature=summarize'],
    from: { generation: 0 },
    to: { generation: expect.any(Number) },
    again: undefined,
    refused: ['DELETE', 'answers?tenant=acme&feature=chess'],
  },
  'PUT /tenants/:tenant/limits': {
    prepare: () => callAdmin('PUT', 'tenants/acme/limits', { scope: 'user:ana', rps: 1, parallel: 2 }),
    change: ['PUT', 'tenants/acme/limits', { scope: 'user:ana', monthlyUsd: 5, rps: null }],
    from: { rps: 1, parallel: 2 },
    to: { monthlyMicroUsd: 5_000_000, parallel: 2 },
    again: same,
    refused: ['PUT', 'tenants/acme/limits', { scope: 'user:ana', rps: -1 }],
  },
  'POST /ledger/:tenant/adjustments': {
    change: ['POST', 'ledger/acme/adjustments', { scope: 'user:ana', deltaUsd: 0.25 }],
    from: [{ spentMicroUsd: 0 }, { spentMicroUsd: 0 }],
    to: [{ spentMicroUsd: 250_000 }, { spentMicroUsd: 250_000 }],
    again: () => ['POST', 'ledger/acme/adjustments', { scope: 'user:ben', reset: true }],
    refused: ['POST', 'ledger/acme/adjustments', { scope: 'user:ana', deltaUsd: 1, period: '2020-01' }],
  },
  'POST /ledger/:tenant/revocations': {
    change: ['POST', 'ledger/acme/revocations', { scope: 'user:ana', revoked: true }],
    from: { revoked: false },
    to: { revoked: true },
    again: same,
    refused: ['POST', 'ledger/acme/revocations', { scope: 'users', revoked: true }],
  },
  ...overrideCases('/pins/:alias', `pins/${CHAT}`, { deployment: 'b', ...HOUR }, { deployment: 'b' }, 'pins/chat'),
  ...overrideCases('/bypass', 'bypass', { alias: 'app/chat', ...HOUR }, { reason: HOUR.reason }, 'bypass?alias=chat'),
  ...overrideCases(
    '/faults/:deployment',
    'faults/b',
    { fault: 'errors', traffic: 'drill', ...HOUR },
    { fault: 'errors' },
    'faults/zzz',
  ),
  ...overrideCases(
    '/aliases/:alias',
    `aliases/${CHAT}`,
    { deployments: PRICED, ...HOUR },
    { deployments: PRICED },
    'aliases/chat',
  ),
  'PUT /acknowledgements': {
    prepare: () => fire('burn/chat-success/1h'),
    change: ['PUT', 'acknowledgements', { alert: 'burn/chat-success/1h', note: 'looking' }],
    from: { acknowledgedBy: null },
    to: { acknowledgedBy: 'root', acknowledgedAt: expect.any(Number), acknowledgedNote: 'looking' },
    again: undefined,
    refused: ['PUT', 'acknowledgements', { alert: 'burn/chat-success/6h' }],
  },
  'PUT /silences': {
    change: ['PUT', 'silences', { objective: 'chat-success', ...HOUR }],
    from: null,
    to: { objective: 'chat-success', until: expect.any(Number), reason: HOUR.reason, who: 'root' },
    again: undefined,
    refused: ['PUT', 'silences', { objective: 'chat-succes', ...HOUR }],
  },
  'DELETE /silences': {
    prepare: () => callAdmin('PUT', 'silences', { objective: '*', ...HOUR }),
    change: ['DELETE', 'silences?objective=*'],
    from: { objective: '*', who: 'root' },
    to: null,
    again: same,
    refused: ['DELETE', 'silences'],
  },
  'POST /incidents': {
    change: ['POST', 'incidents', { title: 'Slow since noon', objective: 'chat-success' }],
    from: null,
    to: { id: expect.any(String), title: 'Slow since noon', feature: 'chat', openedBy: 'root', closedAt: null },
    again: undefined,
    refused: ['POST', 'incidents', { title: 'Slow', objective: 'chat-succes' }],
  },
  'PUT /incidents/:id': {
    change: async () => ['PUT', `incidents/${(await madeIncident()).id}`, { publicNote: 'It is well.', close: true }],
    from: { title: 'Slow since noon', publicNote: null, closedAt: null, closedBy: null },
    to: { publicNote: 'It is well.', closedAt: expect.any(Number), closedBy: 'root' },
    again: same,
    refused: ['PUT', 'incidents/none', { close: true }],
  },
  ...overrideCases('/safeguards/:feature', 'safeguards/support', HOUR, { reason: HOUR.reason }, 'safeguards/chess'),
  ...overrideCases('/freeze', 'freeze', HOUR, { reason: HOUR.reason }, 'freeze?alias=chat'),
  'POST /drills': {
    change: ['POST', 'drills', { minutes: 5, maxCostUsd: 0.5, feature: 'summarize' }],
    from: null,
    to: { id: expect.any(String), feature: 'summarize', maxCostUsd: 0.5, until: expect.any(Number) },
    again: undefined,
    refused: ['POST', 'drills', { minutes: 5, maxCostUsd: 0.5, feature: 'chess' }],
  },
};
