/** Fields that several calls of the admin API share. */

import * as z from 'zod/mini';
import { ok, type Result, refused } from '../../protocol/result.ts';
import type { Config } from '../core/config/config.ts';
import { textAs } from '../core/config/settings.ts';
import { tenantName } from '../core/config/tenant-name.ts';
import { LOCAL_IDENTITY } from '../core/identity/identity.ts';
import { isKeyId } from '../core/identity/key-format.ts';
import { canonicalName } from '../core/identity/names.ts';
import { signInId } from '../core/identity/sign-in.ts';
import { scopeProblem } from '../core/ledger/book/shape.ts';
import { LONGEST_SCOPE_NAME } from '../core/ledger/protocol.ts';
import type { Scope } from '../core/ledger/types.ts';
import type { Operator } from '../core/operators/operators.ts';

/** The name that a ledger's history shows beside a change. */
export const who = z.optional(
  z
    .string()
    .check(
      z.regex(/^[^\p{Cc}\p{Cs}]{1,100}$/u, 'write a name of 1 to 100 characters, none of them a control character'),
    ),
);

/** The name to note for a change. The holder of an admin key may add a name, but cannot pose as another operator. */
export function notedName({ scope, name }: Operator, who: string | undefined): string {
  if (scope === 'root') return who ?? 'admin';
  return who === undefined ? name : `${name} (${who})`;
}

/** True for a key's id, or for the id that a sign-in has in its place. */
const isKnownForm = (id: string): boolean => isKeyId(id) || id === LOCAL_IDENTITY.keyId || id.startsWith(signInId(''));

/** Any scope, even one that config no longer has. A value that is not a scope is neither repeated nor stored, because it may be a key. */
export const scope = textAs((written): Result<Scope, string> => {
  const text = written.length > 2 * LONGEST_SCOPE_NAME ? written : canonicalName(written);
  if (scopeProblem(text) !== undefined) {
    const length = `of at most ${LONGEST_SCOPE_NAME} characters, none of them a control character`;
    return refused(`write tenant, anonymous, user:ID, feature:NAME or key:ID, ${length}`);
  }
  if (text.startsWith('key:') && !isKnownForm(text.slice('key:'.length))) {
    return refused(
      'name the key by its id, such as key:0123456789abcdef0123, and never by the key itself; GET /admin/keys lists the ids',
    );
  }
  return ok(text as Scope);
});

/** A scope that requests can have under the current config. If it names a feature, config must have it. */
export const knownScope = ({ features }: Config) =>
  scope.check(
    z.refine((text) => !text.startsWith('feature:') || features.has(text.slice('feature:'.length)), {
      error: `there is no such feature; write one of ${[...features.keys()].map((name) => `feature:${name}`).join(', ')}`,
    }),
  );

/** A whole number in the query. */
export const wholeNumber = (least: number, most: number) => {
  const error = `write a whole number from ${least} to ${most}`;
  return z
    .pipe(z.string().check(z.regex(/^\d{1,16}$/, error)), z.transform(Number))
    .check(z.refine((number) => number >= least && number <= most, error));
};

/** The tenant in the path. It may be any valid name. */
export const tenantParams = z.object({ tenant: tenantName });
/** The tenant of the path. */
export type TenantParams = z.infer<typeof tenantParams>;
