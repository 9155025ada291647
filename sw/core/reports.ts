/** The router takes at most this many in one call. */
export const REPORTS_AT_ONCE = 50;

/**
 * Whether reports need not be sent again: the router has accepted them, or never will. Reports that a later request may
 * deliver (another credential, another minute) stay.
 */
export function reportsSettled(status: number, isOurs: boolean): boolean {
  if (!isOurs) return false;
  return status < 300 || (status >= 400 && status < 500 && status !== 401 && status !== 403 && status !== 429);
}
