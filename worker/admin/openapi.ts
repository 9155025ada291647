/** `GET /admin/openapi.json`: the description of the admin API, made from its table, schemas and types of replies (cli/openapi/). */
import { OPENAPI_FILE } from '../../protocol/static-files.ts';
import { plainJson, refusalResponse } from '../response/plain.ts';
import type { AdminCall } from './route.ts';

/** Replies with the description that the build made. It is a static file, because it would be a twentieth of the bundle. */
export async function describeApi({ c }: AdminCall): Promise<Response> {
  const text = await c.env.composition.deps.files.text(OPENAPI_FILE);
  if (text !== undefined) return plainJson(JSON.parse(text), c.env.context);
  const detail = 'This Worker was deployed without its static files: [assets] in wrangler.toml binds them.';
  return refusalResponse({ code: 'not_found', path: c.req.path, detail }, c.env.context);
}
