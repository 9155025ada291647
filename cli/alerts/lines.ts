import type { AlertView, Attempt, HookView } from '../../worker/core/alerts/alert.ts';
import { usd, when } from '../budget/words.ts';
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

export function alertLine({ tenant, scope, period, percent, spentMicroUsd, capMicroUsd, ...rest }: AlertView): string {
  const told = rest.deliveries.map(
    ({ hook, state, detail }) => `${hook} ${state}${state === 'lost' ? ` (${detail})` : ''}`,
  );
  const what = `${percent} % of ${scope} of ${tenant}, ${period}: ${usd(spentMicroUsd)} of ${usd(capMicroUsd)}`;
  return `${when(rest.at)}  ${what}  ${told.join(', ') || 'no webhook'}`;
}
