/** Amounts and times as documents and reports write them. */
import { usdText } from '../../../worker/core/pricing/cost.ts';

const UNITS = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
] as const;

/** A duration in the largest unit that it fills: `30 days`, `2.5 seconds`, `800 ms`. */
export function duration(ms: number): string {
  const whole = UNITS.find(([unitMs]) => ms >= unitMs && ms % unitMs === 0);
  const [unitMs, unit] = whole ?? UNITS.at(-1) ?? [1_000, 'second'];
  if (ms < 1_000) return `${ms} ms`;
  const count = ms / unitMs;
  return `${count} ${count === 1 ? unit : `${unit}s`}`;
}

/** A percentage such as `99.5 %`, with at most six decimals. */
export const percent = (value: number): string => `${Math.round(value * 1e6) / 1e6} %`;

/** An amount of micro-USD with all its digits: `$0.015`, `$0.50`, `$1,250.00`. */
export function usd(microUsd: number): string {
  const [whole = '0', decimals = ''] = usdText(microUsd).split('.');
  return `$${Number(whole).toLocaleString('en-US')}.${decimals.padEnd(2, '0')}`;
}

/** A number with separated thousands and at most two decimals: `1,250`, `0.1`. */
export const numberText = (value: number): string => (Math.round(value * 100) / 100).toLocaleString('en-US');

/** A day in UTC: `2026-11-29`. */
export const dayOf = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 10);

/** `2026-11-29 23:40 UTC`. */
export const minuteOf = (epochMs: number): string =>
  `${new Date(epochMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** `1 minute`, `60 minutes`. */
export const countText = (count: number, unit: string): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? unit : `${unit}s`}`;
