/** `GET /admin/audit` (docs/admin.md): every change made over the admin API, newest first. */
import * as z from 'zod/mini';
import { settings } from '../core/config/settings.ts';
import type { AuditEntry } from '../core/operators/operators.ts';
import { plainJson, refusalResponse } from '../response/plain.ts';
import { askOperators } from './ask-operators.ts';
import { AUDIT_SILENT } from './change.ts';
import { wholeNumber } from './fields.ts';
import type { AdminCall } from './route.ts';

const MOST_ENTRIES = 200;

/** The query of `GET /admin/audit`. */
export const auditQuery = settings({
  before: z.optional(wholeNumber(1, Number.MAX_SAFE_INTEGER)),
  most: z._default(wholeNumber(1, MOST_ENTRIES), 50),
});

/** `GET /admin/audit`. */
export async function listAudit({
  c,
  query: { before, most },
}: AdminCall<undefined, z.infer<typeof auditQuery>>): Promise<Response> {
  // One more than the page holds is read, to find out whether there is another page.
  const asked = await askOperators(c, (operators) => operators.audit(before, most + 1));
  if (asked === undefined) return refusalResponse(AUDIT_SILENT, c.env.context);
  const found = asked.reply;
  const entries = found.slice(0, most);
  const next = found.length > most ? (entries[most - 1]?.number ?? null) : null;
  return plainJson({ entries: entries.map(shown), next }, c.env.context);
}

/** A pending row also shows its request id, by which its call can be found in the log. */
const shown = ({ id, pending, ...entry }: AuditEntry) => (pending ? { ...entry, pending, requestId: id } : entry);
