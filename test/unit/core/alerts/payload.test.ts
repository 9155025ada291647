/** The payloads sent to webhooks. Slack publishes its message format as types, so each message is compiled against them. */
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { projectDirectory } from '../../../../cli/project.ts';
import { type BudgetAlert, budgetNotice, readNotice } from '../../../../worker/core/alerts/budget-notice.ts';
import { noticeFigures } from '../../../../worker/core/alerts/figures.ts';
import { NOTICE_KINDS, type Notice, type NoticeType, SEVERITIES } from '../../../../worker/core/alerts/notice.ts';
import { noticeBody, testBodies } from '../../../../worker/core/alerts/payload.ts';
import { oneLine } from '../../../../worker/core/alerts/plain-text.ts';
import { HOOK_FORMATS, type HookFormat, receivesNotice } from '../../../../worker/core/alerts/policy.ts';

const AT = Date.UTC(2026, 10, 21, 12);
const ROUTING_KEY = 'R0123456789abcdef0123456789abcde';
const crossed = (more: Partial<BudgetAlert> = {}): BudgetAlert => ({
  ...{ tenant: 'acme', scope: 'feature:chat', period: '2026-11', percent: 85 },
  ...{ spentMicroUsd: 85_200_000, capMicroUsd: 100_000_000, at: AT },
  ...more,
});
const budget = (more: Partial<BudgetAlert> = {}) => budgetNotice(crossed(more));
const burning = (more: Partial<Notice> = {}): Notice => ({
  name: 'burn/chat-success/1h/1795262400000',
  subject: 'burn/chat-success/1h',
  ...{ tenant: 'acme', kind: 'slo', type: 'slo.burning', severity: 'page', at: AT },
  text: 'Success of chat burns its error budget 16.2 times too fast over one hour; 8 % of requests fail, most at deployment a.',
  runbook: 'https://runbooks.example/chat?a=1&b=2',
  data: {
    objective: 'chat-success',
    burnRate: 16.2,
    windowMs: 3_600_000,
    since: AT - 60_000,
    features: ['chat', 'rag'],
  },
  ...more,
});

const TYPES = [
  'slo.burning',
  'slo.recovered',
  'slo.threshold',
  'slo.no_data',
  'incident.opened',
  'incident.updated',
  'incident.closed',
  'maintenance.announced',
  'drill.done',
  'drill.overdue',
  'promotion.rolled_back',
  'promotion.done',
] as const satisfies readonly NoticeType[];
const NASTY = `<!channel> <https://evil.example|click> & "*${'<&>'.repeat(800)}*\\\u202e\n`;
const nasty = (type: NoticeType): Notice =>
  burning({ type, tenant: NASTY, text: NASTY, runbook: NASTY, data: { objective: NASTY, features: [NASTY, NASTY] } });
const EVERY: readonly Notice[] = [
  budget(),
  budget({ period: '2026-11-21', percent: 60.5, spentMicroUsd: 605, capMicroUsd: 1_000 }),
  budget({ scope: `user:${NASTY}` }),
  ...TYPES.flatMap((type) => [
    burning({ type }),
    burning({ type, tenant: null, runbook: null, data: {} }),
    nasty(type),
  ]),
];

const body = (notice: Notice, format: HookFormat) => noticeBody(notice, { format, secret: ROUTING_KEY });
const slack = (notice: Notice) => body(notice, 'slack');
const event = (notice: Notice) => JSON.parse(body(notice, 'pagerduty'));

/** The compiler's errors for these messages as arguments of an incoming webhook; excess fields count. */
function against(messages: readonly string[]): string[] {
  const path = join(projectDirectory, 'test/unit/core/alerts/messages.generated.ts');
  const text = `import type { KnownBlock } from '@slack/types';
    interface Message { text: string; blocks: KnownBlock[] }
    ${messages.map((message, index) => `export const message${index}: Message = ${message};`).join('\n')}`;
  const options: ts.CompilerOptions = {
    ...{ strict: true, noEmit: true, skipLibCheck: true, types: [], target: ts.ScriptTarget.ES2023 },
    ...{ module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (name) => name === path || fileExists(name);
  host.getSourceFile = (name, target) =>
    name === path ? ts.createSourceFile(name, text, target) : getSourceFile(name, target);
  return ts
    .getPreEmitDiagnostics(ts.createProgram([path], options, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

describe('Slack’s message', () => {
  it('is one by Slack’s own types, whatever the notice; a wrong one would not be', { timeout: 30_000 }, () => {
    const tests = testBodies({ format: 'slack', secret: '' }, 0);
    const wrong = [slack(budget()).replace('"mrkdwn"', '"markdown"'), slack(budget()).replace('"fields"', '"field"')];
    const errors = against([...EVERY.map(slack), ...tests, ...wrong]);
    expect(errors).toHaveLength(2);
    expect(errors.join()).toMatch(/markdown.*field/s);
  });

  it('about a budget says what, whose, when and how much', () => {
    const markdown = (text: string) => ({ type: 'mrkdwn', text, verbatim: true });
    expect(JSON.parse(slack(budget()))).toEqual({
      text: '85 % of a monthly budget is spent: acme, feature:chat',
      blocks: [
        { type: 'section', text: markdown(':warning: *85 %* of a monthly budget is spent') },
        {
          type: 'section',
          fields: [
            markdown('*Tenant*\nacme'),
            markdown('*Scope*\nfeature:chat'),
            markdown('*Period (UTC)*\n2026-11'),
            markdown('*Spent*\n$85.20 of $100.00'),
          ],
        },
      ],
    });
    expect(slack(EVERY[1] as Notice)).toContain('$0.000605 of $0.001000');
  });

  it('about a promise says what burns, how fast, since when, who is affected, and what to do', () => {
    const { text, blocks } = JSON.parse(slack(burning()));
    expect(text).toMatch(/^An error budget burns too fast: Success of chat/);
    expect(blocks[0].text.text).toMatch(/^:rotating_light: \*An error budget burns too fast\*\nSuccess of chat/);
    expect(blocks[1].fields.map(({ text }: { text: string }) => text.replaceAll('*', '').split('\n'))).toEqual([
      ['Severity', 'page'],
      ['Tenant', 'acme'],
      ['Objective', 'chat-success'],
      ['Burn rate', '16.2 times too fast'],
      ['Window', '1 h'],
      ['Since', '2026-11-21 11:59 UTC'],
      ['Features', 'chat, rag'],
    ]);
    expect(blocks[2].text.text).toBe('<https://runbooks.example/chat?a=1&amp;b=2|Runbook>');
    expect(slack(burning({ type: 'slo.recovered' }))).toContain(':white_check_mark: *Recovered*');
  });

  it('mentions nobody, links nowhere and stays within Slack’s limits, whatever names there are', () => {
    for (const type of [...TYPES, 'budget'] as const) {
      const message = slack(type === 'budget' ? budget({ scope: `user:${NASTY}` }) : nasty(type));
      expect(message).not.toMatch(/[<>\u202e]/);
      const { blocks } = JSON.parse(message);
      for (const { text, fields = [] } of blocks) {
        expect(text?.text.length ?? 0).toBeLessThanOrEqual(3_000);
        expect(fields.length).toBeLessThanOrEqual(10);
        for (const field of fields) expect(field.text.length).toBeLessThanOrEqual(2_000);
      }
    }
  });
});

describe('signed JSON', () => {
  it('about a budget is, byte for byte, what it was before there were other notices', () => {
    expect(body(budget(), 'json')).toBe(
      '{"type":"budget.threshold_reached","timestamp":"2026-11-21T12:00:00.000Z","data":{"tenant":"acme","scope":"feature:chat","period":"2026-11","thresholdPercent":85,"spentMicroUsd":85200000,"capMicroUsd":100000000}}',
    );
  });

  it('is type, timestamp and data, as Standard Webhooks recommends', () => {
    const { text, runbook } = burning();
    expect(JSON.parse(body(burning(), 'json'))).toEqual({
      type: 'slo.burning',
      timestamp: '2026-11-21T12:00:00.000Z',
      data: {
        ...{ name: 'burn/chat-success/1h/1795262400000', subject: 'burn/chat-success/1h', tenant: 'acme', kind: 'slo' },
        ...{ severity: 'page', objective: 'chat-success', text, runbook, burnRate: 16.2, windowMs: 3_600_000 },
        ...{ since: AT - 60_000, features: ['chat', 'rag'] },
      },
    });
    expect(JSON.parse(body(burning({ data: {} }), 'json')).data.objective).toBeNull();
  });
});

describe('PagerDuty’s event', () => {
  it('opens an incident by its subject', () => {
    const { name, text, runbook, data } = burning();
    expect(event(burning())).toEqual({
      ...{ routing_key: ROUTING_KEY, dedup_key: 'burn/chat-success/1h', event_action: 'trigger', client: 'Carryon' },
      links: [{ href: runbook, text: 'Runbook' }],
      payload: {
        ...{ summary: text, source: 'carryon', severity: 'critical', timestamp: '2026-11-21T12:00:00.000Z' },
        ...{ class: 'slo.burning', group: 'acme' },
        custom_details: { name, tenant: 'acme', kind: 'slo', severity: 'page', runbook, ...data },
      },
    });
  });

  it.each(['slo.recovered', 'incident.closed', 'drill.done', 'promotion.done'] as const)('%s resolves it', (type) => {
    expect(event(burning({ type }))).toEqual({
      ...{ routing_key: ROUTING_KEY, dedup_key: 'burn/chat-success/1h', event_action: 'resolve' },
    });
  });

  it('has PagerDuty’s severities, and keys and texts of lengths that it takes', () => {
    const words = SEVERITIES.map((severity) => event(burning({ severity })).payload.severity);
    expect(words).toEqual(['critical', 'critical', 'warning', 'info']);
    const keys = ['a', 'b'].map((end) => event(burning({ subject: `${'s'.repeat(300)}${end}` })).dedup_key);
    expect(new Set(keys.map((key) => key.length > 200 && key.length <= 255 && key)).size).toBe(2);
    expect(event(nasty('slo.burning')).payload.summary).toHaveLength(1_024);
  });

  it('as a test opens an incident and resolves it', () => {
    const tests = testBodies({ format: 'pagerduty', secret: ROUTING_KEY }, AT).map((text) => JSON.parse(text));
    expect(tests).toMatchObject([
      { event_action: 'trigger', dedup_key: 'carryon/test', payload: { severity: 'info' } },
      { event_action: 'resolve', dedup_key: 'carryon/test' },
    ]);
  });
});

it('a test of signed JSON is one of its own type', () => {
  expect(testBodies({ format: 'json', secret: '' }, 0).map((text) => JSON.parse(text))).toMatchObject([
    { type: 'test', data: {} },
  ]);
});

it('a webhook takes the severities that it names, and PagerDuty every ending and no maintenance', () => {
  const hook = (format: HookFormat) => ({
    ...{ name: 'OPS', format, url: '', secret: '', problem: undefined, severities: ['page', 'note'] as const },
  });
  const taken = SEVERITIES.filter((severity) => receivesNotice(hook('json'), burning({ severity })));
  expect(taken).toEqual(['page', 'note']);
  const maintenance = burning({ type: 'maintenance.announced', severity: 'note' });
  expect(HOOK_FORMATS.filter((format) => receivesNotice(hook(format), maintenance))).toEqual(['slack', 'json']);
  const ending = burning({ type: 'slo.recovered', severity: 'ticket' });
  expect(HOOK_FORMATS.filter((format) => receivesNotice(hook(format), ending))).toEqual(['pagerduty']);
});

it('a row of an earlier build is the same notice as a new one', () => {
  expect(readNotice(JSON.stringify(crossed()))).toEqual(budget());
  expect(readNotice(JSON.stringify(budget()))).toEqual(budget());
  expect(readNotice(JSON.stringify(burning()))).toEqual(burning());
  expect(NOTICE_KINDS).toContain(readNotice(JSON.stringify(crossed())).kind);
});

it('figures are put into words', () => {
  const data = {
    ...{
      spentMicroUsd: 5_000_000,
      averageUsd: 0.015,
      thresholdPercent: 80,
      badShare: 0.0312,
      p95Ms: 2_500,
      isDrill: false,
    },
    ...{ openedAt: AT, requests: 12_345, nothing: null, tenants: [], for: '15m' },
  };
  expect(noticeFigures(data).map(({ label, value }) => `${label}: ${value}`)).toEqual([
    ...['Spent: $5.00', 'Average: $0.015000', 'Threshold: 80 %', 'Bad share: 3.12 %', 'P95: 2.5 s', 'Is drill: no'],
    ...['Opened at: 2026-11-21 12:00 UTC', 'Requests: 12345', 'For: 15m'],
  ]);
});

it('a long text is cut between characters', () => {
  expect(oneLine('a😀b', 3)).toBe('a…');
  expect(oneLine('a\r\n\u0000b', 10)).toBe('a b');
});
