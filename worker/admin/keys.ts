/** `/admin/keys` (DESIGN §6): a key is shown once, when it is made; afterwards only its id and what it may do. */
import type { Context } from 'hono';
import * as z from 'zod';
import type { App } from '../edge.ts';
import { plainJson, refusal } from '../pipeline/respond.ts';

const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'use letters, digits, ".", "_" and "-" (at most 63)');

/** As browsers send it in `Origin`: lower case, no default port, no slash. */
const origin = z.string().transform((text, context) => {
  const url = /^https?:\/\/[^/?#@\s]+\/?$/i.test(text) ? URL.parse(text) : null;
  if (url === null) context.addIssue('write an origin such as "https://app.example.com"');
  return url?.origin ?? '';
});

const createBody = z
  .strictObject({
    tenant: name,
    kind: z.enum(['secret', 'publishable']).default('secret'),
    origins: z.array(origin).max(20).default([]),
    user: z.string().min(1).max(256).nullable().default(null),
    features: z.array(z.string()).min(1).max(100).nullable().default(null),
    tier: name.nullable().default(null),
    browser: z.boolean().default(false),
  })
  .refine(({ kind, origins }) => kind === 'secret' || origins.length > 0, {
    path: ['origins'],
    error: 'a publishable key needs the origins of its pages',
  })
  .refine(({ kind, origins }) => kind === 'publishable' || origins.length === 0, {
    path: ['origins'],
    error: 'only a publishable key is bound to origins',
  });

export async function createKey(c: Context<App>): Promise<Response> {
  const { keys, config, missing } = c.env.composition;
  const secretMissing = missing.filter(({ name }) => name === 'KEY_SECRET');
  if (secretMissing.length > 0) return refusal({ code: 'not_configured', missing: secretMissing }, c.env.scope);
  let json: unknown;
  try {
    json = await c.req.json();
  } catch {
    return refusal({ code: 'invalid_json', detail: 'send {"tenant": "…"}' }, c.env.scope);
  }
  const body = createBody.safeParse(json);
  if (!body.success) {
    const [issue] = body.error.issues;
    return refusal(
      { code: 'invalid_body', param: issue?.path.join('.') ?? '', detail: issue?.message ?? '' },
      c.env.scope,
    );
  }
  const unknown = body.data.features?.find((feature) => !config.features.has(feature));
  if (unknown !== undefined) {
    return refusal(
      { code: 'unknown_feature', feature: unknown.slice(0, 100), known: [...config.features.keys()] },
      c.env.scope,
    );
  }
  const { key, record } = await keys.create(body.data);
  return plainJson({ ...record, key }, c.env.scope, 201);
}

export async function listKeys(c: Context<App>): Promise<Response> {
  const { records, cursor } = await c.env.composition.keys.list(c.req.query('cursor'));
  return plainJson({ keys: records, cursor }, c.env.scope);
}

export async function revokeKey(c: Context<App>): Promise<Response> {
  const id = c.req.param('id') ?? '';
  const record = await c.env.composition.keys.revoke(id);
  if (record !== undefined) return plainJson(record, c.env.scope);
  return refusal(
    { code: 'not_found', path: c.req.path, detail: `There is no key with the id "${id.slice(0, 100)}".` },
    c.env.scope,
  );
}
