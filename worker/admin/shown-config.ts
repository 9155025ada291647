/** `GET /admin/config`: the caller's name and scope, and the names that other calls take. */
import { shownConfig } from '../core/config/shown-config.ts';
import { plainJson } from '../response/plain.ts';
import type { AdminCall } from './route.ts';

/** `GET /admin/config`. */
export async function showConfig({ c, operator: { name, scope } }: AdminCall): Promise<Response> {
  return plainJson(shownConfig(c.env.composition.config, { name, scope }), c.env.context);
}
