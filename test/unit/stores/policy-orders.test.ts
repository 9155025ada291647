/** Orders of policies, on the board and in the audit. */
import { beforeEach, describe, expect, it } from 'vitest';
import { setOverride } from '../../../worker/core/routing/override-changes.ts';
import { NO_OVERRIDES, type Overrides } from '../../../worker/core/routing/overrides.ts';
import { applyOrder } from '../../../worker/core/slo/policy/apply-order.ts';
import type { PolicyOrder } from '../../../worker/core/slo/policy/policy.ts';
import { carryOutOrder } from '../../../worker/stores/policy-orders.ts';

const NOW = 1_800_000_000_000;
const by = { who: 'policy:fast', at: NOW };
const set = { ...by, until: NOW + 1_000, reason: 'It burns.' };
const ORDERS: readonly PolicyOrder[] = [
  { ...set, do: 'pin', alias: 'app/chat', deployment: 'b' },
  { ...set, do: 'safeguard', feature: 'chat' },
  { ...set, do: 'freeze' },
];
const undoOf = (order: PolicyOrder): PolicyOrder => ({
  ...{ ...by, do: 'undo', of: order.do === 'undo' ? order.of : order.do },
  name: order.do === 'pin' ? order.alias : order.do === 'safeguard' ? order.feature : '*',
});
const anas = { until: NOW + 9_000, reason: 'mine', who: 'ana' };
const ANAS: Overrides = (
  [
    ['pins', 'app/chat', { ...anas, deployment: 'a' }],
    ['safeguards', 'chat', anas],
    ['frozen', '*', anas],
  ] as const
).reduce<Overrides>((overrides, one) => setOverride(overrides, [...one], NOW).overrides, NO_OVERRIDES);

let overrides: Overrides;
let rows: Map<string, Record<string, unknown>>;
let fails: string | undefined;
beforeEach(() => {
  [overrides, rows, fails] = [NO_OVERRIDES, new Map(), undefined];
});

/** Each step may fail, after it has been done. */
const step = async <Reply>(name: string, reply: Reply): Promise<Reply> => {
  if (fails === name) throw new Error(`${name} did not answer`);
  return reply;
};
const takers = {
  board: {
    carryOut: (order: PolicyOrder) => {
      const change = applyOrder(overrides, order, NOW);
      overrides = change.overrides;
      return step('board', change);
    },
  },
  operators: {
    begin: ({ id, ...row }: { id: string; who: string; call: string; what: string }) => {
      const isNew = !rows.has(id);
      if (isNew) rows.set(id, row);
      return step('begin', isNew);
    },
    finish: (id: string, from: unknown, to: unknown) => {
      rows.set(id, { ...rows.get(id), from, to });
      return step('finish', undefined);
    },
    drop: async (id: string) => void rows.delete(id),
  },
};
const carryOut = (order: PolicyOrder) => carryOutOrder(order, takers, NOW);

describe.each(ORDERS)('$do', (order) => {
  it('is set and undone by the policy’s name, each with its row', async () => {
    await carryOut(order);
    const entries = Object.values({ ...overrides.pins, ...overrides.safeguards, ...overrides.frozen });
    expect(entries).toMatchObject([{ who: 'policy:fast', reason: 'It burns.', until: NOW + 1_000 }]);
    await carryOut(undoOf(order));
    expect(overrides).toEqual({ ...NO_OVERRIDES, version: 2 });
    expect([...rows.values()]).toMatchObject([
      { who: 'policy:fast', call: expect.stringMatching(/^PUT \/admin\//), from: null, to: { who: 'policy:fast' } },
      { who: 'policy:fast', call: expect.stringMatching(/^DELETE \/admin\//), from: { who: 'policy:fast' }, to: null },
    ]);
  });

  it('neither replaces nor undoes what a person has set, and leaves no row', async () => {
    overrides = ANAS;
    await carryOut(order);
    await carryOut(undoOf(order));
    expect(overrides).toBe(ANAS);
    expect(rows.size).toBe(0);
  });

  it('changes nothing once it would have ended', async () => {
    await carryOut({ ...order, until: NOW } as PolicyOrder);
    expect([overrides, rows.size]).toEqual([NO_OVERRIDES, 0]);
  });

  it.each(['begin', 'board', 'finish'])('is tried again where %s did not answer, and has one row', async (name) => {
    fails = name;
    await expect(carryOut(order)).rejects.toThrow(name);
    fails = undefined;
    await carryOut(order);
    expect([...rows.values()]).toMatchObject([{ to: { who: 'policy:fast' } }]);
  });

  it.each(['begin', 'board', 'finish'])('is undone again where %s did not answer, and has one row', async (name) => {
    await carryOut(order);
    rows.clear();
    fails = name;
    await expect(carryOut(undoOf(order))).rejects.toThrow(name);
    fails = undefined;
    await carryOut(undoOf(order));
    expect(overrides).toEqual({ ...NO_OVERRIDES, version: 2 });
    // Where the first try died after the board had made it, the row stays as one that is not known to be made.
    expect([...rows.values()]).toMatchObject([{ call: expect.stringMatching(/^DELETE \/admin\//) }]);
  });
});
