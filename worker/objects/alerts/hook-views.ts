/** Webhooks as operators see them. */
import type { HookView } from '../../core/alerts/alert.ts';
import { type AlertsDeps, NOT_CONFIGURED } from './deliveries.ts';
import type { HookRows } from './hook-rows.ts';
import type { AlertRows } from './rows.ts';

/** All configured webhooks, and those that config no longer has but for which something waits. */
export function hookViews(
  alerts: AlertRows,
  hooks: HookRows,
  { allHooks, clock }: Pick<AlertsDeps, 'allHooks' | 'clock'>,
  isBusy: (hook: string) => boolean,
): HookView[] {
  const waiting = alerts.waiting();
  const configured = new Map(allHooks().map((hook) => [hook.name, hook]));
  const names = [...new Set([...configured.keys(), ...waiting.keys()])];
  return names.map((name) => {
    const { failures, nextTryAt, lastError, lost } = hooks.health(name);
    const { format = null, severities = [], problem = null } = configured.get(name) ?? { problem: NOT_CONFIGURED };
    const rows = waiting.get(name) ?? 0;
    // Null if no alert waits, or while the first one that waits is being sent.
    const next = rows > 0 && !isBusy(name) ? Math.max(nextTryAt, clock.now()) : null;
    return { hook: name, format, severities, problem, waiting: rows, lost, failures, nextTryAt: next, lastError };
  });
}
