/** `GET /admin/openapi.json`: the description of the admin API, made from its table and schemas (cli/openapi/). */
import { plainJson } from '../response/plain.ts';
import { OPENAPI_TEXT } from './openapi-text.ts';
import type { AdminCall } from './route.ts';

/** Replies with the description that the build made. */
export async function describeApi({ c }: AdminCall): Promise<Response> {
  return plainJson(JSON.parse(OPENAPI_TEXT), c.env.context);
}
