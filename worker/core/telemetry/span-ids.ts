/** The ids of a request's trace and spans, derived from its own id: nothing is drawn at random, and each can be looked up by the other. */

/** What they are derived from. */
interface Traced {
  requestId: string;
  traceparent: string | null;
}

/** The caller's trace; without one the request's id is the trace's. */
export const traceIdOf = ({ requestId, traceparent }: Traced): string =>
  traceparent?.slice(3, 35) ?? requestId.replaceAll('-', '');

/**
 * Of a request (`call` 0), or of its first, second … call of a provider. All hold the last random bits of the request's id; that of
 * the request begins with its variant's bits (8 to b), that of a call with its number.
 */
export function spanIdOf({ requestId }: Traced, call = 0): string {
  const id = requestId.slice(19).replace('-', '');
  return call === 0 ? id : call.toString(16).padStart(2, '0') + id.slice(2);
}

/** Whether the caller keeps the trace; a request without a caller's trace is always traced. */
export const isSampled = ({ traceparent }: Traced): boolean => traceparent === null || /[13579bdf]$/.test(traceparent);

/** For a provider that is to continue the trace: a header of our own, with nothing of the caller's but the trace's id and whether it is kept. */
export const traceparentOfCall = (traced: Traced, call: number): string =>
  `00-${traceIdOf(traced)}-${spanIdOf(traced, call)}-0${Number(isSampled(traced))}`;
