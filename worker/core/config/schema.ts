/** What `carryon.config.ts` may say. Each message tells what would be right; `cli/check-config.ts` adds the line. */
import * as z from 'zod';
import { durationMs } from './duration.ts';

/** An object of these settings and no others. */
const settings = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys' ? `is not a setting; there are ${Object.keys(shape).join(', ')}` : undefined,
  });

const duration = (least: string, most: string) =>
  z.string({ error: 'write a duration with its unit, such as "500ms", "30s" or "2m"' }).transform((text, context) => {
    const ms = durationMs(text);
    const [leastMs, mostMs] = [durationMs(least) ?? 0, durationMs(most) ?? 0];
    if (ms === undefined) {
      context.addIssue(`"${text}" is not a duration; write "500ms", "30s" or "2m"`);
    } else if (ms < leastMs || ms > mostMs) {
      context.addIssue(`"${text}" is out of range; write ${least} to ${most}`);
    }
    return ms ?? 0;
  });

const count = (least: number, most: number) =>
  z.number().int().min(least, `write a whole number from ${least}`).max(most, `write a whole number up to ${most}`);

const usd = z.number().min(0, 'write a price in USD, 0 or more').max(1_000_000, 'write a price in USD up to a million');

const variable = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*$/, 'write the NAME of an environment variable, such as "OPENAI_API_KEY", never the value');

/** Kept as browsers send it in `Origin`: lower case, no default port, no slash. */
const origin = z
  .string()
  .regex(/^https?:\/\/[^/?#@\s]+\/?$/i, 'write an origin such as "https://app.example.com", no path')
  .transform((text) => text.toLowerCase().replace(/(?:(?<=^http:.*):80|(?<=^https:.*):443)?\/?$/, ''));

/** USD per million tokens. */
const price = settings({
  input: usd,
  output: usd,
  /** Input read from the provider's cache; the input price where it is left out. */
  cachedInput: usd.optional(),
  /** Input written to the provider's cache; the input price where it is left out. */
  cacheWrite: usd.optional(),
});

const allowedParam = settings({
  /** Added to each request that carries the field. */
  usdPerRequest: usd.optional(),
  /** Multiplies the token prices of each request that carries the field. */
  priceFactor: z.number().min(1, 'write a factor of 1 or more').max(1000, 'write a factor up to 1000').optional(),
}).refine((cost) => cost.usdPerRequest !== undefined || cost.priceFactor !== undefined, {
  error: 'say what the field costs: { usdPerRequest } or { priceFactor }',
});

const slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'use lower-case letters, digits, ".", "_" and "-" (at most 63)');

const deployment = settings({
  id: slug,
  /** A preset's name (worker/providers/presets.ts). Leave it out with `fromEnvironment`. */
  provider: z.string().optional(),
  model: z.string().min(1, 'write the model as its provider names it').optional(),
  /** Names of the variables that hold the base URL and the key; the preset's own where they are left out. */
  apiBase: variable.optional(),
  key: variable.optional(),
  /** Everything from `NAME_API_BASE`, `NAME_KEY`, `NAME_MODEL`, `NAME_FORMAT`, `NAME_PRICE_INPUT`, `NAME_PRICE_OUTPUT`. */
  fromEnvironment: variable.optional(),
  order: count(1, 100).default(1),
  weight: z.number().positive('write a weight above 0').max(1_000_000, 'write a weight up to a million').default(1),
  timeout: duration('10ms', '14m').default(60_000),
  streamTimeout: duration('10ms', '14m').default(10_000),
  idleTimeout: duration('10ms', '14m').default(15_000),
  maxParallel: count(1, 100_000).optional(),
  price: price.optional(),
  allowParams: z.record(z.string(), allowedParam).default({}),
});

const alias = settings({
  deployments: z.array(deployment).min(1, 'an alias needs a deployment, better two'),
});

const feature = settings({
  /** The alias for requests that name none (`/ai` with a prompt). */
  alias: z.string().optional(),
});

const router = settings({
  routingStrategy: z.enum(['simple-shuffle'], { error: 'only "simple-shuffle" for now' }).default('simple-shuffle'),
  /** Further attempts within an `order` group. */
  numRetries: count(0, 10).default(2),
  /** Failures a minute that a deployment may have; one more rests it. */
  allowedFails: count(0, 1000).default(3),
  cooldownTime: duration('100ms', '2m').default(10_000),
  totalTimeout: duration('100ms', '14m').default(90_000),
  maxStreamDuration: duration('1s', '14m').default(600_000),
  maxRetryAfterWait: duration('0s', '1m').default(2_000),
  whenAllCooling: z
    .enum(['try-soonest', 'refuse'], { error: 'write "try-soonest" or "refuse"' })
    .default('try-soonest'),
  /** Refuse a body field that would otherwise be left out and named in `x-carryon-dropped`. */
  strictParams: z.boolean().default(false),
  maxBodyBytes: count(1024, 100_000_000).default(1_048_576),
  /** The limit for a body that carries images. */
  maxImageBodyBytes: count(1024, 100_000_000).default(20_971_520),
  /** For a provider that demands an output cap, when the request has none. */
  defaultMaxOutputTokens: count(1, 1_000_000).default(4096),
});

export const configSchema = settings({
  aliases: z.record(z.string().min(1, 'an alias needs a name, such as "app/chat"'), alias),
  features: z.record(slug, feature),
  defaultFeature: slug,
  /** Origins whose pages may call. Locally every origin may. */
  origins: z.array(origin).default([]),
  router: router.prefault({}),
}).superRefine((config, context) => {
  const aliases = Object.keys(config.aliases);
  if (aliases.length === 0) context.addIssue({ code: 'custom', path: ['aliases'], message: 'name at least one alias' });
  if (!Object.hasOwn(config.features, config.defaultFeature)) {
    context.addIssue({
      code: 'custom',
      path: ['defaultFeature'],
      message: `"${config.defaultFeature}" is not one of features: ${Object.keys(config.features).join(', ')}`,
    });
  }
  for (const [name, { alias }] of Object.entries(config.features)) {
    if (alias !== undefined && !aliases.includes(alias)) {
      const message = `"${alias}" is not one of aliases: ${aliases.join(', ')}`;
      context.addIssue({ code: 'custom', path: ['features', name, 'alias'], message });
    }
  }
  const seen = new Map<string, string>();
  for (const [name, { deployments }] of Object.entries(config.aliases)) {
    for (const [index, { id, provider, model, apiBase, key, fromEnvironment }] of deployments.entries()) {
      const path = ['aliases', name, 'deployments', index];
      const other = seen.get(id);
      if (other !== undefined) {
        const message = `the id "${id}" is used in ${other} already; every deployment needs its own`;
        context.addIssue({ code: 'custom', path: [...path, 'id'], message });
      }
      seen.set(id, `alias "${name}"`);
      if (fromEnvironment === undefined && (provider === undefined || model === undefined)) {
        const message = 'write provider and model, or fromEnvironment: "PROVIDER_A"';
        context.addIssue({ code: 'custom', path, message });
      }
      if (fromEnvironment !== undefined && (provider ?? model ?? apiBase ?? key) !== undefined) {
        const message = 'it names provider, model, base URL and key; write either it or those, not both';
        context.addIssue({ code: 'custom', path: [...path, 'fromEnvironment'], message });
      }
    }
  }
});

/** As written in `carryon.config.ts`. */
export type ConfigInput = z.input<typeof configSchema>;
/** As checked, with every default filled in and durations in milliseconds. */
export type CheckedConfig = z.output<typeof configSchema>;
export type CheckedDeployment = CheckedConfig['aliases'][string]['deployments'][number];

/** For `carryon.config.ts`: types as you write. It is checked at build and at start. */
export const defineConfig = (config: ConfigInput): ConfigInput => config;
