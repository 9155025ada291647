import { SEVERITIES, type Severity } from '../alerts/notice.ts';
import { PAGERDUTY_URL } from '../alerts/pagerduty.ts';
import type { AlertPolicy, Hook, HookFormat } from '../alerts/policy.ts';
import type { Ladder } from '../ledger/book/state.ts';
import { type AlertsInput, hookName, type WebhookInput } from './alerts-schema.ts';
import type { Config } from './config.ts';
import type { Variables } from './environment.ts';
import { isLocal } from './local.ts';
import { isWebhookUrl } from './urls.ts';

/** The ladder of a config that says nothing about alerts. */
export const DEFAULT_LADDER: Ladder = {
  thresholds: [60, 85, 95],
  // Users are not included, because there may be thousands of them.
  scopes: ['tenant', 'anonymous', 'feature', 'key'],
  safeguardAt: 95,
};

/** A missing variable stops no request. Alerts wait for it, and say so. */
export function resolveAlerts(base: AlertsInput, own: AlertsInput, variables: Variables): AlertPolicy {
  const webhooks = own.webhooks ?? base.webhooks ?? [];
  return {
    ladder: {
      thresholds: own.thresholds ?? base.thresholds ?? DEFAULT_LADDER.thresholds,
      scopes: own.scopes ?? base.scopes ?? DEFAULT_LADDER.scopes,
      safeguardAt: own.safeguardAt ?? base.safeguardAt ?? DEFAULT_LADDER.safeguardAt,
    },
    hooks: webhooks.map((webhook) => resolveHook(webhook, variables)),
  };
}

/** A pager only gets what should wake a person. */
const DEFAULT_SEVERITIES: Readonly<Record<HookFormat, readonly Severity[]>> = {
  slack: SEVERITIES,
  json: SEVERITIES,
  pagerduty: ['incident', 'page'],
};

function resolveHook(webhook: WebhookInput, variables: Variables): Hook {
  const { format, severities = DEFAULT_SEVERITIES[format] } = webhook;
  const [name, local] = [hookName(webhook), isLocal(variables)];
  const address = textOf(webhook.url, variables);
  if (format === 'pagerduty') {
    const key = textOf(webhook.routingKey, variables);
    const url = address === '' ? PAGERDUTY_URL : address;
    const problem = routingKeyProblem(name, key) ?? addressProblem(webhook.url ?? '', url, local);
    return { name, format, url, secret: key, severities, problem };
  }
  const key = textOf(webhook.secret, variables);
  const problem = addressProblem(name, address, local) ?? secretProblem(webhook.secret, key);
  return { name, format, url: address, secret: key.replace(/^whsec_/, ''), severities, problem };
}

/** A tenant's alert policy. The common one is used for null, and for a tenant without its own. */
export const alertsOf = ({ tenants, alerts }: Pick<Config, 'tenants' | 'alerts'>, tenant: string | null): AlertPolicy =>
  (tenant === null ? undefined : tenants.get(tenant)?.alerts) ?? alerts;

/** Every webhook of every tenant, each once. */
export function allHooks({ tenants, alerts }: Pick<Config, 'tenants' | 'alerts'>): Hook[] {
  const policies = [alerts, ...[...tenants.values()].flatMap((tenant) => tenant.alerts ?? [])];
  return [...new Map(policies.flatMap(({ hooks }) => hooks.map((hook) => [hook.name, hook]))).values()];
}

function addressProblem(name: string, address: string, local: boolean): string | undefined {
  if (address === '') return `${name} is not set`;
  if (isWebhookUrl(address, local)) return undefined;
  return `${name} must be a URL such as https://hooks.slack.com/services/…${local ? '' : ' (https only)'}`;
}

function routingKeyProblem(name: string, key: string): string | undefined {
  if (key === '') return `${name} is not set`;
  if (/^[A-Za-z0-9]{32}$/.test(key)) return undefined;
  return `${name} must be the 32 characters of an integration key for Events API v2`;
}

function secretProblem(name: string | undefined, key: string): string | undefined {
  if (name === undefined) return undefined;
  if (key === '') return `${name} is not set`;
  // Standard Webhooks asks for 24 to 64 bytes.
  if (/^(whsec_)?[A-Za-z0-9+/]{32,86}={0,2}$/.test(key) && isWholeBase64(key)) return undefined;
  return `${name} must be 24 to 64 bytes in base64, such as openssl rand -base64 32 makes`;
}

const isWholeBase64 = (key: string): boolean => key.replace(/^whsec_/, '').length % 4 === 0;

/** The value of a variable. Empty if the variable is not set, or not named. */
function textOf(name: string | undefined, variables: Variables): string {
  const value = variables[name ?? ''];
  return typeof value === 'string' ? value.trim() : '';
}
