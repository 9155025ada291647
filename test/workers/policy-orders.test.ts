import { env } from 'cloudflare:workers';
import { beforeEach, expect, it } from 'vitest';
import type { PolicyOrder } from '../../worker/core/slo/policy/policy.ts';
import { carryOutOrder, type OrderTakers } from '../../worker/stores/policy-orders.ts';

let names = 0;
let name: string;
beforeEach(() => {
  name = `policy orders ${names++}`;
});

const board = () => env.HEALTH_BOARD.get(env.HEALTH_BOARD.idFromName(name));
const operators = () => env.OPERATORS.get(env.OPERATORS.idFromName(name));
const carryOut = (order: PolicyOrder, takers: OrderTakers = { board: board(), operators: operators() }) =>
  carryOutOrder(order, takers, Date.now());
const audit = async () =>
  ((await operators().audit(undefined, 10)) as { what: string; pending?: true }[]).map(({ what, pending }) => ({
    what,
    pending,
  }));

const at = Date.now();
const freeze: PolicyOrder = { do: 'freeze', until: at + 3_600_000, reason: 'It burns.', who: 'policy:fast-burn', at };
const undo: PolicyOrder = { do: 'undo', of: 'freeze', name: '*', who: 'policy:fast-burn', at: at + 1 };

/** The book dies when the board has made it, and before the audit knows. */
const dies = (order: PolicyOrder) =>
  carryOut(order, {
    board: board(),
    operators: {
      begin: (change) => operators().begin(change),
      finish: () => Promise.reject(new Error('gone')),
      drop: () => Promise.reject(new Error('gone')),
    },
  }).catch(() => {});

it('each is one row of the audit, however often it is repeated', async () => {
  await carryOut(freeze);
  await carryOut(freeze);
  await carryOut(undo);
  expect(await audit()).toEqual([{ what: 'end the freeze' }, { what: 'freeze' }]);
  expect((await board().overrides()).frozen).toEqual({});
});

it('what was made before the book died stays in the audit', async () => {
  await dies(freeze);
  await carryOut(freeze);
  await dies(undo);
  await carryOut(undo);
  expect(await audit()).toEqual([{ what: 'end the freeze', pending: true }, { what: 'freeze' }]);
});

it('what a person was faster with is not in the audit', async () => {
  await board().setOverride('frozen', '*', { until: at + 7_200_000, reason: 'Mine.', who: 'ana' });
  await carryOut(freeze);
  await carryOut(undo);
  expect(await audit()).toEqual([]);
});
