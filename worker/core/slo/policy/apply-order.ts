/** What an order changes about the overrides. The board decides it, so an override that a person sets meanwhile is never lost. */
import { clearOverride, type OverrideChange, type SetOverride, setOverride } from '../../routing/override-changes.ts';
import { type Overrides, WILDCARD } from '../../routing/overrides.ts';
import { isByPolicy } from '../incident.ts';
import type { PolicyOrder } from './policy.ts';
import type { PolicyOverrideKind } from './state.ts';
import { overrideOf } from './wanted-overrides.ts';

const KIND_OF = { pin: 'pins', safeguard: 'safeguards', freeze: 'frozen' } as const;

/**
 * Carries out an order. An override that a person set stays as it is, and a policy undoes only its own. If nothing changes, the
 * version stays the same too.
 */
export function applyOrder(overrides: Overrides, order: PolicyOrder, now: number): OverrideChange {
  const kind: PolicyOverrideKind = order.do === 'undo' ? order.of : order.do;
  const name = orderTarget(order);
  const known = overrideOf(overrides, kind, name, now);
  const nothing: OverrideChange = { before: null, overrides };
  if (order.do === 'undo') {
    return known?.who === order.who ? clearOverride(overrides, KIND_OF[kind], name, now) : nothing;
  }
  const isPersons = known !== undefined && !isByPolicy(known.who);
  return isPersons || order.until <= now ? nothing : setOverride(overrides, setOf(order), now);
}

/** The name of the override that an order is about: an alias, a feature, or `*`. */
export function orderTarget(order: PolicyOrder): string {
  switch (order.do) {
    case 'pin':
      return order.alias;
    case 'safeguard':
      return order.feature;
    case 'freeze':
      return WILDCARD;
    case 'undo':
      return order.name;
  }
}

function setOf(order: Exclude<PolicyOrder, { do: 'undo' }>): SetOverride {
  const { until, reason, who } = order;
  const entry = { until, reason, who };
  switch (order.do) {
    case 'pin':
      return ['pins', order.alias, { ...entry, deployment: order.deployment }];
    case 'safeguard':
      return ['safeguards', order.feature, entry];
    case 'freeze':
      return ['frozen', WILDCARD, entry];
  }
}
