/** Carries out a policy's order, as if an operator had made the change. It is noted in the audit under the policy's name, then made. */
import type { OperatorsCalls } from '../core/operators/operators.ts';
import type { OverrideChange } from '../core/routing/override-changes.ts';
import { orderTarget } from '../core/slo/policy/apply-order.ts';
import type { PolicyOrder } from '../core/slo/policy/policy.ts';
import type { PolicyOverrideKind } from '../core/slo/policy/state.ts';
import { overrideOf } from '../core/slo/policy/wanted-overrides.ts';

/** The objects that an order needs. */
export interface OrderTakers {
  board: { carryOut(order: PolicyOrder): Promise<OverrideChange> };
  operators: Pick<OperatorsCalls, 'begin' | 'finish' | 'drop'>;
}

/** The paths on which operators make the same change. */
const PATHS: Readonly<Record<PolicyOverrideKind, (name: string) => string>> = {
  pin: (alias) => `/admin/pins/${encodeURIComponent(alias)}`,
  safeguard: (feature) => `/admin/safeguards/${encodeURIComponent(feature)}`,
  freeze: () => '/admin/freeze',
};

/** Carries out one order. It may be called again, and the caller does so until it succeeds. */
export async function carryOutOrder(order: PolicyOrder, { board, operators }: OrderTakers, now: number): Promise<void> {
  const { who, at } = order;
  const [kind, name] = [order.do === 'undo' ? order.of : order.do, orderTarget(order)];
  const id = `${who} ${order.do} ${kind}/${name} ${at}`;
  const call = `${order.do === 'undo' ? 'DELETE' : 'PUT'} ${PATHS[kind](name)}`;
  const isFirstTry = await operators.begin({ id, who, call, what: wordsOf(order) });
  const { before, overrides } = await board.carryOut(order);
  const after = overrideOf(overrides, kind, name, now) ?? null;
  const isMade = order.do === 'undo' ? before !== null : after?.who === who && after.until === order.until;
  if (isMade) await operators.finish(id, before, order.do === 'undo' ? null : after);
  // An earlier try that broke off may have made the change. Then its row stays in the audit, as a change that may not have been made.
  else if (isFirstTry) await operators.drop(id);
}

function wordsOf(order: PolicyOrder): string {
  switch (order.do) {
    case 'pin':
      return `pin ${order.alias} to ${order.deployment}`;
    case 'safeguard':
      return `safeguard of ${order.feature}`;
    case 'freeze':
      return 'freeze';
    case 'undo':
      return { pin: `unpin ${order.name}`, safeguard: `end the safeguard of ${order.name}`, freeze: 'end the freeze' }[
        order.of
      ];
  }
}
