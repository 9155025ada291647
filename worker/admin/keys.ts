/** `/admin/keys` (docs/keys.md): client keys. A key is shown once, when it is created. Afterwards only its id and permissions are shown. */

import type { Context } from 'hono';
import * as z from 'zod/mini';
import { ok, refused } from '../../protocol/result.ts';
import type { Config } from '../core/config/config.ts';
import { nearestOf } from '../core/config/nearest.ts';
import { type NotConfigured, notConfigured } from '../core/config/not-configured.ts';
import { settings, textAs } from '../core/config/settings.ts';
import { clientTenant } from '../core/config/tenant-name.ts';
import { isKeyId } from '../core/identity/key-format.ts';
import { isLoopbackOrigin } from '../core/identity/loopback.ts';
import { canonicalName, isDistinctName } from '../core/identity/names.ts';
import { isOwnOrigin } from '../core/identity/own-origin.ts';
import { LEAST_SECRET_LENGTH, SAFE_SECRET_LENGTH } from '../core/identity/secret-length.ts';
import type { App } from '../edge.ts';
import { plainJson, refusalResponse } from '../response/plain.ts';
import { askLedger } from './ask-ledger.ts';
import type { Change } from './change.ts';
import { notedName, who } from './fields.ts';
import type { AdminCall } from './route.ts';

/** An origin, stored as browsers send it in `Origin`: lower case, no default port, no slash. */
const origin = textAs((text) => {
  const url = /^https?:\/\/[^/?#@\s]+\/?$/i.test(text) ? URL.parse(text) : null;
  return url === null ? refused('write an origin such as "https://app.example.com"') : ok(url.origin);
});

const LONGEST_MS = 10 * 366 * 86_400_000;
const expiry = (from: number, longest: number, unit: string) =>
  z
    .number({ error: `write a whole number of ${unit}` })
    .check(
      z.int(`write a whole number of ${unit}`),
      z.gt(from, 'write a time that is still to come'),
      z.lte(from + longest, 'write at most ten years, or leave it out for a key without an end'),
    );

/** The body of `POST /admin/keys`. */
export const keyBody = ({ tiers }: Config, now: number) =>
  settings({
    tenant: clientTenant,
    kind: z._default(z.enum(['secret', 'publishable'], { error: 'write secret or publishable' }), 'secret'),
    origins: z._default(z.array(origin).check(z.maxLength(20, 'write at most 20 origins')), []),
    user: z._default(
      z.nullable(
        z
          .pipe(
            z
              .string()
              .check(
                z.minLength(1, 'write the user, or null for none'),
                z.maxLength(256, 'write at most 256 characters'),
              ),
            z.transform(canonicalName),
          )
          .check(z.refine(isDistinctName, 'write no control characters and no U+FFFD')),
      ),
      null,
    ),
    features: z._default(
      z.nullable(
        z
          .array(z.string())
          .check(z.minLength(1, 'write a feature, or null for all'), z.maxLength(100, 'write at most 100 features')),
      ),
      null,
    ),
    tier: z._default(
      z.nullable(
        z
          .string()
          .check(
            z.refine((tier) => tiers.has(tier), `there is no such tier; ${nearestOf(undefined, [...tiers.keys()])}`),
          ),
      ),
      null,
    ),
    browser: z._default(z.boolean(), false),
    name: z._default(
      z.nullable(
        z.string().check(
          z.minLength(1, 'write a name, or null for none'),
          z.maxLength(100, 'write at most 100 characters'),
          z.refine((name) => !/[\p{Cc}\p{Cs}]/u.test(name), 'write no control characters'),
        ),
      ),
      null,
    ),
    expiresAt: z._default(z.nullable(expiry(now, LONGEST_MS, 'epoch milliseconds')), null),
    expiresInSeconds: z._default(z.nullable(expiry(0, LONGEST_MS / 1_000, 'seconds')), null),
  }).check(
    z.refine(({ kind, origins }) => kind === 'secret' || origins.length > 0, {
      path: ['origins'],
      error: 'a publishable key needs the origins of its pages',
    }),
    z.refine(({ kind, origins }) => kind === 'publishable' || origins.length === 0, {
      path: ['origins'],
      error: 'only a publishable key is bound to origins',
    }),
    z.refine(({ expiresAt, expiresInSeconds }) => expiresAt === null || expiresInSeconds === null, {
      path: ['expiresInSeconds'],
      error: 'write expiresAt or expiresInSeconds, not both',
    }),
  );

const MAKING = 'make a key of ';

/** The tenant in a row of the audit that says that a key was made, or may have been made. */
export const tenantOfMade = (what: string): string | undefined =>
  what.startsWith(MAKING) ? what.slice(MAKING.length) : undefined;

/** `POST /admin/keys`. */
export async function createKey({
  c,
  body,
}: AdminCall<z.infer<ReturnType<typeof keyBody>>>): Promise<Change | Response> {
  const { keys, config, deps } = c.env.composition;
  const problem = await secretProblem(c);
  if (problem !== undefined) return refusalResponse(problem, c.env.context);
  const unknown = body.features?.find((feature) => !config.features.has(feature));
  if (unknown !== undefined) {
    return refusalResponse(
      { code: 'unknown_feature', feature: unknown.slice(0, 100), known: [...config.features.keys()] },
      c.env.context,
    );
  }
  const { expiresInSeconds, ...fields } = body;
  const expiresAt = expiresInSeconds === null ? fields.expiresAt : deps.clock.now() + expiresInSeconds * 1_000;
  return {
    what: MAKING + fields.tenant,
    async make() {
      const { key, record } = await keys.create({ ...fields, expiresAt });
      const reply = plainJson({ ...record, key, warnings: originWarnings(c, fields.origins) }, c.env.context, 201);
      return { outcome: 'changed', from: null, to: record, reply };
    },
  };
}

function originWarnings(c: Context<App>, origins: readonly string[]): string[] {
  const { config, env } = c.env.composition;
  const host = c.req.header('host') ?? null;
  const unknownOrigins = origins.filter(
    (one) =>
      !config.origins.includes(one) &&
      !isOwnOrigin(one, host, config.publicUrl) &&
      !(env.local && isLoopbackOrigin(one)),
  );
  return unknownOrigins.map(
    (one) => `${one} is not among "origins" in carryon.config.ts: browsers will not let its pages read any answer.`,
  );
}

/** Refuses to sign the first key with a secret that is easily guessed. Later keys are signed: a new secret would end the existing ones. */
export async function secretProblem(c: Context<App>): Promise<NotConfigured | undefined> {
  const { env, keys } = c.env.composition;
  const { keySecret, local } = env;
  if (keySecret === '') return notConfigured([{ name: 'KEY_SECRET' }], local);
  if (keySecret.length >= LEAST_SECRET_LENGTH || (await keys.list()).records.length > 0) return undefined;
  const problem = `is too short to sign keys: write ${SAFE_SECRET_LENGTH} or more random characters, such as openssl rand -hex 32 makes`;
  return notConfigured([{ name: 'KEY_SECRET', problem }], local);
}

/** The query of `GET /admin/keys`. `cursor` is where the page begins. It is not strict, because other fields were never refused here. */
export const keysQuery = z.object({ cursor: z.optional(z.string()) });

/** `GET /admin/keys`. */
export async function listKeys({
  c,
  query: { cursor: from },
}: AdminCall<undefined, z.infer<typeof keysQuery>>): Promise<Response> {
  const { records, cursor } = await c.env.composition.keys.list(from);
  return plainJson({ keys: records, cursor }, c.env.context);
}

/** The query of `DELETE /admin/keys/:id`. */
export const revokeKeyQuery = settings({ who });

/** `DELETE /admin/keys/:id`. The key stops working within KV's delay. The tenant's ledger grants it nothing from now on. */
export async function revokeKey({
  c,
  operator,
  query: { who },
}: AdminCall<undefined, z.infer<typeof revokeKeyQuery>>): Promise<Change | Response> {
  const { keys } = c.env.composition;
  const id = c.req.param('id') ?? '';
  const [known] = await keys.records([id]);
  if (known === undefined) {
    // A value that is not an id is not repeated, because it may be the key itself.
    const detail = isKeyId(id)
      ? `There is no key with the id "${id}".`
      : 'Send the id of the key, such as 0123456789abcdef0123, and never the key itself. GET /admin/keys lists the ids.';
    return refusalResponse({ code: 'not_found', path: c.req.path, detail }, c.env.context);
  }
  return {
    what: `revoke the key ${id} of ${known.tenant}`,
    async make() {
      const { before, after } = (await keys.revoke(id)) ?? { before: known, after: known };
      const ledgerReply = await askLedger(c, known.tenant, (ledger) =>
        ledger.revoke(`key:${id}`, notedName(operator, who)),
      );
      const reply = plainJson({ ...after, ledgerTold: ledgerReply?.ok === true }, c.env.context);
      if (ledgerReply?.ok === true) {
        const from = { ...before, revokedInLedger: ledgerReply.before.revoked };
        return { outcome: 'changed', from, to: { ...after, revokedInLedger: true }, reply };
      }
      // The key was already revoked in KV. Only the ledger could have changed, and it has not answered.
      if (before.revokedAt !== null) return { outcome: 'unknown', reply };
      return { outcome: 'changed', from: before, to: { ...after, ledgerTold: false }, reply };
    },
  };
}
