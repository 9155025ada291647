/** Slices of one isolate against the real object: their cost in calls and rows, and how soon a limit or a revocation takes effect. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newPools, type Pools } from '../../worker/core/ledger/lease/pool.ts';
import type { GrantReply, ScopeAsk } from '../../worker/core/ledger/messages.ts';
import { RequestLease } from '../../worker/lease/request-lease.ts';
import type { TenantLedger } from '../../worker/objects/tenant-ledger/tenant-ledger.ts';
import { LedgerStore } from '../../worker/stores/ledger-store.ts';
import { idAt, want } from '../unit/core/ledger/support/messages.ts';
import { TestClock } from '../unit/pipeline/support/clock.ts';
import { countRows } from './count-rows.ts';

const WORST = 1_000;
const COST = 10;
const SCOPES: readonly ScopeAsk[] = [
  { scope: 'tenant', limits: { monthlyMicroUsd: 1_000_000_000 } },
  { scope: 'key:k', limits: {} },
];

let tenants = 0;
let name: string;
let clock: TestClock;
let slices: Pools;
let background: Promise<unknown>[];
let calls: number;

/** A stub breaks when its object restarts, so each call makes its own, as the Worker does. */
const object = () => env.TENANT_LEDGER.get(env.TENANT_LEDGER.idFromName(name));
const inTime = { now: () => clock.now(), after: (ms: number, run: () => void) => clock.after(ms, run) };
const store = () =>
  new LedgerStore(() => {
    calls++;
    return object();
  }, inTime);

beforeEach(() => {
  clock = new TestClock();
  vi.useFakeTimers({ toFake: ['Date'], now: clock.now() });
  name = `sliced ${tenants++}`;
  slices = newPools();
  background = [];
  calls = 0;
});
afterEach(() => {
  vi.useRealTimers();
});

/** The isolate's clock and the object's. */
async function pass(ms: number): Promise<void> {
  await clock.advance(ms);
  vi.setSystemTime(clock.now());
}

async function admit(scopes = SCOPES): Promise<{ lease: RequestLease; reply: GrantReply | undefined | 'from memory' }> {
  const links = { ledger: store(), clock: inTime, slices, events: () => {}, newId: idAt };
  const lease = new RequestLease(name, scopes, 60_000, links, (work) => void background.push(work));
  const reply = lease.take([want(WORST)]) === undefined ? await lease.ask([want(WORST)]) : 'from memory';
  return { lease, reply };
}

const isAdmitted = ({ reply }: Awaited<ReturnType<typeof admit>>) =>
  reply === 'from memory' || (reply !== undefined && 'granted' in reply);

/** Fifty requests a second. */
async function answer(requests: number): Promise<void> {
  for (let request = 1; request <= requests; request++) {
    const admitted = await admit();
    expect(isAdmitted(admitted)).toBe(true);
    expect(admitted.lease.starts()).toBe(true);
    admitted.lease.book({ microUsd: COST, tokens: 0, estimated: false });
    admitted.lease.close();
    if (request % 10 === 0) await pass(200);
  }
}

/** All slices end; everything is reported. */
async function comeToRest(): Promise<void> {
  await pass(10_000);
  await pass(2_000);
  await Promise.all(background);
}

async function tenantRow() {
  const { scopes } = await object().view();
  const { spentMicroUsd, reservedMicroUsd } = scopes[0] ?? {};
  return { spentMicroUsd, reservedMicroUsd };
}

it('1,000 requests: at most 100 calls and 100 rows, and booked to the micro-USD', async () => {
  const countsFrom = await runInDurableObject(object(), (_: TenantLedger, { storage }) => countRows(storage.sql));
  await answer(1_000);
  await comeToRest();
  expect(countsFrom()).toBeLessThan(60);
  expect(calls).toBeLessThan(40);
  expect(await tenantRow()).toEqual({ spentMicroUsd: 1_000 * COST, reservedMicroUsd: 0 });
});

it('the object is evicted again and again: nothing is lost, nothing counted twice', async () => {
  for (let life = 0; life < 6; life++) {
    await answer(40);
    await tenantRow(); // it is there
    await evictDurableObject(object());
  }
  await comeToRest();
  expect(await tenantRow()).toEqual({ spentMicroUsd: 240 * COST, reservedMicroUsd: 0 });
});

it('is exact, and holds nothing, within 20 s of quiet', async () => {
  await answer(50);
  expect((await tenantRow()).reservedMicroUsd).toBeGreaterThan(WORST);
  await comeToRest();
  expect(await tenantRow()).toEqual({ spentMicroUsd: 50 * COST, reservedMicroUsd: 0 });
});

describe('what an operator changes holds for every grant at once, and in slices within 10 s', () => {
  const otherTuple = SCOPES.map((one) => (one.scope === 'key:k' ? { ...one, scope: 'key:other' as const } : one));

  it.each<[string, () => Promise<unknown>, readonly ScopeAsk[]]>([
    [
      'a budget lowered below what is spent',
      () => object().setLimits('tenant', { monthlyMicroUsd: 1 }, 'ops'),
      otherTuple,
    ],
    ['a rate that is used up', () => object().setLimits('tenant', { rps: 0.001, burst: 1 }, 'ops'), otherTuple],
    ['a tenant revoked', () => object().revoke('tenant', 'ops'), otherTuple],
    ['a key revoked', () => object().revoke('key:k', 'ops'), SCOPES],
  ])('%s', async (_, change, scopes) => {
    await answer(60);
    await change();
    // This isolate has a slice; but requests that have to ask are refused: another isolate, another set of scopes.
    expect((await admit()).reply).toBe('from memory');
    const own = slices;
    slices = newPools();
    const asked = [await admit(scopes), await admit(scopes)];
    expect(asked.filter(isAdmitted).length).toBeLessThanOrEqual(_ === 'a rate that is used up' ? 1 : 0);
    slices = own;
    await pass(9_000);
    await pass(1_000);
    expect(isAdmitted(await admit())).toBe(false);
  });

  it('a budget raised lets more through with the next ask', async () => {
    await object().setLimits('tenant', { monthlyMicroUsd: 1 }, 'ops');
    expect(isAdmitted(await admit())).toBe(false);
    await object().setLimits('tenant', { monthlyMicroUsd: 1_000_000 }, 'ops');
    expect(isAdmitted(await admit())).toBe(true);
  });
});
