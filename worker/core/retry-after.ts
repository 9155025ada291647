/** The milliseconds to wait by a `retry-after` header, which has seconds or a date (RFC 9110 10.2.3). Null if it says nothing usable. */
export function retryAfterMs(header: string | null, now: number): number | null {
  const text = header || 'none';
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isFinite(ms) && ms >= 0 ? ms : null;
}
