import { identify } from '../../worker/pipeline/identify.ts';
import type { Background, Deps } from '../../worker/ports.ts';

/** The path of the token run. It takes `?count=`, with a token as the credential. */
export const TOKENS_PATH = '/__bench/tokens';

/** Identifies the same caller `count` times, as one would for each request. */
export async function checkTokens(request: Request, deps: Deps, background: Background): Promise<Response> {
  const count = Number(new URL(request.url).searchParams.get('count'));
  for (let check = 0; check < count; check += 1) {
    const identified = await identify(request, deps, background);
    if (!identified.ok) throw new Error(identified.error.code);
    if (identified.value.kind !== 'token') throw new Error(`a ${identified.value.kind}, and not a token`);
  }
  return Response.json({ checked: count });
}
