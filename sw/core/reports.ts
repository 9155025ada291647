/** The router takes at most this many in one call. */
export const REPORTS_AT_ONCE = 50;

/**
 * Whether reports need not be sent again: the router has taken them, or will never take them. What a later request may bring
 * through (another credential, another minute) stays.
 */
export function reportsSettled(status: number, isOurs: boolean): boolean {
  if (!isOurs) return false;
  return status < 300 || (status >= 400 && status < 500 && status !== 401 && status !== 403 && status !== 429);
}
