/** State that an earlier build wrote, migrated by this one, which is killed in the middle of it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { buildWorker } from '../../cli/workerd/build.ts';
import { type RunningWorkerd, startWorkerd } from '../../cli/workerd/start-workerd.ts';
import type { Scope } from '../../worker/core/ledger/types.ts';
import { asRowPerLease } from '../support/row-per-lease.ts';
import { LedgerInMemory } from '../unit/core/ledger/support/ledger-in-memory.ts';
import { ask, done, idAt, MINUTE } from '../unit/core/ledger/support/messages.ts';

let directory: string;
let scriptPath: string;
let states = 0;
const running: RunningWorkerd[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'carryon-test-'));
  scriptPath = join(directory, 'ledger', 'worker.js');
  await buildWorker(join(import.meta.dirname, '..', 'support', 'ledger-worker.js'), scriptPath);
});
afterEach(async () => void (await Promise.all(running.splice(0).map((workerd) => workerd.stop()))));
afterAll(() => rm(directory, { recursive: true, force: true }));

async function start(stateDirectory: string, variables = {}, onLog = (_: string) => {}): Promise<RunningWorkerd> {
  const workerd = await startWorkerd({
    ...{ services: [{ name: 'main', port: 0, scriptPath, bare: false }], stateDirectory, variables, onLog },
    wrangler: {
      compatibilityDate: '2026-11-02',
      compatibilityFlags: [],
      kvBindings: [],
      durableObjects: [{ binding: 'TENANT_LEDGER', className: 'TenantLedger' }],
      assets: undefined,
      vars: {},
    },
  });
  running.push(workerd);
  return workerd;
}

async function call<Result>({ url }: RunningWorkerd, action: string, ...args: unknown[]): Promise<Result> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify({ action, args }) });
  expect(response.status).toBe(200);
  return ((await response.json()) as { result: Result }).result;
}

async function killed(workerd: RunningWorkerd): Promise<void> {
  workerd.kill('SIGKILL');
  await workerd.exited;
}

/** Folded, done and open leases of a hundred users, limits and a correction, now. */
function lively() {
  const ledger = new LedgerInMemory(Date.now() - 5 * MINUTE);
  const limits = (user: number) => ({ tenant: {}, [`user:${user % 100}`]: {} });
  const open: string[] = [];
  for (let lease = 0; lease < 2_000; lease++) {
    if (lease === 1_200) ledger.clockMs = Date.now();
    const id = idAt(ledger.clockMs);
    ledger.grant(ask(id, 9, { limits: limits(lease), runForMs: 15 * MINUTE }));
    if (lease % 20 === 0) open.push(id);
    else ledger.report(done(id, lease % 9));
  }
  ledger.fold(800);
  ledger.setLimits('user:7', { parallel: 3 });
  ledger.adjust({ scope: 'user:8', deltaMicroUsd: 1_000 });
  const { leases, mark } = ledger.tables.load();
  const sums = [...ledger.tables.sums.values()].flatMap((months) => [...months.values()]).map((row) => JSON.parse(row));
  const overrides = [...ledger.tables.overrides].map(([scope, row]) => [scope as Scope, JSON.parse(row)] as const);
  const rows = { leases, mark, sums, overrides, history: ledger.tables.history };
  return { ledger, open, statements: asRowPerLease(rows) };
}

test.each(['DROP TABLE lease', 'INSERT INTO lease', 'ALTER TABLE sums', 'INSERT INTO schema'])(
  'SIGKILL before %s: the next start takes over all of it',
  async (hangsAt) => {
    const { ledger, open, statements } = lively();
    const state = join(directory, `state ${states++}`);
    const before = await start(state);
    await call(before, 'write', statements);
    await killed(before);

    const lines: string[] = [];
    const dying = await start(state, { HANG_AT: hangsAt }, (line) => lines.push(line));
    const lost = call(dying, 'view', {}).catch(() => 'lost');
    await expect.poll(() => lines, { timeout: 30_000 }).toContain('hangs');
    await killed(dying);
    expect(await lost).toBe('lost');

    const after = await start(state);
    const figures = async (scope: Scope) => {
      const [month] = (await call<{ scopes: object[] }>(after, 'view', { scope })).scopes;
      return month;
    };
    for (const scope of ['tenant', 'user:0', 'user:7', 'user:8', 'user:99'] as const) {
      expect(await figures(scope)).toEqual(ledger.view([scope])[0]);
    }
    const reports = open.slice(0, 60).map((id) => done(id, 1));
    expect(new Set(await call<string[]>(after, 'report', reports))).toEqual(new Set(['applied']));
    ledger.report(...reports);
    await killed(after);
    const again = await start(state);
    const { scopes } = await call<{ scopes: object[] }>(again, 'view', { scope: 'tenant' });
    expect(scopes[0]).toEqual(ledger.view(['tenant'])[0]);
    expect(await call<unknown[]>(again, 'history')).toHaveLength(ledger.tables.history.length);
    const tables = await call<{ name: string }[]>(again, 'tables');
    expect(tables.filter(({ name }) => !name.startsWith('_') && !name.startsWith('sqlite'))).toHaveLength(7);
  },
);
