/** Where a person reads what to do. */
import type { Slo } from './slo.ts';

/** Of a promise, or of what else is watched, such as `spend`; null: config has none. */
export const runbookOf = ({ runbooks }: Pick<Slo, 'runbooks'>, name: string | null): string | null =>
  runbooks.get(name ?? '*') ?? runbooks.get('*') ?? null;
