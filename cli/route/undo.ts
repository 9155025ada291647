/** The change that undoes the last change of an alias's list, from the audit. */
import type { AuditEntry } from '../../worker/core/operators/operators.ts';
import type { ListedDeployment, Override } from '../../worker/core/routing/overrides.ts';

/** Null to go back to config's own list. */
export type Undo = { deployments: readonly ListedDeployment[]; until?: number; reason: string } | null;

export const aliasPath = (alias: string): string => `/admin/aliases/${encodeURIComponent(alias)}`;

/** Whether the row is a change of this alias's list, however its path was encoded. */
export function isOfAlias({ call }: Pick<AuditEntry, 'call'>, alias: string): boolean {
  const [, path = ''] = /^(?:PUT|DELETE) (\/admin\/aliases\/[^?]*)/.exec(call) ?? [];
  try {
    return decodeURIComponent(path) === `/admin/aliases/${alias}`;
  } catch {
    return false;
  }
}

/** The change that restores the earlier list; undefined if the audit kept only the beginning of a long list. */
export function undoOf({ number, from }: Pick<AuditEntry, 'number' | 'from'>, now: number): Undo | undefined {
  const before = from as (Override & { deployments?: readonly ListedDeployment[] }) | null;
  if (before === null) return null;
  const { deployments, until } = before;
  if (deployments === undefined) return undefined;
  if (until !== null && until <= now) return null;
  return { deployments, ...(until !== null && { until }), reason: `undo of audit ${number}` };
}
