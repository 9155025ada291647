/** `/admin/admin-keys` (docs/admin.md): operators' keys. A key is shown once, when it is created. Only its hash is stored. */
import * as z from 'zod/mini';
import { notConfigured } from '../core/config/not-configured.ts';
import { settings } from '../core/config/settings.ts';
import { canonicalName } from '../core/identity/names.ts';
import { isByPolicy } from '../core/slo/incident.ts';
import { plainJson, refusalResponse } from '../response/plain.ts';
import { hashOfKey, newKey } from '../stores/signed-key.ts';
import { askOperators, OPERATORS_SILENT } from './ask-operators.ts';
import type { Change } from './change.ts';
import type { AdminCall } from './route.ts';

/** The body of `POST /admin/admin-keys`. */
export const adminKeyBody = settings({
  /** The audit shows it beside each change that the key makes. */
  name: z
    .pipe(
      z.string(),
      z.transform((name) => canonicalName(name.trim())),
    )
    .check(
      z.refine(
        (name) => /^[^\p{Cc}\p{Cs}\ufffd]{1,100}$/u.test(name),
        'write a name of 1 to 100 characters, none of them a control character',
      ),
      z.refine((name) => name.toLowerCase() !== 'root', 'root is ADMIN_KEY itself; write another name'),
      z.refine(
        (name) => !isByPolicy(name.toLowerCase()),
        'policies act under names such as policy:fast-burn; write another name',
      ),
    ),
  scope: z.enum(['read', 'operate'], {
    error: 'write read, which may only look, or operate, which may also change things',
  }),
});

/** `POST /admin/admin-keys`. */
export async function createAdminKey({ c, body }: AdminCall<z.infer<typeof adminKeyBody>>): Promise<Change | Response> {
  const { keySecret, local } = c.env.composition.env;
  const problem = notConfigured(keySecret === '' ? [{ name: 'KEY_SECRET' }] : [], local);
  if (problem !== undefined) return refusalResponse(problem, c.env.context);
  return {
    what: `make the admin key ${body.name}`,
    async make() {
      const key = await newKey('ak', keySecret);
      const hash = await hashOfKey(key);
      const made = await askOperators(c, (operators) => operators.createAdminKey({ ...body, hash }));
      if (made === undefined) return { outcome: 'unknown', reply: refusalResponse(OPERATORS_SILENT, c.env.context) };
      const { id, name, scope } = made.reply;
      const reply = plainJson({ id, key, name, scope }, c.env.context, 201);
      return { outcome: 'changed', from: null, to: made.reply, reply };
    },
  };
}

/** `GET /admin/admin-keys`. */
export async function listAdminKeys({ c }: AdminCall): Promise<Response> {
  const found = await askOperators(c, (operators) => operators.listAdminKeys());
  return found === undefined
    ? refusalResponse(OPERATORS_SILENT, c.env.context)
    : plainJson({ keys: found.reply }, c.env.context);
}

/** `DELETE /admin/admin-keys/:id`. The key is refused from the next call on, because each call looks up its key. */
export async function revokeAdminKey({ c }: AdminCall): Promise<Change | Response> {
  const id = c.req.param('id') ?? '';
  const found = await askOperators(c, (operators) => operators.listAdminKeys());
  if (found === undefined) return refusalResponse(OPERATORS_SILENT, c.env.context);
  const before = found.reply.find((record) => record.id === id);
  if (before === undefined) {
    const detail = 'There is no admin key with this id. GET /admin/admin-keys lists them.';
    return refusalResponse({ code: 'not_found', path: c.req.path, detail }, c.env.context);
  }
  return {
    what: `revoke the admin key ${before.name}`,
    async make() {
      const revoked = await askOperators(c, (operators) => operators.revokeAdminKey(id));
      if (revoked === undefined) return { outcome: 'unknown', reply: refusalResponse(OPERATORS_SILENT, c.env.context) };
      const { before: from = before, after: to = before } = revoked.reply ?? {};
      return { outcome: 'changed', from, to, reply: plainJson(to, c.env.context) };
    },
  };
}
