/**
 * The words of notices: plain English, for operators. Names of tenants are not escaped here, so each place that shows a text
 * escapes it.
 */
import { durationText } from '../../config/duration.ts';
import { OTHER } from '../book/tenants.ts';
import type { Objective, Sli } from '../slo.ts';

const NUMBERS = [
  'no',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
];
const UNITS: readonly [string, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

const counted = (count: number, unit: string): string => `${NUMBERS[count] ?? count} ${unit}${count === 1 ? '' : 's'}`;

/** A length of time in its largest whole unit: `five minutes`, `one hour`, `90 minutes`. */
export function lengthText(ms: number): string {
  const [unit, unitMs] = UNITS.find(([, one]) => ms >= one && ms % one === 0) ?? ['millisecond', 1];
  return counted(ms / unitMs, unit);
}

/** How long something lasted, in whole minutes: `25 minutes`, `two hours and five minutes`. */
export function lastedText(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return 'less than a minute';
  const parts = [
    [Math.floor(minutes / 1_440), 'day'],
    [Math.floor(minutes / 60) % 24, 'hour'],
    [minutes % 60, 'minute'],
  ] as const;
  const told = parts.filter(([count]) => count > 0).slice(0, 2);
  return told.map(([count, unit]) => counted(count, unit)).join(' and ');
}

/** `14:05 UTC`. */
export const timeOfDay = (at: number): string => `${new Date(at).toISOString().slice(11, 16)} UTC`;

/** A share from 0 to 1 in percent, with two digits that matter: `0.52 %`, `7.4 %`, `37 %`. A share below 1 is never `100 %`. */
export function percentText(share: number): string {
  const percent = share * 100;
  const isNearAll = percent > 99 && percent < 100;
  const digits = percent === 0 ? 0 : Math.max(0, 1 - Math.floor(Math.log10(isNearAll ? 100 - percent : percent)));
  return `${Number(percent.toFixed(Math.min(6, digits)))} %`;
}

/** `$83.10`, `$0.021`. */
export const usdText = (usd: number): string => (usd >= 1 ? `$${usd.toFixed(2)}` : `$${Number(usd.toPrecision(2))}`);

/** A factor with two digits that matter, with three from 10 on, and as a whole number from 100 on. */
export const factorText = (factor: number): string =>
  factor >= 100 ? String(Math.round(factor)) : String(Number(factor.toPrecision(factor >= 10 ? 3 : 2)));

/** `a`, `a and b`, `a, b and c`. */
export const listText = (items: readonly string[]): string =>
  items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;

/** `chat` or `all features`, followed by `for tenant acme` if it is about one tenant. */
export const featureTenantText = (feature: string | null, tenant: string | null): string =>
  `${feature ?? 'all features'}${forText(tenant)}`;

const forText = (tenant: string | null): string => {
  if (tenant === OTHER) return ' for other tenants';
  return tenant === null ? '' : ` for tenant ${tenant}`;
};

/** A promise as the subject of a sentence, such as `Success of chat`. */
export function promiseText({ name, sli, feature }: Objective, tenant: string | null): string {
  const whose = featureTenantText(feature, tenant);
  if (sli.kind === 'external') return `${name}${forText(tenant)}`;
  return sli.kind === 'all' ? `The promise ${name}` : `${WHAT[sli.kind]} of ${whose}`;
}

const WHAT: Readonly<Record<Exclude<Sli['kind'], 'all' | 'external'>, string>> = {
  success: 'Success',
  ttft: 'Time to first content',
  latency: 'Answer time',
  cost: 'Cost',
  valid: 'Validity',
  quality: 'Quality',
};

/** What the bad requests do, in words that follow `3 % of`. */
export function badRequestsText(sli: Sli): string {
  switch (sli.kind) {
    case 'success':
      return 'requests fail';
    case 'ttft':
      return `requests wait longer than ${durationText(sli.underMs)} for their first content`;
    case 'latency':
      return `answers take longer than ${durationText(sli.underMs)}`;
    case 'cost':
      return `requests cost more than $${sli.atMostMicroUsd / 1e6}`;
    case 'valid':
      return 'answers break the schema that was asked for';
    case 'quality':
      return 'judged answers are bad';
    case 'external':
      return 'its reported calls fail';
    case 'all':
      return 'requests break one of its parts';
  }
}
