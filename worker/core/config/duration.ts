const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads `'500ms'`, `'30s'`, `'2m'`, `'1.5h'` or `'7d'` as milliseconds. Undefined for anything else. */
export function durationMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  const unitMs = UNIT_MS[match?.[2] ?? ''];
  if (match === null || unitMs === undefined) return undefined;
  return Math.round(Number(match[1]) * unitMs);
}

/** Milliseconds as config writes them: `'800ms'`, `'2.5s'`, `'2m'`, `'30d'`. */
export function durationText(ms: number): string {
  const whole = ['d', 'h', 'm'].find((unit) => ms % (UNIT_MS[unit] ?? 1) === 0 && ms > 0);
  if (whole !== undefined) return `${ms / (UNIT_MS[whole] ?? 1)}${whole}`;
  return ms < 1000 ? `${ms}ms` : `${ms / 1000}s`;
}
