import { describe, expect, it } from 'vitest';
import { alertLine, hookLine, testLine } from '../../../cli/alerts/lines.ts';
import type { AlertView, HookView } from '../../../worker/core/alerts/alert.ts';
import { budgetNotice } from '../../../worker/core/alerts/budget-notice.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const hook = (more: Partial<HookView> = {}): HookView => ({
  ...{ hook: 'OPS_URL', format: 'json', problem: null, waiting: 0, lost: 0, failures: 0, nextTryAt: null },
  severities: ['page'],
  ...{ lastError: null, ...more },
});

describe('a webhook', () => {
  it.each<[Partial<HookView>, string]>([
    [{}, 'OPS_URL: nothing waiting'],
    [{ waiting: 3, nextTryAt: NOW + 1 }, 'OPS_URL: 3 waiting, next try in 1 s'],
    [
      { waiting: 1, nextTryAt: NOW + 400_000, lost: 2, lastError: 'answered 500' },
      'OPS_URL: 1 waiting, next try in 7 min; 2 lost; answered 500',
    ],
    [
      { waiting: 1, nextTryAt: NOW, problem: 'OPS_URL is not set', lastError: 'OPS_URL is not set' },
      'OPS_URL: 1 waiting, next try in 0 s; OPS_URL is not set',
    ],
    [{ waiting: 2 }, 'OPS_URL: 2 waiting, being sent'],
    [{ lastError: 'answered 500' }, 'OPS_URL: nothing waiting'],
  ])('%j', (view, line) => {
    expect(hookLine(hook(view), NOW)).toBe(line);
  });
});

describe('an alert', () => {
  const alert = (deliveries: AlertView['deliveries']): AlertView => ({
    ...budgetNotice({
      ...{ tenant: 'acme', scope: 'user:ana', period: '2026-11', percent: 85, at: NOW },
      ...{ spentMicroUsd: 850_000, capMicroUsd: 1_000_000 },
    }),
    ...{ id: 'msg_1', deliveries },
  });
  const line = '2026-11-21 12:00:00Z  note      85 % of user:ana of acme, 2026-11: $0.85 of $1';

  it('is a line with what became of it', () => {
    expect(alertLine(alert([]))).toBe(`${line}  no webhook`);
    const told = alert([
      { hook: 'A', state: 'sent', at: NOW, detail: 'answered 200' },
      { hook: 'B', state: 'waiting', at: null, detail: null },
      { hook: 'C', state: 'lost', at: NOW, detail: 'too many were waiting' },
    ]);
    expect(alertLine(told)).toBe(`${line}  A sent, B waiting, C lost (too many were waiting)`);
  });
});

it('an alert about a promise is its sentence, on one line', () => {
  const text = 'Success of feature:\u001b[31mx\nburns its error budget 6.4 times too fast';
  const view: AlertView = {
    ...{ name: 'n', subject: 's', tenant: null, kind: 'slo', type: 'slo.burning', severity: 'page', at: NOW, text },
    ...{ runbook: null, data: {}, id: 'msg_1', deliveries: [] },
  };
  expect(alertLine(view)).toBe(
    '2026-11-21 12:00:00Z  page      Success of feature: [31mx burns its error budget 6.4 times too fast  no webhook',
  );
});

it('a test says what a webhook answered, or why not', () => {
  expect(testLine({ hook: 'A', ok: true, status: 204, ms: 12, error: null })).toBe('✓ A: answered 204 in 12 ms');
  expect(testLine({ hook: 'A', ok: false, status: null, ms: 3, error: 'cannot be reached' })).toBe(
    '✗ A: cannot be reached (3 ms)',
  );
});
