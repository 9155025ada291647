/** The router takes at most this many in one call. */
export const REPORTS_AT_ONCE = 50;

/**
 * True if reports need not be sent again, because the router has accepted them or never will. Reports that a later request may
 * deliver (with another credential, or in another minute) stay.
 */
export function reportsSettled(status: number, isOurs: boolean): boolean {
  if (!isOurs) return false;
  return status < 300 || (status >= 400 && status < 500 && status !== 401 && status !== 403 && status !== 429);
}
