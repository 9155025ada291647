/** A notice's figures in words, for people. */
import type { NoticeData } from './notice.ts';

/** One figure, such as `Burn rate` and `6.4 times`. */
export interface NoticeFigure {
  label: string;
  value: string;
}

/** All figures that have a value, in the notice's order. Values may hold untrusted names. */
export const noticeFigures = (data: NoticeData): NoticeFigure[] =>
  Object.entries(data).flatMap(([key, value]) => {
    const text = valueText(key, value);
    return text === '' ? [] : [{ label: labelOf(key), value: text }];
  });

const TIME = /^(?:since|from|to|until|at)$|At$/;

function valueText(key: string, value: NoticeData[string]): string {
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value;
  if (typeof value !== 'number') return value.join(', ');
  if (TIME.test(key)) return `${new Date(value).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  if (key.endsWith('MicroUsd')) return usd(value);
  if (key.endsWith('Usd')) return usd(value * 1e6);
  if (key.endsWith('Percent')) return `${rounded(value)} %`;
  if (/(?:^s|S)hare$|(?:^r|R)atio$/.test(key)) return `${rounded(value * 100)} %`;
  if (key.endsWith('Ms')) return duration(value);
  if (/(?:^b|B)urnRate$/.test(key)) return `${rounded(value)} times too fast`;
  return String(rounded(value));
}

/** `windowMs` is `Window`, `burnRate` is `Burn rate`. */
function labelOf(key: string): string {
  const words = key
    .replace(/(?:MicroUsd|Usd|Percent|Ms)$/, '')
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Rounds to three digits that matter, and to a whole number from 100 on. */
const rounded = (value: number): number => Number(Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));

/** An amount in cents, or to the millionth of a dollar if it is below a dollar. */
export const usd = (microUsd: number): string => `$${(microUsd / 1e6).toFixed(microUsd < 1e6 ? 6 : 2)}`;

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

function duration(ms: number): string {
  const [unit, unitMs] = UNITS.find(([, unitMs]) => ms >= 2 * unitMs || ms === unitMs) ?? ['ms', 1];
  return `${rounded(ms / unitMs)} ${unit}`;
}
