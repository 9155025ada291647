/** W3C Trace Context, which says where a request belongs in its caller's trace. */

/** Version, trace id, parent's span id, flags. A later version may add more behind another dash (Trace Context, 4.3 "Versioning"). */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-((?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2})(-.*)?$/;

/**
 * The header as a record keeps it: in version 00, with 55 characters. Null if it is missing or malformed. The request then starts a
 * trace of its own.
 */
export function checkedTraceparent(header: string | null): string | null {
  if (header === null || header.length > 512) return null;
  const [, version, context, more] = TRACEPARENT.exec(header) ?? [];
  return context === undefined || (version === '00' && more !== undefined) ? null : `00-${context}`;
}
