/**
 * The ids of a request's trace and spans. They are derived from the request's id, not drawn at random, so each can be found by the
 * other.
 */

/** What the ids are derived from. */
interface Traced {
  requestId: string;
  traceparent: string | null;
}

/** The id of the caller's trace. Without one, the request's id is the id of the trace. */
export const traceIdOf = ({ requestId, traceparent }: Traced): string =>
  traceparent?.slice(3, 35) ?? requestId.replaceAll('-', '');

/**
 * The id of a request's span (`call` 0), or of the span of its first, second … call of a provider. All contain the last random bits of
 * the request's id. The request's span begins with the bits of the UUID's variant (8 to b), a call's span with the call's number.
 */
export function spanIdOf({ requestId }: Traced, call = 0): string {
  const id = requestId.slice(19).replace('-', '');
  return call === 0 ? id : call.toString(16).padStart(2, '0') + id.slice(2);
}

/** True if the caller keeps the trace. A request without a caller's trace is always traced. */
export const isSampled = ({ traceparent }: Traced): boolean => traceparent === null || /[13579bdf]$/.test(traceparent);

/**
 * The `traceparent` for a provider that continues the trace. It is our own header: from the caller it takes only the trace's id and
 * whether the trace is kept.
 */
export const traceparentOfCall = (traced: Traced, call: number): string =>
  `00-${traceIdOf(traced)}-${spanIdOf(traced, call)}-0${Number(isSampled(traced))}`;
