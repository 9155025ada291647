/** `GET /admin/openapi.json`: the calls of the admin API, as their table and schemas have them (cli/openapi/). */
import { plainJson } from '../response/plain.ts';
import { OPENAPI_TEXT } from './openapi-text.ts';
import type { AdminCall } from './route.ts';

export async function describeApi({ c }: AdminCall): Promise<Response> {
  return plainJson(JSON.parse(OPENAPI_TEXT), c.env.scope);
}
