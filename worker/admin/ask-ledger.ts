import type { Context } from 'hono';
import type { RouterError } from '../../protocol/errors.ts';
import type { Adjustment, AdjustReply } from '../core/ledger/book/adjust.ts';
import type { LimitsReply } from '../core/ledger/book/limits.ts';
import type { HistoryEntry } from '../core/ledger/book/rows.ts';
import type { Configured, LedgerView, Page } from '../core/ledger/book/view.ts';
import type { Limits, Scope } from '../core/ledger/types.ts';
import type { App } from '../edge.ts';
import { askObject } from './ask-object.ts';

/** The methods of a `TenantLedger`'s stub that operators need. */
interface OperatorsLedger {
  setLimits(scope: Scope, limits: Partial<Limits>, who: string): Promise<LimitsReply>;
  revoke(scope: Scope, who: string, revoked?: boolean): Promise<LimitsReply>;
  adjust(adjustment: Adjustment): Promise<AdjustReply>;
  view(request: Page & { configured: Configured }): Promise<LedgerView>;
  history(before: number | undefined, most: number): Promise<(HistoryEntry & { number: number })[]>;
}

/** The refusal if the tenant's ledger did not answer. */
export const LEDGER_SILENT: RouterError = { code: 'ledger_unavailable', retryAfterMs: 1_000 };

/** Calls a tenant's ledger. Undefined if the call fails or is not answered in time. Even then a change may have been made. */
export async function askLedger<Reply extends object>(
  c: Context<App>,
  tenant: string,
  call: (ledger: OperatorsLedger) => Promise<Reply>,
): Promise<Reply | undefined> {
  const { tenantLedger } = c.env.composition;
  const answered = await askObject(c, { event: 'ledger_unreachable', tenant }, () => call(tenantLedger(tenant)));
  return answered?.reply;
}
