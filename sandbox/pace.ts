import { isObject } from './json.ts';
import type { Random } from './random.ts';

export type Pace = 'human' | 'fast' | { ttftMs: number; tokenMs: number };

export interface Timing {
  firstTokenMs: () => number;
  nextTokenMs: () => number;
}

/** The times of a pace. 'human' is the pace of an average model: a pause, then about 80 tokens a second, never quite even. */
export function timingOf(pace: Pace, random: Random): Timing {
  if (pace === 'fast') return { firstTokenMs: () => 0, nextTokenMs: () => 0 };
  if (pace === 'human') return { firstTokenMs: () => 250 + random() * 350, nextTokenMs: () => 6 + random() * 13 };
  return { firstTokenMs: () => pace.ttftMs, nextTokenMs: () => pace.tokenMs };
}

/** Reads a pace from a control call or an environment variable; undefined if the value is no pace. */
export function parsePace(value: unknown): Pace | undefined {
  if (value === 'human' || value === 'fast') return value;
  if (!isObject(value)) return undefined;
  const { ttftMs, tokenMs } = value;
  const good = (number: unknown): number is number => typeof number === 'number' && number >= 0 && number <= 600_000;
  return good(ttftMs) && good(tokenMs) ? { ttftMs, tokenMs } : undefined;
}
