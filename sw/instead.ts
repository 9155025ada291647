/** What a page is given where the router cannot be asked. */
import type { Asked } from './asked.ts';
import { ageSecondsOf } from './core/keep.ts';
import { offlineReply, type Reply, staleReply } from './core/replies.ts';
import type { Cause } from './core/verdict.ts';
import type { Shell } from './shell.ts';
import type { Kept } from './store/store.ts';

const toResponse = ({ status, headers, body }: Reply): Response => new Response(body, { status, headers });

export const stale = ({ rim }: Shell, { question }: Asked, kept: Kept, cause: Cause): Response =>
  toResponse(staleReply({ completion: kept.body, ageSeconds: ageSecondsOf(kept, rim.now()), cause }, question));

export const offline = (cause: Cause): Response => toResponse(offlineReply(cause, null));

/** `id`: of the question in the outbox. */
export const queued = (cause: Cause, id: string): Response => toResponse(offlineReply(cause, id));
