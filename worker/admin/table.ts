/** Every call of the admin API, one entry each. routes.ts makes the routes from it, and the build makes the API's description. */
import { adminKeyBody, createAdminKey, listAdminKeys, revokeAdminKey } from './admin-keys.ts';
import { alertsQuery, alertsTestQuery, listAlerts, testAlerts } from './alerts.ts';
import { aliasListBody, clearAliasList, setAliasList } from './alias-lists.ts';
import { purgeAnswers, purgeQuery } from './answers.ts';
import { auditQuery, listAudit } from './audit.ts';
import { bypassBody, clearBypass, clearBypassQuery, setBypass, setBypassQuery } from './bypass.ts';
import { clearCooldown, listCooldowns } from './cooldowns.ts';
import { adjustLedger, adjustmentBody, revocationBody, revokeScope } from './corrections.ts';
import { drillBody, startDrill } from './drills.ts';
import { clearFault, faultBody, setFault } from './faults.ts';
import { tenantParams } from './fields.ts';
import { acknowledge, acknowledgementBody, listFiring } from './firing.ts';
import { clearFreeze, clearFreezeQuery, freezeBody, setFreeze } from './freeze.ts';
import { durationsQuery, historyOfQuery, showDurations, showHistory } from './history.ts';
import {
  changeIncident,
  incidentBody,
  incidentParams,
  incidentsQuery,
  listIncidents,
  openIncident,
  openIncidentBody,
} from './incidents.ts';
import { createKey, keyBody, keysQuery, listKeys, revokeKey, revokeKeyQuery } from './keys.ts';
import { historyQuery, ledgerHistory, ledgerQuery, viewLedger } from './ledger.ts';
import { limitsBody, putLimits } from './limits.ts';
import { moneyQuery, showMoney } from './money.ts';
import { monthParams, monthQuery, showMonth } from './months.ts';
import { describeApi } from './openapi.ts';
import { aliasParams, deploymentParams, featureParams } from './override-fields.ts';
import { listOverrides } from './overrides.ts';
import { clearPin, pinBody, setPin } from './pins.ts';
import { listPolicies } from './policies.ts';
import { promisesQuery, showPromises } from './promises.ts';
import { listRequests, requestParams, requestsQuery, showRequest } from './requests.ts';
import { type AdminRoute, change, view } from './route.ts';
import { clearSafeguard, safeguardBody, setSafeguard } from './safeguards.ts';
import { showConfig } from './shown-config.ts';
import { clearSilence, clearSilenceQuery, listSilences, setSilence, silenceBody } from './silences.ts';

/** All calls of the admin API. */
export const ADMIN_ROUTES: readonly AdminRoute[] = [
  view('GET', '/openapi.json', 'read', {
    summary: 'This description',
    handler: describeApi,
  }),
  view('GET', '/config', 'read', {
    summary: "The caller's name and scope, and the tenants, features, aliases and deployments of config",
    handler: showConfig,
  }),
  view('GET', '/keys', 'read', {
    summary: 'Client keys, page by page',
    query: () => keysQuery,
    handler: listKeys,
  }),
  change('POST', '/keys', 'operate', {
    summary: 'Makes a client key, which is shown only in this reply',
    body: keyBody,
    example: '{"tenant": "…"}',
    handler: createKey,
  }),
  change('DELETE', '/keys/:id', 'operate', {
    summary: 'Revokes a client key',
    query: () => revokeKeyQuery,
    handler: revokeKey,
  }),
  view('GET', '/admin-keys', 'read', {
    summary: "Operators' keys",
    handler: listAdminKeys,
  }),
  change('POST', '/admin-keys', 'root', {
    summary: 'Makes a key for an operator, which is shown only in this reply',
    body: () => adminKeyBody,
    example: '{"name": "ana", "scope": "read"}',
    handler: createAdminKey,
  }),
  change('DELETE', '/admin-keys/:id', 'root', {
    summary: "Revokes an operator's key",
    handler: revokeAdminKey,
  }),
  view('GET', '/cooldowns', 'read', {
    summary: 'Deployments in cooldown, and what their bills have taught',
    handler: listCooldowns,
  }),
  change('DELETE', '/cooldowns/:deployment', 'operate', {
    summary: 'Ends a cooldown',
    handler: clearCooldown,
  }),
  view('GET', '/overrides', 'read', {
    summary: 'Overrides of operators and policies: pins, bypasses, faults, alias lists, safeguards and a freeze',
    handler: listOverrides,
  }),
  change('PUT', '/pins/:alias', 'operate', {
    summary: 'Pins an alias to a deployment, which is asked first regardless of its health',
    params: () => aliasParams,
    body: pinBody,
    example: '{"deployment": "b", "forSeconds": 7200, "reason": "…"}',
    handler: setPin,
  }),
  change('DELETE', '/pins/:alias', 'operate', {
    summary: 'Ends a pin',
    params: () => aliasParams,
    handler: clearPin,
  }),
  change('PUT', '/bypass', 'operate', {
    summary:
      'Sends requests straight to the first deployment of an alias, or of all: one attempt, without board and cache',
    query: () => setBypassQuery,
    body: bypassBody,
    example: '{"forSeconds": 7200, "reason": "…"}',
    handler: setBypass,
  }),
  change('DELETE', '/bypass', 'operate', {
    summary: 'Ends the bypass of an alias, or the bypass of all if none is named',
    query: () => clearBypassQuery,
    handler: clearBypass,
  }),
  change('PUT', '/faults/:deployment', 'operate', {
    summary: 'Makes a deployment fail on purpose, for chosen traffic',
    params: () => deploymentParams,
    body: faultBody,
    example: '{"fault": "errors", "traffic": "drill", "forSeconds": 600}',
    handler: setFault,
  }),
  change('DELETE', '/faults/:deployment', 'operate', {
    summary: 'Ends a fault',
    params: () => deploymentParams,
    handler: clearFault,
  }),
  change('PUT', '/aliases/:alias', 'operate', {
    summary: "Sets other models, prices and orders for an alias's own deployments",
    params: () => aliasParams,
    body: aliasListBody,
    example: '{"deployments": [{"id": "a", "model": "…"}], "reason": "…"}',
    handler: setAliasList,
  }),
  change('DELETE', '/aliases/:alias', 'operate', {
    summary: "Restores config's own list",
    params: () => aliasParams,
    handler: clearAliasList,
  }),
  change('PUT', '/safeguards/:feature', 'operate', {
    summary: 'Serves a feature by its safeguard, even if budgets have enough left',
    params: () => featureParams,
    body: safeguardBody,
    example: '{"forSeconds": 7200, "reason": "…"}',
    handler: setSafeguard,
  }),
  change('DELETE', '/safeguards/:feature', 'operate', {
    summary: 'Ends the safeguard of a feature',
    params: () => featureParams,
    handler: clearSafeguard,
  }),
  change('PUT', '/freeze', 'operate', {
    summary: 'Stops all promotions for a while',
    body: freezeBody,
    example: '{"forSeconds": 7200, "reason": "…"}',
    handler: setFreeze,
  }),
  change('DELETE', '/freeze', 'operate', {
    summary: 'Ends the freeze',
    query: () => clearFreezeQuery,
    handler: clearFreeze,
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
  view('GET', '/slo', 'read', {
    summary: 'The state of all promises, with counts',
    query: promisesQuery,
    handler: showPromises,
  }),
  view('GET', '/slo/history', 'read', {
    summary: 'The history of an objective over a window, cell by cell',
    query: historyOfQuery,
    handler: showHistory,
  }),
  view('GET', '/slo/durations', 'read', {
    summary: 'How long the requests of a feature took, by hour or by day',
    query: durationsQuery,
    handler: showDurations,
  }),
  view('GET', '/slo/months/:month', 'read', {
    summary: 'What was promised, delivered and spent in a month',
    params: (_, now) => monthParams(now),
    query: () => monthQuery,
    handler: showMonth,
  }),
  view('GET', '/money', 'read', {
    summary: 'What a tenant has spent in a month against its budget, and on what',
    query: (_, now) => moneyQuery(now),
    handler: showMoney,
  }),
  view('GET', '/requests', 'read', {
    summary: 'The outcomes of the requests of the last seven days, the newest first',
    query: () => requestsQuery,
    handler: listRequests,
  }),
  view('GET', '/requests/:id', 'read', {
    summary: 'The outcome of one request, and what it counts as',
    params: () => requestParams,
    handler: showRequest,
  }),
  view('GET', '/alerts', 'read', {
    summary: 'Alerts that were sent, are waiting or were lost',
    query: () => alertsQuery,
    handler: listAlerts,
  }),
  view('POST', '/alerts/test', 'operate', {
    summary: 'Calls every webhook, and shows what each answered',
    query: () => alertsTestQuery,
    handler: testAlerts,
  }),
  view('GET', '/firing', 'read', {
    summary: 'Alerts that are firing, the most urgent first',
    handler: listFiring,
  }),
  change('PUT', '/acknowledgements', 'operate', {
    summary: 'Acknowledges an alert that is firing',
    body: acknowledgementBody,
    example: '{"alert": "burn/chat-success/1h", "note": "…"}',
    handler: acknowledge,
  }),
  view('GET', '/policies', 'read', {
    summary: 'The rules of policies: what each would do when a promise burns, and whether it is active',
    handler: listPolicies,
  }),
  view('GET', '/silences', 'read', {
    summary: 'Silences in force, and the notices that they have held back',
    handler: listSilences,
  }),
  change('PUT', '/silences', 'operate', {
    summary: 'Silences the alerts of a promise, or all alerts (*), for a while',
    body: silenceBody,
    example: '{"objective": "chat-success", "forSeconds": 7200, "reason": "…"}',
    handler: setSilence,
  }),
  change('DELETE', '/silences', 'operate', {
    summary: 'Ends a silence, and sends the alerts that it held back if they are still firing',
    query: () => clearSilenceQuery,
    handler: clearSilence,
  }),
  view('GET', '/incidents', 'read', {
    summary: 'Incidents, the newest first',
    query: () => incidentsQuery,
    handler: listIncidents,
  }),
  change('POST', '/incidents', 'operate', {
    summary: 'Opens an incident',
    body: openIncidentBody,
    example: '{"title": "…", "objective": "chat-success"}',
    handler: openIncident,
  }),
  change('PUT', '/incidents/:id', 'operate', {
    summary: 'Writes notes about an incident, or closes it',
    params: () => incidentParams,
    body: incidentBody,
    example: '{"publicNote": "…", "close": true}',
    handler: changeIncident,
  }),
  change('PUT', '/tenants/:tenant/limits', 'operate', {
    summary: "Sets limits that override config's, field by field",
    params: () => tenantParams,
    body: limitsBody,
    example: '{"scope": "tenant", "monthlyUsd": 5}',
    handler: putLimits,
  }),
  view('GET', '/ledger/:tenant', 'read', {
    summary: 'What a tenant has spent, and what is held for it',
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
  change('POST', '/drills', 'operate', {
    summary: 'Makes a client key for a drill, which is shown only in this reply',
    body: () => drillBody,
    example: '{"minutes": 10, "maxCostUsd": 0.5}',
    handler: startDrill,
  }),
];
