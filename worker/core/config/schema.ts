/** What `carryon.config.ts` may contain. Each message says what would be right; `cli/check-config.ts` adds the line. */
import * as z from 'zod';
import { cachePolicy } from '../answers/cache-schema.ts';
import { LONGEST_RUN_MS } from '../ledger/protocol.ts';
import { ROUTING_STRATEGIES } from '../routing/strategies.ts';
import { alerts } from './alerts-schema.ts';
import { demo } from './demo-schema.ts';
import { issuerProblems, issuers } from './issuers-schema.ts';
import { limits } from './limits-schema.ts';
import { price } from './price-schema.ts';
import { count, duration, order, settings, slug, usd, variable, weight } from './settings.ts';
import { slo } from './slo-schema.ts';
import { telemetry } from './telemetry-schema.ts';
import { tenantName } from './tenant-name.ts';
import { tenant, tiers } from './tenants-schema.ts';

/** Stored as browsers send it in `Origin`: lower case, no default port, no slash. */
const origin = z
  .string()
  .regex(/^https?:\/\/[^/?#@\s]+\/?$/i, 'write an origin such as "https://app.example.com", no path')
  .transform((text) => text.toLowerCase().replace(/(?:(?<=^http:.*):80|(?<=^https:.*):443)?\/?$/, ''));

/** As in a `Host` header, without a port. */
const hostName = z
  .string()
  .regex(/^(?:[a-z0-9._-]+|\[[\da-f:.]+\])$/i, 'write a host such as "my-box.lan", without scheme and port')
  .transform((text) => text.toLowerCase());

const headerName = z
  .string()
  .regex(/^[\w-]{1,64}$/, 'write the name of a header, such as "x-real-ip"')
  .transform((text) => text.toLowerCase());

const allowedParam = settings({
  /** Added to each request that carries the field. */
  usdPerRequest: usd.optional(),
  /** Multiplies the token prices of each request that carries the field. */
  priceFactor: z.number().min(1, 'write a factor of 1 or more').max(1000, 'write a factor up to 1000').optional(),
}).refine((cost) => cost.usdPerRequest !== undefined || cost.priceFactor !== undefined, {
  error: 'say what the field costs: { usdPerRequest } or { priceFactor }',
});

const deployment = settings({
  id: slug,
  /** A preset's name (worker/providers/presets.ts). Leave it out with `fromEnvironment`. */
  provider: z.string().optional(),
  model: z.string().min(1, 'write the model as its provider names it').optional(),
  /** Names of the variables that hold the base URL and the key. Left out: the preset's. */
  apiBase: variable('OWN_API_BASE').optional(),
  key: variable('OPENAI_API_KEY').optional(),
  /** Reads everything from `NAME_API_BASE`, `NAME_KEY`, `NAME_MODEL`, `NAME_FORMAT`, `NAME_PRICE_INPUT`, `NAME_PRICE_OUTPUT` … */
  fromEnvironment: variable('PROVIDER_A').optional(),
  order: order.default(1),
  weight: weight.default(1),
  /** For a whole answer. Left out: derived from its output cap (docs/time-limits.md). */
  timeout: duration('10ms', '14m').optional(),
  streamTimeout: duration('10ms', '14m').default(10_000),
  /** The same for a model that thinks before it writes, as long as it sends signs of life. */
  thinkingTimeout: duration('10ms', '14m').default(60_000),
  idleTimeout: duration('10ms', '14m').default(15_000),
  maxParallel: count(1, 100_000).optional(),
  /** Left out: the price list's (docs/prices.md). */
  price: price.optional(),
  /** The model's thinking is not shown, so a cut answer may have cost its whole cap. Known models need no setting. */
  hidesTokens: z.boolean().optional(),
  /** Thinking tokens that it may bill on top of the output cap. Left out: the host's habit, as for the next two. */
  thinkingBeyondCap: count(0, 1_000_000).optional(),
  /** The fastest that it writes one choice of an answer. */
  tokensPerSecond: count(1, 1_000_000).optional(),
  /** It finishes and bills an answer after the client has left. */
  goesOnWhenLeft: z.boolean().optional(),
  /** It is a server of your own that traces, and goes on with the trace of each request. */
  traceparent: z.boolean().default(false),
  allowParams: z.record(z.string(), allowedParam).default({}),
});

const aliasName = z
  .string()
  .min(1, 'an alias needs a name, such as "app/chat"')
  .refine((name) => name !== '*', 'cannot name an alias: for a bypass it means all of them');

const alias = settings({
  deployments: z.array(deployment).min(1, 'an alias needs a deployment, better two'),
});

const feature = settings({
  /** The alias for requests that name none (`/ai` with a prompt). */
  alias: z.string().optional(),
  /** Counted before any provider is called, as the ledger counts: a byte of text is at most one token. English has about four bytes a token. */
  maxInputTokens: count(1, 100_000_000).optional(),
  /** Also the cap of requests that name none. Left out: `router.defaultMaxOutputTokens`. */
  maxOutputTokens: count(1, 1_000_000).optional(),
  /** USD that one request may cost at most. */
  maxCostPerRequest: usd.optional(),
  /** What happens to a request above these caps or above what is left of a budget: it is refused, or served by the safeguard. */
  onExceed: z.enum(['reject', 'degrade'], { error: 'write "reject" or "degrade"' }).default('reject'),
  safeguard: settings({
    /** A cheaper alias. Left out: the request's own. */
    alias: z.string().optional(),
    maxOutputTokens: count(1, 1_000_000).optional(),
    /** The oldest whole turns are dropped until the others fit; system messages stay. */
    maxInputTokens: count(1, 100_000_000).optional(),
  }).optional(),
  /** For all users of this feature within one tenant, together. */
  limits: limits.default({}),
  /** Its streams may be resumed (`x-carryon-resume: 1` with an `idempotency-key`). */
  resume: z.boolean().default(false),
  /** Its tools and instructions repeat with every request: Anthropic is told to cache them (docs/parameters.md). */
  promptCache: z.boolean().default(false),
  /** How long a browser may replay its answers while it is offline; '0s': never. */
  travelTtl: duration('0s', '365d').default(7 * 86_400_000),
  /** Caching of answers. Left out: off. */
  cache: cachePolicy.optional(),
});

/** What a request may cost at most (docs/holds.md). */
const pricing = settings({
  /** USD of your own on top of each answer. */
  feePerRequest: usd.default(0),
  /** Tokens that a provider adds to the text: its chat template and its own instructions. Left out: the host's habit. */
  overheadTokensPerRequest: count(0, 1_000_000).optional(),
  overheadTokensPerTool: count(0, 1_000_000).default(100),
  tokensPerImage: count(0, 10_000_000).default(10_000),
  tokensPerFile: count(0, 10_000_000).default(100_000),
});

const router = settings({
  /** How a deployment is chosen within an `order` group. */
  routingStrategy: z
    .enum(ROUTING_STRATEGIES, { error: `only ${ROUTING_STRATEGIES.map((name) => `"${name}"`).join(', ')} for now` })
    .default('simple-shuffle'),
  /** Further attempts within an `order` group. */
  numRetries: count(0, 10).default(2),
  /** Failures a minute that a deployment may have; one more begins a cooldown. */
  allowedFails: count(0, 1000).default(3),
  cooldownTime: duration('100ms', '2m').default(10_000),
  totalTimeout: duration('100ms', '14m').default(90_000),
  maxStreamDuration: duration('1s', '14m').default(600_000),
  maxRetryAfterWait: duration('0s', '1m').default(2_000),
  whenAllCooling: z
    .enum(['try-soonest', 'refuse'], { error: 'write "try-soonest" or "refuse"' })
    .default('try-soonest'),
  /** Refuses a body field that would otherwise be dropped and named in `x-carryon-dropped`. */
  strictParams: z.boolean().default(false),
  maxBodyBytes: count(1024, 100_000_000).default(1_048_576),
  /** The limit for a body that carries images. */
  maxImageBodyBytes: count(1024, 100_000_000).default(20_971_520),
  /** Allows picture URLs with `http:` and on private hosts, for your own providers that fetch them. */
  privateImageUrls: z.boolean().default(false),
  /** Requests a minute that one address may make with publishable keys, in each isolate. */
  publishableRate: count(1, 1_000_000).default(60),
  /** The header into which your own proxy writes the client's address. On Cloudflare it is always `cf-connecting-ip`. */
  addressHeader: headerName.optional(),
  /** The output cap of a request if neither it nor its feature names one. */
  defaultMaxOutputTokens: count(1, 1_000_000).default(4096),
});

/** The schema of `carryon.config.ts`. */
export const configSchema = settings({
  aliases: z.record(aliasName, alias),
  features: z.record(slug, feature),
  defaultFeature: slug,
  /** Origins whose pages may call. In local mode, pages of this machine may too. */
  origins: z.array(origin).default([]),
  /** The origin under which clients reach the router, if a proxy in front of it ends TLS and so changes the address that the router sees. */
  publicUrl: origin.optional(),
  /** Further host names under which local mode answers, such as "my-box.lan". By itself it answers only to names of this machine. */
  localHosts: z.array(hostName).default([]),
  /** Your own sign-ins, whose tokens pages may send. */
  issuers,
  alerts: alerts.default({}),
  telemetry: telemetry.prefault({}),
  demo,
  tiers,
  tenants: z.record(tenantName, tenant).default({}),
  slo: slo.prefault({}),
  pricing: pricing.prefault({}),
  router: router.prefault({}),
}).superRefine((config, context) => {
  const aliases = Object.keys(config.aliases);
  if (aliases.length === 0) context.addIssue({ code: 'custom', path: ['aliases'], message: 'name at least one alias' });
  if (!Object.hasOwn(config.features, config.defaultFeature)) {
    context.addIssue({
      code: 'custom',
      path: ['defaultFeature'],
      message: `"${config.defaultFeature}" is not one of features: ${Object.keys(config.features).join(', ') || 'there are none'}`,
    });
  }
  const noSuchAlias = (alias: string | undefined, path: string[]) => {
    if (alias === undefined || aliases.includes(alias)) return;
    context.addIssue({ code: 'custom', path, message: `"${alias}" is not one of aliases: ${aliases.join(', ')}` });
  };
  for (const [name, { alias, onExceed, safeguard }] of Object.entries(config.features)) {
    noSuchAlias(alias, ['features', name, 'alias']);
    noSuchAlias(safeguard?.alias, ['features', name, 'safeguard', 'alias']);
    if (onExceed === 'degrade' && (safeguard === undefined || Object.keys(safeguard).length === 0)) {
      const message = '"degrade" needs a safeguard, such as safeguard: { maxOutputTokens: 300 }';
      context.addIssue({ code: 'custom', path: ['features', name, 'onExceed'], message });
    }
    if (onExceed === 'reject' && safeguard !== undefined) {
      const message = 'is only used with onExceed: "degrade"; write that, or leave it out';
      context.addIssue({ code: 'custom', path: ['features', name, 'safeguard'], message });
    }
  }
  for (const problem of issuerProblems(config.issuers, Object.keys(config.features))) {
    context.addIssue({ code: 'custom', ...problem });
  }
  for (const [name, { tier }] of Object.entries(config.tenants)) {
    if (tier === undefined || Object.hasOwn(config.tiers, tier)) continue;
    const message = `"${tier}" is not one of tiers: ${Object.keys(config.tiers).join(', ') || 'there are none'}`;
    context.addIssue({ code: 'custom', path: ['tenants', name, 'tier'], message });
  }
  const { totalTimeout, maxStreamDuration } = config.router;
  if (totalTimeout + maxStreamDuration > LONGEST_RUN_MS) {
    const message = 'together with totalTimeout at most 15m, because a request may hold its budget for that long';
    context.addIssue({ code: 'custom', path: ['router', 'maxStreamDuration'], message });
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
/** One deployment as checked. */
export type CheckedDeployment = CheckedConfig['aliases'][string]['deployments'][number];

/** For `carryon.config.ts`: gives types while you write. The build checks it. */
export const defineConfig = (config: ConfigInput): ConfigInput => config;
