/** JSON text, or undefined: `JSON.stringify` runs out of stack on what `JSON.parse` could still read. */
export function jsonText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** Far deeper than what any provider sends, far less than what breaks whoever walks it. */
const DEEPEST = 100;

export function isTooDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth >= DEEPEST) return true;
  for (const key in value) if (isTooDeep((value as Record<string, unknown>)[key], depth + 1)) return true;
  return false;
}
