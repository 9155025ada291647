/** Notices about budgets, made from what a tenant's ledger noted. */
import type { Crossing } from '../ledger/book/rows.ts';
import type { Notice } from './notice.ts';

/** A threshold that one of a tenant's scopes has crossed. Earlier builds stored notices as this. */
export interface BudgetAlert extends Crossing {
  tenant: string;
}

/** The name of a notice. A repetition has the same name. An alert after a reset, or under another cap, has another one. */
const nameOf = ({ tenant, scope, period, percent, capMicroUsd, at }: BudgetAlert): string =>
  [tenant, scope, period, percent, capMicroUsd, at].join('\n');

/** The notice about a crossed threshold. */
export function budgetNotice(alert: BudgetAlert): Notice {
  const { tenant, scope, period, percent, spentMicroUsd, capMicroUsd, at } = alert;
  return {
    name: nameOf(alert),
    subject: `budget/${tenant}/${scope}/${period}`,
    ...{ tenant, kind: 'budget', type: 'budget.threshold_reached', severity: 'note', at },
    text: `${percent} % of a ${periodWord(period)} budget is spent: ${tenant}, ${scope}`,
    runbook: null,
    data: { scope, period, thresholdPercent: percent, spentMicroUsd, capMicroUsd },
  };
}

/** `2026-11` is a month; `2026-11-21` is a day. */
export const periodWord = (period: string): 'monthly' | 'daily' => (period.length === 7 ? 'monthly' : 'daily');

/** Reads a stored notice, which may be a row of an earlier build. */
export function readNotice(json: string): Notice {
  const stored = JSON.parse(json) as Notice | (BudgetAlert & { kind: undefined });
  return stored.kind === undefined ? budgetNotice(stored) : stored;
}
