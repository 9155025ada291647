/** Amounts, limits and times as `npm run budget` prints them. */
import type { Limits } from '../../worker/core/ledger/types.ts';
import { usdText } from '../../worker/core/pricing/cost.ts';

export const usd = (microUsd: number): string => `${microUsd < 0 ? '-' : ''}$${usdText(Math.abs(microUsd))}`;

const NAMES: Readonly<Record<string, string>> = { monthlyMicroUsd: 'monthly', dailyMicroUsd: 'daily' };

export const limitName = (field: string): string => NAMES[field] ?? field;

export const limitValue = (field: string, value: number): string =>
  field.endsWith('MicroUsd') ? usd(value) : String(value);

/** Limits as text, such as `monthly $5, rps 2`. Fields without a limit are left out. */
export const limitsText = (limits: Partial<Limits>): string =>
  Object.entries(limits)
    .flatMap(([field, value]) => (value === null ? [] : [`${limitName(field)} ${limitValue(field, value)}`]))
    .join(', ');

/** A time in UTC, like the periods of budgets. */
export const utcText = (epochMs: number): string =>
  `${new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ')}Z`;

/** Prints rows with columns as wide as their widest cell. The columns in `toTheRight` are aligned to the right. */
export function table(rows: readonly (readonly string[])[], toTheRight: readonly number[] = []): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return toTheRight.includes(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}
