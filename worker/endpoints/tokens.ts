/** `POST /v1/tokens`: a server uses its secret key to get a token for the page of one of its users. */

import { readJson } from '../body/read-json.ts';
import { mintedClaims } from '../core/identity/token-claims.ts';
import { minterProblem, readTokenRequest } from '../core/identity/token-request.ts';
import { identify } from '../pipeline/identify.ts';
import type { RequestContext } from '../pipeline/request.ts';
import type { Deps } from '../ports.ts';
import { plainJson, refusalResponse } from '../response/plain.ts';

/** Large enough for a list of a hundred features. */
const LONGEST_BODY_BYTES = 16_384;

/** Checks the key and the wish, and answers with a signed token. */
export async function mintToken(request: Request, deps: Deps, context: RequestContext): Promise<Response> {
  const { clock, config, tokens } = deps;
  const identified = await identify(request, deps, context.background);
  if (!identified.ok) return refusalResponse(identified.error, context);
  const identity = identified.value;
  const problem = minterProblem(identity, request.headers.has('origin'));
  if (problem !== undefined) return refusalResponse(problem, context);
  const body = await readJson(request, LONGEST_BODY_BYTES, '{"user": "…"}', deps);
  if (!body.ok) return refusalResponse(body.error, context);
  const read = readTokenRequest(body.value, identity, config);
  if (!read.ok) return refusalResponse(read.error, context);
  const { claims, expiresAt } = mintedClaims(identity, read.value, clock.now());
  return plainJson({ token: await tokens.mint(claims), expiresAt }, context, 201);
}
