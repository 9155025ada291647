/** Identifies the caller of a call that carries no question, and the user that its credential names or may name. */
import type { RouterError } from '../../protocol/errors.ts';
import { REQUEST_HEADERS } from '../../protocol/headers.ts';
import { ok, type Result, refused } from '../../protocol/result.ts';
import type { Identity } from '../core/identity/identity.ts';
import { resolveUser } from '../identity/user.ts';
import { identifyCaller } from '../pipeline/identify.ts';
import type { Background, Deps } from '../ports.ts';

/** A caller, and the user on whose behalf it calls. */
export interface Caller {
  identity: Identity;
  user: string | null;
}

/** The caller of a path that pages may call, or the error that refuses it. */
export async function callerOf(
  request: Request,
  deps: Deps,
  background: Background,
): Promise<Result<Caller, RouterError>> {
  const identified = await identifyCaller(request, 'read', deps, background);
  if (!identified.ok) return identified;
  const user = resolveUser(request.headers.get(REQUEST_HEADERS.user), undefined, identified.value);
  if (typeof user === 'object' && user !== null) return refused(user);
  return ok({ identity: identified.value, user });
}
