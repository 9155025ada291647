/** The payloads sent to webhooks. Slack publishes its message format as types, so each message is compiled against them. */
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { projectDirectory } from '../../../../cli/project.ts';
import type { BudgetAlert } from '../../../../worker/core/alerts/alert.ts';
import { bodyOf } from '../../../../worker/core/alerts/payload.ts';

const alert = (more: Partial<BudgetAlert> = {}): BudgetAlert => ({
  ...{ tenant: 'acme', scope: 'feature:chat', period: '2026-11', percent: 85 },
  ...{ spentMicroUsd: 85_200_000, capMicroUsd: 100_000_000, at: Date.UTC(2026, 10, 21, 12) },
  ...more,
});
const NASTY = `user:<!channel> <https://evil.example|click> & "*${'x'.repeat(200)}*\\` as const;
const ALERTS = [
  alert(),
  alert({ period: '2026-11-21', percent: 60.5, spentMicroUsd: 605, capMicroUsd: 1_000 }),
  alert({ scope: NASTY }),
];
const slack = (one: BudgetAlert) => bodyOf({ type: 'budget.threshold_reached', alert: one }, 'slack');

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
  it('is one by Slack’s own types, whatever the alert; a wrong one would not be', { timeout: 30_000 }, () => {
    const test = bodyOf({ type: 'test', at: 0 }, 'slack');
    expect(against([...ALERTS.map(slack), test])).toEqual([]);
    const wrong = [slack(alert()).replace('"mrkdwn"', '"markdown"'), slack(alert()).replace('"fields"', '"field"')];
    expect(against(wrong)).toHaveLength(2);
  });

  it('says what, whose, when and how much', () => {
    expect(JSON.parse(slack(alert()))).toEqual({
      text: '85 % of a monthly budget is spent: acme, feature:chat',
      blocks: [
        { type: 'section', text: { type: 'mrkdwn', text: ':warning: *85 %* of a monthly budget is spent' } },
        {
          type: 'section',
          fields: [
            { type: 'mrkdwn', text: '*Tenant*\nacme' },
            { type: 'mrkdwn', text: '*Scope*\nfeature:chat' },
            { type: 'mrkdwn', text: '*Period (UTC)*\n2026-11' },
            { type: 'mrkdwn', text: '*Spent*\n$85.20 of $100.00' },
          ],
        },
      ],
    });
    expect(slack(ALERTS[1] as BudgetAlert)).toContain('$0.000605 of $0.001000');
  });

  it('mentions nobody and links nowhere, whatever a user is called', () => {
    expect(slack(alert({ scope: NASTY }))).not.toMatch(/[<>]/);
  });
});

it('plain JSON is type, timestamp and data, as Standard Webhooks recommends', () => {
  expect(JSON.parse(bodyOf({ type: 'budget.threshold_reached', alert: alert() }, 'json'))).toEqual({
    type: 'budget.threshold_reached',
    timestamp: '2026-11-21T12:00:00.000Z',
    data: {
      ...{ tenant: 'acme', scope: 'feature:chat', period: '2026-11', thresholdPercent: 85 },
      ...{ spentMicroUsd: 85_200_000, capMicroUsd: 100_000_000 },
    },
  });
  expect(JSON.parse(bodyOf({ type: 'test', at: 0 }, 'json'))).toMatchObject({ type: 'test', data: {} });
});
