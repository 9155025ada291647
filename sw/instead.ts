/** What a page is given where the router cannot be asked. */

import type { Asked } from './asked.ts';
import type { Cause } from './decisions.ts';
import { offlineReply, queuedReply, type Reply, staleReply } from './decisions.ts';
import type { Shell } from './shell.ts';
import type { Kept } from './store/store.ts';

const toResponse = ({ status, headers, body }: Reply): Response => new Response(body, { status, headers });

/** The kept answer in the form that was asked for, marked, with its age. */
export function stale({ rim }: Shell, { question }: Asked, { body, storedAt }: Kept, cause: Cause): Response {
  const { stream, includeUsage } = question;
  return toResponse(staleReply({ body, ageMs: rim.now() - storedAt, cause, stream, includeUsage }));
}

export const offline = (cause: Cause): Response => toResponse(offlineReply(cause));

export const queued = (cause: Cause, id: string): Response => toResponse(queuedReply(cause, id));
