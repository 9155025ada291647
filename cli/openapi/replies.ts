/** The reply of each admin call, by method and path as in the table. type-schemas.ts makes schemas of them. */
import type { AlertView, HookView } from '../../worker/core/alerts/alert.ts';
import type { ShownConfig } from '../../worker/core/config/shown-config.ts';
import type { KeyRecord } from '../../worker/core/identity/identity.ts';
import type { Crossing, HistoryEntry } from '../../worker/core/ledger/book/rows.ts';
import type { Settlement } from '../../worker/core/ledger/book/settlements.ts';
import type { ScopeView } from '../../worker/core/ledger/book/view.ts';
import type { Limits } from '../../worker/core/ledger/types.ts';
import type { AdminKeyRecord, AuditEntry } from '../../worker/core/operators/operators.ts';
import type { Learnt } from '../../worker/core/pricing/learnt.ts';
import type { Open } from '../../worker/core/routing/health.ts';
import type { ShownOverrides } from '../../worker/core/routing/shown-overrides.ts';
import type { CountsAs } from '../../worker/core/slo/counts-as.ts';
import type { DurationHistory, MoneyReport, MonthReport, ObjectiveHistory } from '../../worker/core/slo/history.ts';
import type { Incident, IncidentPage } from '../../worker/core/slo/incident.ts';
import type { ShownPolicy } from '../../worker/core/slo/policy/shown-policies.ts';
import type { Receipt } from '../../worker/core/slo/receipt.ts';
import type { ReceiptPage } from '../../worker/core/slo/receipt-search.ts';
import type { SloReport } from '../../worker/core/slo/report.ts';
import type { ShownAlert, ShownSilences } from '../../worker/core/slo/shown-alerts.ts';
import type { Silence } from '../../worker/core/slo/silences.ts';
import type { TestResult } from '../alerts/lines.ts';

interface Elsewhere {
  knownEverywhereWithinSeconds: number;
}
interface Cleared extends Partial<Elsewhere> {
  cleared: boolean;
}
type OfAlias = { alias: string };
type OfDeployment = { deployment: string };
type OfFeature = { feature: string };
type Spent = Pick<ScopeView, 'spentMicroUsd' | 'reservedMicroUsd' | 'unsettledMicroUsd'>;
type OfScope = { tenant: string; scope: string };
type Cooldown = OfDeployment & Pick<Open, 'until' | 'since' | 'cause' | 'cooldownMs'>;

/** An alert in a list. `scope` and the fields after it are only in alerts about budgets. */
interface ListedAlert extends AlertView, Partial<Omit<Crossing, 'at'>> {
  number: number;
}

/** An override as it was set. */
type SetOverride<Kind extends 'pins' | 'bypass' | 'faults' | 'aliases' | 'safeguards'> = ShownOverrides[Kind][string] &
  Elsewhere;

/** All replies, except the description itself. */
export interface Replies {
  'GET /config': ShownConfig;
  'GET /keys': { keys: KeyRecord[]; cursor: string | null };
  'POST /keys': KeyRecord & { key: string; warnings: string[] };
  'DELETE /keys/:id': KeyRecord & { ledgerTold: boolean };
  'GET /admin-keys': { keys: AdminKeyRecord[] };
  'POST /admin-keys': Pick<AdminKeyRecord, 'id' | 'name' | 'scope'> & { key: string };
  'DELETE /admin-keys/:id': AdminKeyRecord;
  'GET /cooldowns': {
    cooldowns: Cooldown[];
    drillCooldowns: Cooldown[];
    learnt: (OfDeployment & Omit<Learnt, 'clearings'>)[];
  };
  'DELETE /cooldowns/:deployment': OfDeployment & { cleared: boolean };
  'GET /overrides': ShownOverrides & { promotions: Record<string, unknown> };
  'PUT /pins/:alias': OfAlias & SetOverride<'pins'>;
  'DELETE /pins/:alias': OfAlias & Cleared;
  'PUT /bypass': { alias: string | null } & SetOverride<'bypass'>;
  'DELETE /bypass': { alias: string | null } & Cleared;
  'PUT /faults/:deployment': OfDeployment & SetOverride<'faults'>;
  'DELETE /faults/:deployment': OfDeployment & Cleared;
  'PUT /aliases/:alias': OfAlias & SetOverride<'aliases'>;
  'DELETE /aliases/:alias': OfAlias & Cleared;
  'PUT /safeguards/:feature': OfFeature & SetOverride<'safeguards'>;
  'DELETE /safeguards/:feature': OfFeature & Cleared;
  'PUT /freeze': NonNullable<ShownOverrides['frozen']> & Elsewhere;
  'DELETE /freeze': Cleared;
  'DELETE /answers': { tenant: string; feature: string | null; generation: number } & Elsewhere;
  'GET /audit': { entries: (Omit<AuditEntry, 'id'> & { requestId?: string })[]; next: number | null };
  'GET /slo': SloReport;
  'GET /slo/history': ObjectiveHistory;
  'GET /slo/durations': DurationHistory;
  'GET /slo/months/:month': MonthReport;
  'GET /money': MoneyReport;
  'GET /requests': ReceiptPage;
  'GET /requests/:id': Receipt & { counts: CountsAs };
  'GET /alerts': { webhooks: HookView[]; alerts: ListedAlert[]; next: number | null };
  'POST /alerts/test': { results: (TestResult & { format: HookView['format'] })[] };
  'GET /firing': { firing: ShownAlert[] };
  'PUT /acknowledgements': ShownAlert;
  'GET /policies': { policies: ShownPolicy[] };
  'GET /silences': ShownSilences;
  'PUT /silences': Silence;
  'DELETE /silences': { objective: string; cleared: boolean };
  'GET /incidents': IncidentPage;
  'POST /incidents': Incident;
  'PUT /incidents/:id': Incident;
  'PUT /tenants/:tenant/limits': OfScope & { set: Partial<Limits>; limits: Limits; note?: string };
  'GET /ledger/:tenant': {
    tenant: string;
    scopes: ScopeView[];
    limits: { scope: string; set: Partial<Limits>; revoked: boolean }[];
    settlements: Settlement[];
    next: string | null;
    keyNames?: Record<string, string>;
  };
  'GET /ledger/:tenant/history': {
    tenant: string;
    changes: (HistoryEntry & { number: number })[];
    next: number | null;
  };
  'POST /ledger/:tenant/adjustments': OfScope & { periods: { period: string; before: Spent; after: Spent }[] };
  'POST /ledger/:tenant/revocations': OfScope & { revoked: boolean };
  'POST /drills': { id: string; key: string; until: number };
}
