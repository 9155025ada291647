/** The admin API's replies (docs/admin.md), as far as the page reads them. Times are epoch milliseconds. */
import type { AlertView, HookView } from '../../../worker/core/alerts/alert.ts';
import type { KeyRecord } from '../../../worker/core/identity/identity.ts';
import type { ScopeView } from '../../../worker/core/ledger/book/view.ts';
import type { Limits, Scope } from '../../../worker/core/ledger/types.ts';
import type { AdminKeyRecord, AuditEntry } from '../../../worker/core/operators/operators.ts';
import type { CountsAs } from '../../../worker/core/slo/counts-as.ts';
import type { ShownDependencies } from '../../../worker/core/slo/dependencies.ts';
import type { Evaluation } from '../../../worker/core/slo/evaluate.ts';
import type { Receipt } from '../../../worker/core/slo/receipt.ts';
import type { SloReport } from '../../../worker/core/slo/report.ts';
import type { FiringAlert } from '../../../worker/core/slo/watch/watch-state.ts';

/** `GET /admin/slo`. */
export interface Promises extends Omit<SloReport, 'objectives' | 'incidents'> {
  objectives: ShownObjective[];
}

/** One promise, with its dependencies. */
export type ShownObjective = Evaluation & Partial<ShownDependencies>;

/** `GET /admin/cooldowns`. */
export interface Cooldowns {
  cooldowns: Cooldown[];
  drillCooldowns: Cooldown[];
}

export interface Cooldown {
  deployment: string;
  until: number;
  since: number;
  /** The kind of failure, or another reason. */
  cause: string;
  cooldownMs: number;
}

/** `GET /admin/firing`. */
export interface Firing {
  firing: ShownAlert[];
}

/** An alert that fires now. */
export interface ShownAlert
  extends Pick<
    FiringAlert,
    'name' | 'severity' | 'objective' | 'feature' | 'tenant' | 'since' | 'firedAt' | 'burnRate' | 'text' | 'runbook'
  > {
  silencedUntil: number | null;
  acknowledgedBy: string | null;
  acknowledgedAt: number | null;
}

/** `GET /admin/alerts`: the notices to webhooks. */
export interface Deliveries {
  webhooks: HookView[];
  alerts: (AlertView & { number: number })[];
  next: number | null;
}

/** `POST /admin/alerts/test`. */
export interface TestedHooks {
  results: { hook: string; ok: boolean; status: number | null; error: string | null }[];
}

/** `GET /admin/ledger/:tenant`. */
export interface Ledger {
  tenant: string;
  scopes: ScopeView[];
  limits: { scope: Scope; set: Partial<Limits>; revoked: boolean }[];
  keyNames?: Record<string, string>;
  next: string | null;
}

/** `GET /admin/requests`. */
export interface Requests {
  requests: Receipt[];
  next: string | null;
}

/** `GET /admin/requests/:id`. */
export type ShownRequest = Receipt & { counts: CountsAs };

/** `GET /admin/keys`. */
export interface Keys {
  keys: KeyRecord[];
  cursor?: string | null;
}

/** `GET /admin/admin-keys`. */
export interface AdminKeys {
  keys: AdminKeyRecord[];
}

/** `GET /admin/audit`. */
export interface Audit {
  entries: (Omit<AuditEntry, 'id'> & { requestId?: string })[];
  next: number | null;
}
