/** Runbooks tell a person what to do about an alert. */
import type { Slo } from './slo.ts';

/** The runbook of a promise, or of another watched thing such as `spend`. Null if config has none. */
export const runbookOf = ({ runbooks }: Pick<Slo, 'runbooks'>, name: string | null): string | null =>
  runbooks.get(name ?? '*') ?? runbooks.get('*') ?? null;
