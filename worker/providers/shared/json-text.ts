/** A value as JSON. Undefined if it is nested so deeply that `JSON.stringify` runs out of stack although `JSON.parse` did not. */
export function jsonText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** Far deeper than anything a provider sends, and far less deep than what breaks code that walks it. */
const DEEPEST = 100;

/** True if a value is nested too deeply to be walked and written. */
export function isTooDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth >= DEEPEST) return true;
  for (const key in value) if (isTooDeep((value as Record<string, unknown>)[key], depth + 1)) return true;
  return false;
}
