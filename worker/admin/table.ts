/** Every call of the admin API, one line each: routes.ts makes the routes from it, the build makes the API's description. */
import { alertsQuery, alertsTestQuery, listAlerts, testAlerts } from './alerts.ts';
import { purgeAnswers, purgeQuery } from './answers.ts';
import { auditQuery, listAudit } from './audit.ts';
import { clearCooldown, listCooldowns } from './cooldowns.ts';
import { adjustLedger, adjustmentBody, revocationBody, revokeScope } from './corrections.ts';
import { tenantParams } from './fields.ts';
import { createKey, keyBody, keysQuery, listKeys, revokeKey, revokeKeyQuery } from './keys.ts';
import { historyQuery, ledgerHistory, ledgerQuery, viewLedger } from './ledger.ts';
import { limitsBody, putLimits } from './limits.ts';
import { describeApi } from './openapi.ts';
import { type AdminRoute, change, view } from './route.ts';

export const ADMIN_ROUTES: readonly AdminRoute[] = [
  view('GET', '/openapi.json', 'read', {
    summary: 'This description',
    handler: describeApi,
  }),
  view('GET', '/keys', 'read', {
    summary: 'Client keys, page by page',
    query: () => keysQuery,
    handler: listKeys,
  }),
  change('POST', '/keys', 'operate', {
    summary: 'Makes a client key, which is shown this once',
    body: keyBody,
    example: '{"tenant": "…"}',
    handler: createKey,
  }),
  change('DELETE', '/keys/:id', 'operate', {
    summary: 'Revokes a client key',
    query: () => revokeKeyQuery,
    handler: revokeKey,
  }),
  view('GET', '/cooldowns', 'read', {
    summary: 'Deployments in cooldown, and what their bills have taught',
    handler: listCooldowns,
  }),
  change('DELETE', '/cooldowns/:deployment', 'operate', {
    summary: 'Ends a cooldown',
    handler: clearCooldown,
  }),
  change('DELETE', '/answers', 'operate', {
    summary: 'Forgets cached answers of a tenant, or of one of its features',
    query: purgeQuery,
    handler: purgeAnswers,
  }),
  view('GET', '/audit', 'read', {
    summary: 'Changes that operators made, the newest first',
    query: () => auditQuery,
    handler: listAudit,
  }),
  view('GET', '/alerts', 'read', {
    summary: 'Alerts sent, on their way and lost',
    query: () => alertsQuery,
    handler: listAlerts,
  }),
  view('POST', '/alerts/test', 'operate', {
    summary: 'Calls every webhook, and shows what each answered',
    query: () => alertsTestQuery,
    handler: testAlerts,
  }),
  change('PUT', '/tenants/:tenant/limits', 'operate', {
    summary: 'Sets limits over those of the configuration, field by field',
    params: () => tenantParams,
    body: limitsBody,
    example: '{"scope": "tenant", "monthlyUsd": 5}',
    handler: putLimits,
  }),
  view('GET', '/ledger/:tenant', 'read', {
    summary: 'What a tenant has spent and holds',
    params: () => tenantParams,
    query: () => ledgerQuery,
    handler: viewLedger,
  }),
  view('GET', '/ledger/:tenant/history', 'read', {
    summary: "Changes of a tenant's limits, corrections and revocations",
    params: () => tenantParams,
    query: () => historyQuery,
    handler: ledgerHistory,
  }),
  change('POST', '/ledger/:tenant/adjustments', 'operate', {
    summary: 'Corrects what a scope has spent',
    params: () => tenantParams,
    body: adjustmentBody,
    example: '{"scope": "user:ana", "deltaUsd": -0.25}',
    handler: adjustLedger,
  }),
  change('POST', '/ledger/:tenant/revocations', 'operate', {
    summary: 'Revokes a scope, or restores it',
    params: () => tenantParams,
    body: () => revocationBody,
    example: '{"scope": "user:ana", "revoked": true}',
    handler: revokeScope,
  }),
];
