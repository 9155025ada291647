/** Structural sharing: a value that equals the previous one stays the same object, so it is not drawn again. */

/** Returns `next`, but reuses each part of `previous` that is equal. */
export function share<T>(previous: unknown, next: T): T {
  if (Object.is(previous, next)) return next;
  if (!isObject(previous) || !isObject(next) || Array.isArray(previous) !== Array.isArray(next)) return next;
  const keys = Object.keys(next);
  let isSame = Object.keys(previous).length === keys.length;
  for (const key of keys) {
    const shared = share(previous[key], next[key]);
    if (!Object.is(shared, previous[key])) isSame = false;
    (next as Record<string, unknown>)[key] = shared;
  }
  return isSame ? (previous as T) : next;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
