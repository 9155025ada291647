import type { AlertView, Attempt, HookView } from '../../worker/core/alerts/alert.ts';
import { oneLine } from '../../worker/core/alerts/plain-text.ts';
import { usd, utcText } from '../budget/words.ts';
import { durationText } from '../times.ts';

export type TestResult = Pick<Attempt, 'ok' | 'status' | 'ms' | 'error'> & { hook: string };

export const testLine = ({ hook, ok, status, ms, error }: TestResult): string =>
  ok ? `✓ ${hook}: answered ${status} in ${ms} ms` : `✗ ${hook}: ${error} (${ms} ms)`;

export function hookLine({ hook, problem, waiting, lost, nextTryAt, lastError }: HookView, now: number): string {
  const parts = [
    waiting > 0
      ? `${waiting} waiting, ${nextTryAt === null ? 'being sent' : `next try in ${durationText(nextTryAt - now)}`}`
      : 'nothing waiting',
    lost > 0 && `${lost} lost`,
    problem ?? (waiting > 0 && lastError),
  ];
  return `${hook}: ${parts.filter(Boolean).join('; ')}`;
}

export function alertLine(alert: AlertView): string {
  const told = alert.deliveries.map(
    ({ hook, state, detail }) => `${hook} ${state}${state === 'lost' ? ` (${detail})` : ''}`,
  );
  const { at, severity, data, kind, text, tenant } = alert;
  const what = kind === 'budget' ? budgetText(tenant, data) : oneLine(text, LONGEST_TEXT);
  return `${utcText(at)}  ${severity.padEnd(8)}  ${what}  ${told.join(', ') || 'no webhook'}`;
}

const LONGEST_TEXT = 300;

const budgetText = (tenant: string | null, { scope, period, thresholdPercent, ...amounts }: AlertView['data']) =>
  `${thresholdPercent} % of ${scope} of ${tenant}, ${period}: ${usd(Number(amounts.spentMicroUsd))} of ${usd(Number(amounts.capMicroUsd))}`;
