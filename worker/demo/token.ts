/** `POST /demo/token`: signs a user of the demo in, without asking anything. */
import type { Context } from 'hono';
import * as z from 'zod/mini';
import { readJson } from '../body/read-json.ts';
import { isVisitor } from '../core/answers/stream/owner.ts';
import { check } from '../core/checked.ts';
import { settings } from '../core/config/settings.ts';
import { demoUser } from '../core/identity/demo-person.ts';
import { LOCAL_IDENTITY } from '../core/identity/identity.ts';
import { mintedClaims } from '../core/identity/token-claims.ts';
import type { App } from '../edge.ts';
import { plainJson, refusalResponse } from '../response/plain.ts';
import { hex, sha256 } from '../stores/digest.ts';

/** The longest body that the demo accepts. */
export const LONGEST_BODY_BYTES = 4_096;
const TTL_SECONDS = 3_600;
const RANDOM_BYTES = 16;

/** `person` is a secret that the page has generated, like `x-carryon-visitor`. */
const tokenBody = settings({
  person: z.optional(
    z
      .string()
      .check(
        z.refine(isVisitor, 'write 20 to 128 random visible ASCII characters: only they tell this person from others'),
      ),
  ),
});

/** `POST /demo/token`. */
export async function demoToken(c: Context<App>): Promise<Response> {
  const { context, composition } = c.env;
  const { deps } = composition;
  const read = await readJson(c.req.raw, LONGEST_BODY_BYTES, '{"person": "…"}', deps, '{}');
  if (!read.ok) return refusalResponse(read.error, context);
  const body = check(read.value, tokenBody);
  if (!body.ok) return refusalResponse(body.error, context);
  const { person = hex(crypto.getRandomValues(new Uint8Array(RANDOM_BYTES))) } = body.value;
  const wish = { user: demoUser(hex(await sha256(person))), features: null, ttlSeconds: TTL_SECONDS };
  const { claims, expiresAt } = mintedClaims(LOCAL_IDENTITY, wish, deps.clock.now());
  return plainJson({ token: await deps.tokens.mint(claims), expiresAt }, context, 201);
}
