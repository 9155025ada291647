/** `PUT /demo/limits`: gives the caller a budget of one cent a day, or restores config's own. */
import type { Context } from 'hono';
import * as z from 'zod/mini';
import { makeAuditedChange } from '../admin/change.ts';
import { settingLimits } from '../admin/limits.ts';
import { readJson } from '../body/read-json.ts';
import { check } from '../core/checked.ts';
import { settings } from '../core/config/settings.ts';
import { LOCAL_IDENTITY } from '../core/identity/identity.ts';
import type { App } from '../edge.ts';
import { refusalResponse } from '../response/plain.ts';
import { DEMO, personOf } from './person.ts';
import { LONGEST_BODY_BYTES } from './token.ts';

const ONE_CENT = 0.01;
const limitsBody = settings({
  dailyUsd: z.literal([ONE_CENT, null], { error: `write ${ONE_CENT}, or null for the limit of carryon.config.ts` }),
});

/** `PUT /demo/limits`. */
export async function putDemoLimits(c: Context<App>): Promise<Response> {
  const { context, composition } = c.env;
  const person = await personOf(c);
  if (!person.ok) return refusalResponse(person.error, context);
  const read = await readJson(c.req.raw, LONGEST_BODY_BYTES, `{"dailyUsd": ${ONE_CENT}}`, composition.deps);
  if (!read.ok) return refusalResponse(read.error, context);
  const body = check(read.value, limitsBody);
  if (!body.ok) return refusalResponse(body.error, context);
  const wish = {
    tenant: LOCAL_IDENTITY.tenant,
    scope: `user:${person.value}`,
    limits: body.value,
    who: DEMO.name,
  } as const;
  const change = settingLimits(c, wish, ({ limits: { dailyMicroUsd } }) => ({
    dailyUsd: dailyMicroUsd === null ? null : dailyMicroUsd / 1e6,
  }));
  return makeAuditedChange(change, c, DEMO);
}
