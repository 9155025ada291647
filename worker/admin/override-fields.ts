/** Fields of the calls that set overrides. */
import * as z from 'zod/mini';
import { price } from '../core/config/price-schema.ts';
import { order, settings, weight } from '../core/config/settings.ts';
import { tenantName } from '../core/config/tenant-name.ts';
import { FAULT_KINDS, parseTraffic } from '../core/routing/fault.ts';

/** The alias in the path. It may be any name, because an override may outlive an alias that a deploy has removed. */
export const aliasParams = z.object({ alias: z.string() });
/** The alias of the path. */
export type AliasParams = z.infer<typeof aliasParams>;
/** The feature in the path. It may be any name too. */
export const featureParams = z.object({ feature: z.string() });
/** The feature of the path. */
export type FeatureParams = z.infer<typeof featureParams>;
/** The deployment of the path. */
export const deploymentParams = z.object({ deployment: z.string() });
/** The deployment of the path. */
export type DeploymentParams = z.infer<typeof deploymentParams>;

const LONGEST_SECONDS = 30 * 86_400;

/** Why an override was set. */
export const reason = z
  .string()
  .check(z.regex(/^[^\p{Cc}\p{Cs}]{1,200}$/u, 'write why, in 1 to 200 characters, none of them a control character'));

/** When an override ends, in one of two ways. */
export interface End {
  until?: number | undefined;
  forSeconds?: number | undefined;
}

/** The fields of an override's end. Refinements check them, not bounds, because the API's description must not contain today's date. */
export const end = (now: number) => ({
  until: z.optional(
    z.number().check(
      z.int('write epoch milliseconds, a whole number'),
      z.refine((until) => until > now, `is over; write epoch milliseconds in the future (it is ${now} now)`),
      z.refine((until) => until <= now + LONGEST_SECONDS * 1_000, 'is more than 30 days ahead; write a nearer end'),
    ),
  ),
  forSeconds: z.optional(
    z
      .number()
      .check(
        z.positive('write a number of seconds above 0'),
        z.maximum(LONGEST_SECONDS, `write at most ${LONGEST_SECONDS} seconds, which are 30 days`),
      ),
  ),
});

/** Refuses both ends at once. */
export function hasAtMostOneEnd({ until, forSeconds }: End, context: z.core.$RefinementCtx): void {
  if (until === undefined || forSeconds === undefined) return;
  context.addIssue({
    code: 'custom',
    path: ['forSeconds'],
    message: 'cannot be combined with until; write one of the two',
  });
}

/** Requires exactly one end. */
export function hasOneEnd(body: End, context: z.core.$RefinementCtx): void {
  hasAtMostOneEnd(body, context);
  if (body.until !== undefined || body.forSeconds !== undefined) return;
  const message = 'is missing; write until (epoch milliseconds) or forSeconds';
  context.addIssue({ code: 'custom', path: ['until'], message });
}

/** The end in epoch milliseconds; null if there is none. */
export function endOf({ until, forSeconds }: End, now: number): number | null {
  if (until !== undefined) return until;
  return forSeconds === undefined ? null : now + Math.ceil(forSeconds * 1_000);
}

const traffic = z.string().check(
  z.superRefine((text, context) => {
    const read = parseTraffic(text);
    if (read === undefined) context.addIssue('write drill, tenant:NAME, share:0.1 (above 0, at most 1) or all');
    const named = read?.kind === 'tenant' ? tenantName.safeParse(read.tenant).error?.issues[0] : undefined;
    if (named !== undefined) context.addIssue(`of the tenant's name: ${named.message}`);
  }),
);

/** A fault and its traffic. */
export const faultFields = {
  fault: z.enum(FAULT_KINDS, { error: `write one of ${FAULT_KINDS.join(', ')}` }),
  traffic,
  /** Confirms `traffic: 'all'`. */
  yes: z.optional(z.boolean()),
};

const model = z
  .string()
  .check(
    z.regex(
      /^(?!\s)[^\p{Cc}\p{Cs}]{1,200}(?<!\s)$/u,
      'write the model as its provider names it, in at most 200 characters',
    ),
  );

/** The lines of an alias list. */
export const listedDeployments = z.readonly(
  z
    .array(
      settings({
        id: z.string(),
        model,
        price: z.optional(price),
        order: z.optional(order),
        weight: z.optional(weight),
      }),
    )
    .check(z.minLength(1, 'an alias needs a deployment, preferably two')),
);
