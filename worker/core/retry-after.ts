/** Milliseconds to wait by a `retry-after` header, in seconds or as a date (RFC 9110 10.2.3); null where it says nothing usable. */
export function retryAfterMs(header: string | null, now: number): number | null {
  const text = header || 'none';
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isFinite(ms) && ms >= 0 ? ms : null;
}
