import { describe, expect, it } from 'vitest';
import { checkConfig, problemText } from '../../../../worker/core/config/check.ts';
import { resolveConfig } from '../../../../worker/core/config/resolve.ts';
import { alertsOf, allHooks } from '../../../../worker/core/config/resolve-alerts.ts';
import { PRESETS } from '../../../../worker/providers/presets.ts';

const SECRET = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const slack = { url: 'SLACK_URL', format: 'slack' };
const ops = { url: 'OPS_URL', format: 'json', secret: 'OPS_SECRET' };

const pager = { format: 'pagerduty', routingKey: 'PAGER_KEY' };

const check = (alerts: unknown, tenants: unknown = {}) =>
  checkConfig(
    {
      aliases: { chat: { deployments: [{ id: 'a', fromEnvironment: 'PROVIDER_A' }] } },
      features: { chat: {} },
      defaultFeature: 'chat',
      alerts,
      tenants,
    },
    PRESETS,
  );

function problems(alerts: unknown, tenants?: unknown): string[] {
  const checked = check(alerts, tenants);
  return checked.ok ? [] : checked.error.map(problemText);
}

function resolved(alerts: unknown, variables: Record<string, string> = {}, tenants?: unknown) {
  const checked = check(alerts, tenants);
  if (!checked.ok) throw new Error(JSON.stringify(checked.error));
  return resolveConfig(checked.value, variables, PRESETS).config;
}

describe('a mistake', () => {
  const once = 'alerts.thresholds: write each percentage once, the lowest first, such as [60, 85, 95]';
  it.each<[unknown, string]>([
    [{ thresholds: [85, 60] }, once],
    [{ thresholds: [60, 60] }, once],
    [{ thresholds: [0.6] }, 'alerts.thresholds[0]: write a percentage from 1'],
    [{ thresholds: [101] }, 'alerts.thresholds[0]: write a percentage up to 100'],
    [{ thresholds: 60 }, 'alerts.thresholds: write a list: [ … ]'],
    [{ safeguardAt: 0 }, 'alerts.safeguardAt: write a percentage from 1'],
    [{ scopes: ['users'] }, 'alerts.scopes[0]: write some of tenant, anonymous, user, feature, key'],
    [{ hooks: [] }, 'alerts.hooks: is not a setting; write one of thresholds, scopes, webhooks, safeguardAt'],
    [{ webhooks: [{ url: 'SLACK_URL' }] }, 'alerts.webhooks[0].format: write "slack", "json" or "pagerduty"'],
    [
      { webhooks: [{ format: 'slack' }] },
      'alerts.webhooks[0].url: is missing: write the NAME of the variable that holds the address',
    ],
    [
      { webhooks: [{ format: 'pagerduty', url: 'PAGER_URL' }] },
      'alerts.webhooks[0].routingKey: is missing: write the NAME of the variable that holds the routing key',
    ],
    [
      { webhooks: [{ ...pager, secret: 'OPS_SECRET' }] },
      'alerts.webhooks[0].secret: PagerDuty does not check signatures: its routing key is the secret; leave it out',
    ],
    [
      { webhooks: [{ ...slack, routingKey: 'PAGER_KEY' }] },
      'alerts.webhooks[0].routingKey: only PagerDuty has routing keys; leave it out',
    ],
    [
      { webhooks: [{ ...slack, severities: [] }] },
      'alerts.webhooks[0].severities: write at least one severity, or leave it out',
    ],
    [
      { webhooks: [{ ...slack, severities: ['page', 'page'] }] },
      'alerts.webhooks[0].severities: write each severity once',
    ],
    [
      { webhooks: [{ ...slack, severities: ['critical'] }] },
      'alerts.webhooks[0].severities[0]: write some of incident, page, ticket, note',
    ],
    [{ webhooks: [pager, pager] }, 'alerts.webhooks: a variable is named twice'],
    [
      { webhooks: [{ ...slack, url: 'https://hooks.slack.com/services/T/B/x' }] },
      'alerts.webhooks[0].url: an address is not written here: write the NAME of an environment variable, such as "ALERTS_SLACK_URL", never the value',
    ],
    [
      { webhooks: [{ url: 'OPS_URL', format: 'json' }] },
      'alerts.webhooks[0].secret: is missing: messages are signed; write the NAME of the variable that holds the secret',
    ],
    [
      { webhooks: [{ ...slack, secret: 'OPS_SECRET' }] },
      'alerts.webhooks[0].secret: Slack does not check signatures: its URL is the secret; leave it out',
    ],
    [{ webhooks: [slack, slack] }, 'alerts.webhooks: a variable is named twice'],
  ])('%j is named with what would be right', (alerts, problem) => {
    expect(problems(alerts)).toEqual([problem]);
  });

  it('of a tenant’s own too', () => {
    expect(problems({}, { acme: { alerts: { thresholds: [2, 1] } } })).toEqual([`tenants.acme.${once}`]);
  });
});

describe('alerts', () => {
  it('are due at 60, 85 and 95 %, and go to nobody, unless config says otherwise', () => {
    expect(resolved(undefined).alerts).toEqual({
      ladder: { thresholds: [60, 85, 95], scopes: ['tenant', 'anonymous', 'feature', 'key'], safeguardAt: 95 },
      hooks: [],
    });
  });

  it('of a tenant are the common ones with its own over them, field by field; of any other the common ones', () => {
    const config = resolved(
      { thresholds: [50], webhooks: [slack] },
      {},
      { acme: { alerts: { safeguardAt: 80 } }, zeta: { alerts: { webhooks: [ops] } } },
    );
    expect(alertsOf(config, 'acme')).toMatchObject({
      ladder: { thresholds: [50], safeguardAt: 80 },
      hooks: [{ name: 'SLACK_URL' }],
    });
    expect(alertsOf(config, 'zeta')).toMatchObject({
      ladder: { thresholds: [50], safeguardAt: 95 },
      hooks: [{ name: 'OPS_URL' }],
    });
    expect(alertsOf(config, 'nobody')).toBe(config.alerts);
    expect(allHooks(config).map(({ name }) => name)).toEqual(['SLACK_URL', 'OPS_URL']);
  });

  it('of the whole service go to the common webhooks', () => {
    const config = resolved({ webhooks: [slack] }, {}, { acme: { alerts: { webhooks: [ops] } } });
    expect(alertsOf(config, null)).toBe(config.alerts);
  });
});

describe('PagerDuty', () => {
  const key = 'R0123456789abcdef0123456789abcde';
  const hook = (more: object, variables: Record<string, string>) =>
    resolved({ webhooks: [{ ...pager, ...more }] }, variables).alerts.hooks[0];

  it('is called for pages and incidents, at its own address, with the key', () => {
    expect(hook({}, { PAGER_KEY: ` ${key}\n` })).toEqual({
      ...{ name: 'PAGER_KEY', format: 'pagerduty', url: 'https://events.pagerduty.com/v2/enqueue', secret: key },
      ...{ severities: ['incident', 'page'], problem: undefined },
    });
  });

  it('may have another address and other severities', () => {
    const [url, eu] = ['PAGER_URL', 'https://events.eu.pagerduty.com/v2/enqueue'];
    expect(hook({ url, severities: ['page'] }, { PAGER_KEY: key, PAGER_URL: eu })).toMatchObject({
      ...{ url: eu, severities: ['page'], problem: undefined },
    });
    expect(hook({ url }, { PAGER_KEY: key })).toMatchObject({ url: 'https://events.pagerduty.com/v2/enqueue' });
    expect(hook({ url }, { PAGER_KEY: key, PAGER_URL: 'http://pager.example' })?.problem).toMatch(/^PAGER_URL must be/);
  });

  it('waits for its key', () => {
    expect(hook({}, {})?.problem).toBe('PAGER_KEY is not set');
    expect(hook({}, { PAGER_KEY: 'short' })?.problem).toMatch(/^PAGER_KEY must be the 32 characters/);
  });
});

describe('a webhook’s address', () => {
  const problemOf = (url: string, local = false) =>
    resolved({ webhooks: [slack] }, { SLACK_URL: url, ...(local && { CARRYON_LOCAL: '1' }) }).alerts.hooks[0]?.problem;

  it.each(['https://hooks.slack.com/services/T/B/x', 'https://a.example?token=x', 'https://10.0.0.1:8443/in?a=b&c'])(
    '%s',
    (url) => {
      expect([problemOf(url), problemOf(url, true)]).toEqual([undefined, undefined]);
    },
  );

  it.each(['http://localhost:9000/in', 'http://ops.example/in'])('%s: locally alone', (url) => {
    expect(problemOf(url, true)).toBeUndefined();
    expect(problemOf(url)).toMatch(/^SLACK_URL must be a URL .*https only/);
  });

  it.each([
    'hooks.slack.com/services',
    'ftp://a.example',
    'https://',
    'https://me:word@a.example/in',
    'https://a.example/in#x',
    'file:///etc/passwd',
  ])('%s: never', (url) => {
    expect(problemOf(url, true)).toMatch(/^SLACK_URL must be a URL/);
    expect(problemOf(url, true)).not.toContain('word');
  });

  it('and its secret are read from the variables, and what is missing is said', () => {
    const hook = (variables: Record<string, string>) => resolved({ webhooks: [ops] }, variables).alerts.hooks[0];
    const url = 'https://ops.example/in';
    expect(hook({})?.problem).toBe('OPS_URL is not set');
    expect(hook({ OPS_URL: url })?.problem).toBe('OPS_SECRET is not set');
    for (const secret of [SECRET, `whsec_${SECRET}`, ` ${SECRET}\n`]) {
      expect(hook({ OPS_URL: url, OPS_SECRET: secret })).toEqual({
        name: 'OPS_URL',
        format: 'json',
        url,
        secret: SECRET,
        severities: ['incident', 'page', 'ticket', 'note'],
        problem: undefined,
      });
    }
    for (const secret of ['short', `${SECRET}=`, 'ü'.repeat(40), `whsec_${'A'.repeat(90)}`]) {
      expect(hook({ OPS_URL: url, OPS_SECRET: secret })?.problem).toMatch(/^OPS_SECRET must be 24 to 64 bytes/);
    }
  });
});
