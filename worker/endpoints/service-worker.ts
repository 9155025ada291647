/** `GET /sw.js`: the built service worker, after a line that sets the router's origin. */
import { SERVICE_WORKER_FILE } from '../../protocol/static-files.ts';
import { fingerprint } from '../core/config/fingerprint.ts';
import type { RequestContext } from '../pipeline/request.ts';
import type { Deps } from '../ports.ts';
import { commonHeaders, refusalResponse } from '../response/plain.ts';

/** The script, a 304 if the browser has it already, or a refusal if the router does not know its own origin. */
export async function serviceWorkerScript(request: Request, deps: Deps, context: RequestContext): Promise<Response> {
  const origin = deps.config.publicUrl ?? originOf(request);
  if (origin === undefined)
    return refusalResponse({ code: 'misdirected_request', host: '', detail: NO_ORIGIN }, context);
  const built = await deps.files.text(SERVICE_WORKER_FILE);
  if (built === undefined) return refusalResponse({ code: 'not_found', path: '/sw.js', detail: NOT_BUILT }, context);
  const script = `self.carryonRouter=${JSON.stringify(origin)};\n${built}`;
  const etag = `"${fingerprint(script)}-${script.length}"`;
  const headers = {
    ...commonHeaders(context),
    // Browsers fetch a service worker's script again by themselves. The tag makes that cheap.
    'cache-control': 'no-cache',
    etag,
    // A front end on another origin imports it into its own worker, which may require this header.
    'cross-origin-resource-policy': 'cross-origin',
    'x-content-type-options': 'nosniff',
  };
  if (hasTag(request.headers.get('if-none-match'), etag)) return new Response(null, { status: 304, headers });
  return new Response(script, { headers: { ...headers, 'content-type': 'text/javascript; charset=utf-8' } });
}

/** The origin to which the request was sent. Undefined if its Host header makes no valid origin. */
export function originOf({ url }: Request): string | undefined {
  const origin = URL.parse(url)?.origin;
  return origin !== undefined && ORIGIN.test(origin) ? origin : undefined;
}

/** Matches a valid origin. In plain workerd it comes from the Host header, which may hold anything, even quotation marks. */
const ORIGIN = /^https?:\/\/[\w.-]+(?::\d+)?$|^https?:\/\/\[[\da-f:]+\](?::\d+)?$/;

const NO_ORIGIN =
  'The Host header of this request names no host, and the script must say where its router is. Set publicUrl in carryon.config.ts.';

const NOT_BUILT =
  'This Worker was started without its static files. npm run build makes them, and [assets] in wrangler.toml binds them.';

/** True if the browser has the script with this tag. A proxy that compresses turns the tag into a weak one. */
const hasTag = (ifNoneMatch: string | null, etag: string): boolean =>
  ifNoneMatch?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag) ?? false;
