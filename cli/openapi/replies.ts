/** The replies of the calls that people script against. test/workers/openapi-replies.test.ts holds them against real ones. */
import * as z from 'zod/mini';
import type { KeyRecord } from '../../worker/core/identity/identity.ts';
import type { HistoryEntry } from '../../worker/core/ledger/book/rows.ts';
import type { Settlement } from '../../worker/core/ledger/book/settlements.ts';
import type { ScopeView } from '../../worker/core/ledger/book/view.ts';
import type { Limits } from '../../worker/core/ledger/types.ts';
import type { AuditEntry } from '../../worker/core/operators/operators.ts';
import type { Evaluation } from '../../worker/core/slo/evaluate.ts';
import type { Incident, IncidentPage } from '../../worker/core/slo/incident.ts';
import type { AverageReport, ReportedObjective, SloReport } from '../../worker/core/slo/report.ts';

/** A reply's fields. One that the type gains or loses is an error here. */
const reply = <Type>(fields: Record<keyof Type, z.ZodMiniType>) => z.object(fields);

const text = z.string();
const number = z.number();
const boolean = z.boolean();
const textOrNull = z.nullable(text);
const numberOrNull = z.nullable(number);
const counts = z.record(text, number);

const KEY = {
  ...{ id: text, tenant: text, kind: z.enum(['secret', 'publishable']), name: textOrNull },
  ...{ user: textOrNull, features: z.nullable(z.array(text)), tier: textOrNull },
  ...{ browser: boolean, origins: z.array(text), drill: z.optional(text) },
  ...{ createdAt: number, expiresAt: numberOrNull, revokedAt: numberOrNull },
} satisfies Record<keyof KeyRecord, z.ZodMiniType>;

const LIMITS = {
  ...{ monthlyMicroUsd: numberOrNull, dailyMicroUsd: numberOrNull },
  ...{ rps: numberOrNull, burst: numberOrNull, tpm: numberOrNull, parallel: numberOrNull },
} satisfies Record<keyof Limits, z.ZodMiniType>;
const setLimits = z.partial(z.object(LIMITS));

const ledger = z.object({
  tenant: text,
  scopes: z.array(
    reply<ScopeView>({
      ...{ scope: text, period: text, capMicroUsd: numberOrNull },
      ...{ spentMicroUsd: number, reservedMicroUsd: number, unsettledMicroUsd: number },
    }),
  ),
  limits: z.array(z.object({ scope: text, set: setLimits, revoked: boolean })),
  settlements: z.array(
    reply<Settlement>({
      ...{ leaseId: text, scopes: z.array(text), mode: z.enum(['normal', 'safeguard']), origin: text },
      ...{ grantedAt: number, standing: z.enum(['done', 'unsettled']), grantedMicroUsd: number },
      ...{ spentMicroUsd: number, estimated: boolean, overGranted: boolean },
    }),
  ),
  next: textOrNull,
  keyNames: z.optional(z.record(text, text)),
});

const changedTo = z.union([number, boolean, z.null()]);
const history = z.object({
  tenant: text,
  changes: z.array(
    reply<HistoryEntry & { number: number }>({
      ...{ number, at: number, who: text, scope: text, field: text, from: changedTo, to: changedTo },
    }),
  ),
  next: numberOrNull,
});

const corrected = z.object({ spentMicroUsd: number, reservedMicroUsd: number, unsettledMicroUsd: number });

const incident = reply<Incident>({
  ...{ id: text, openedAt: number, closedAt: numberOrNull, title: text, objective: textOrNull, feature: textOrNull },
  ...{ tenant: textOrNull, openedBy: text, closedBy: textOrNull, note: textOrNull, publicNote: textOrNull },
  actions: z.array(z.object({ at: number, text })),
});

const days = z.array(z.enum(['kept', 'strained', 'broken', 'no_data']));
const objective = reply<ReportedObjective>({
  ...{ name: text, sli: text, feature: textOrNull, tenant: textOrNull, under: textOrNull, atMostUsd: numberOrNull },
  ...{ of: z.array(text), target: number, promised: number, window: text, value: numberOrNull },
  state: z.enum(['healthy', 'burning', 'exhausted', 'no_data'] satisfies Evaluation['state'][]),
  ...{ good: number, total: number, excluded: counts, errorBudgetRemaining: numberOrNull },
  budget: z.object({ allowed: number, spent: number, remaining: number, outageMinutes: number }),
  burnRates: z.record(text, numberOrNull),
  burnAlerts: z.array(z.object({ long: text, short: text, severity: text, burnRate: number, wantedBurnRate: number })),
  exhaustsAt: numberOrNull,
  month: z.object({
    ...{ month: text, value: numberOrNull, kept: z.nullable(boolean), budgetSpent: numberOrNull },
    ...{ good: number, total: number, excluded: counts },
  }),
  tier: numberOrNull,
  dependsOn: z.array(z.object({ objective: text, state: text, consumes: boolean })),
  ...{ touches: z.array(text), days },
});

const percentiles = z.object({ p50: numberOrNull, p95: numberOrNull, p99: numberOrNull });
const slo = reply<SloReport>({
  ...{ service: text, contact: textOrNull, at: number, objectives: z.array(objective) },
  averages: z.array(
    reply<AverageReport>({
      ...{ name: text, feature: textOrNull, averageUsd: number, window: text, valueUsd: numberOrNull },
      ...{ state: z.enum(['healthy', 'exceeded', 'no_data']), total: number, days },
    }),
  ),
  incidents: z.array(incident),
  maintenance: z.array(z.object({ from: number, to: number, reason: text, announcedAt: number })),
  lost: z.array(z.object({ from: number, to: number, openRequests: number })),
  percentiles: z.optional(z.object({ ttftMs: percentiles, totalMs: percentiles })),
});

const entry = reply<Omit<AuditEntry, 'id'> & { requestId: string }>({
  ...{ number, at: number, who: text, call: text, what: text, from: z.unknown(), to: z.unknown() },
  ...{ pending: z.optional(z.literal(true)), requestId: z.optional(text) },
});

/** By method and path, as in the table of admin calls. */
export const REPLIES: Readonly<Record<string, z.ZodMiniType>> = {
  'GET /keys': z.object({ keys: z.array(z.object(KEY)), cursor: textOrNull }),
  'POST /keys': z.object({ ...KEY, key: text, warnings: z.array(text) }),
  'DELETE /keys/:id': z.object({ ...KEY, ledgerTold: boolean }),
  'PUT /tenants/:tenant/limits': z.object({
    ...{ tenant: text, scope: text, set: setLimits, limits: z.object(LIMITS), note: z.optional(text) },
  }),
  'GET /ledger/:tenant': ledger,
  'GET /ledger/:tenant/history': history,
  'POST /ledger/:tenant/adjustments': z.object({
    ...{ tenant: text, scope: text, periods: z.array(z.object({ period: text, before: corrected, after: corrected })) },
  }),
  'POST /ledger/:tenant/revocations': z.object({ tenant: text, scope: text, revoked: boolean }),
  'GET /slo': slo,
  'GET /incidents': reply<IncidentPage>({
    ...{ incidents: z.array(incident), next: numberOrNull, mttrMinutes: numberOrNull, mtbfMinutes: numberOrNull },
  }),
  'POST /incidents': incident,
  'PUT /incidents/:id': incident,
  'GET /audit': z.object({ entries: z.array(entry), next: numberOrNull }),
};
