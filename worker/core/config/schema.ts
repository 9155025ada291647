/** What `carryon.config.ts` may contain. Each message says what would be right; `cli/check-config.ts` adds the line. */
import * as z from 'zod/mini';
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
const origin = z.pipe(
  z
    .string()
    .check(z.regex(/^https?:\/\/[^/?#@\s]+\/?$/i, 'write an origin such as "https://app.example.com", no path')),
  z.transform((text) => text.toLowerCase().replace(/(?:(?<=^http:.*):80|(?<=^https:.*):443)?\/?$/, '')),
);

/** A host as in a `Host` header, without its port. */
const hostName = z.pipe(
  z
    .string()
    .check(z.regex(/^(?:[a-z0-9._-]+|\[[\da-f:.]+\])$/i, 'write a host such as "my-box.lan", without scheme and port')),
  z.transform((text) => text.toLowerCase()),
);

const headerName = z.pipe(
  z.string().check(z.regex(/^[\w-]{1,64}$/, 'write the name of a header, such as "x-real-ip"')),
  z.transform((text) => text.toLowerCase()),
);

const allowedParam = settings({
  /** Added to each request that carries the field. */
  usdPerRequest: z.optional(usd),
  /** Multiplies the token prices of each request that carries the field. */
  priceFactor: z.optional(
    z.number().check(z.minimum(1, 'write a factor of 1 or more'), z.maximum(1000, 'write a factor up to 1000')),
  ),
}).check(
  z.refine((cost) => cost.usdPerRequest !== undefined || cost.priceFactor !== undefined, {
    error: 'say what the field costs: { usdPerRequest } or { priceFactor }',
  }),
);

const deployment = settings({
  id: slug,
  /** A preset's name (worker/providers/presets.ts). Leave it out with `fromEnvironment`. */
  provider: z.optional(z.string()),
  model: z.optional(z.string().check(z.minLength(1, 'write the model as its provider names it'))),
  /** Names of the variables that hold the base URL and the key. They default to the preset's. */
  apiBase: z.optional(variable('OWN_API_BASE')),
  key: z.optional(variable('OPENAI_API_KEY')),
  /** Reads everything from `NAME_API_BASE`, `NAME_KEY`, `NAME_MODEL`, `NAME_FORMAT`, `NAME_PRICE_INPUT`, `NAME_PRICE_OUTPUT` … */
  fromEnvironment: z.optional(variable('PROVIDER_A')),
  order: z._default(order, 1),
  weight: z._default(weight, 1),
  /** The time for a whole answer. By default it is derived from the output cap (docs/time-limits.md). */
  timeout: z.optional(duration('10ms', '14m')),
  streamTimeout: z._default(duration('10ms', '14m'), 10_000),
  /** Replaces `streamTimeout` for a model that thinks before it writes, as long as it sends signs of life. */
  thinkingTimeout: z._default(duration('10ms', '14m'), 60_000),
  idleTimeout: z._default(duration('10ms', '14m'), 15_000),
  maxParallel: z.optional(count(1, 100_000)),
  /** Defaults to the price in the price list (docs/prices.md). */
  price: z.optional(price),
  /** True if the model's thinking is not shown, so that a cut answer may have cost its whole cap. Known models need no setting. */
  hidesTokens: z.optional(z.boolean()),
  /** Thinking tokens that it may bill on top of the output cap. Defaults to the host's habit, as do the next two. */
  thinkingBeyondCap: z.optional(count(0, 1_000_000)),
  /** The fastest that it writes one choice of an answer. */
  tokensPerSecond: z.optional(count(1, 1_000_000)),
  /** True if it finishes and bills an answer after the client has left. */
  goesOnWhenLeft: z.optional(z.boolean()),
  /** True if it is a server of your own that traces and goes on with the trace of each request. */
  traceparent: z._default(z.boolean(), false),
  allowParams: z._default(z.record(z.string(), allowedParam), {}),
});

const aliasName = z.string().check(
  z.minLength(1, 'an alias needs a name, such as "app/chat"'),
  z.refine((name) => name !== '*', 'cannot name an alias: for a bypass it means all of them'),
);

const alias = settings({
  deployments: z.array(deployment).check(z.minLength(1, 'an alias needs a deployment, preferably two')),
});

const feature = settings({
  /** The alias for requests that name none (`/ai` with a prompt). */
  alias: z.optional(z.string()),
  /** Counted before any provider is called, as the ledger counts: a byte of text is at most one token. English has about four bytes a token. */
  maxInputTokens: z.optional(count(1, 100_000_000)),
  /** Also the cap of requests that name none. Defaults to `router.defaultMaxOutputTokens`. */
  maxOutputTokens: z.optional(count(1, 1_000_000)),
  /** USD that one request may cost at most. */
  maxCostPerRequest: z.optional(usd),
  /** What happens to a request above these caps or above what is left of a budget: it is refused, or served by the safeguard. */
  onExceed: z._default(z.enum(['reject', 'degrade'], { error: 'write "reject" or "degrade"' }), 'reject'),
  safeguard: z.optional(
    settings({
      /** A cheaper alias. Defaults to the request's own. */
      alias: z.optional(z.string()),
      maxOutputTokens: z.optional(count(1, 1_000_000)),
      /** The oldest whole turns are dropped until the others fit. System messages stay. */
      maxInputTokens: z.optional(count(1, 100_000_000)),
    }),
  ),
  /** For all users of this feature within one tenant, together. */
  limits: z._default(limits, {}),
  /** True if its streams may be resumed (`x-carryon-resume: 1` with an `idempotency-key`). */
  resume: z._default(z.boolean(), false),
  /** True if its tools and instructions repeat with every request. Anthropic is then told to cache them (docs/parameters.md). */
  promptCache: z._default(z.boolean(), false),
  /** How long a browser may replay its answers while it is offline. '0s' means never. */
  travelTtl: z._default(duration('0s', '365d'), 7 * 86_400_000),
  /** Caching of answers. Off by default. */
  cache: z.optional(cachePolicy),
});

/** What a request may cost at most (docs/holds.md). */
const pricing = settings({
  /** A fee of your own in USD, added to each answer. */
  feePerRequest: z._default(usd, 0),
  /** Tokens that a provider adds to the text: its chat template and its own instructions. Defaults to the host's habit. */
  overheadTokensPerRequest: z.optional(count(0, 1_000_000)),
  overheadTokensPerTool: z._default(count(0, 1_000_000), 100),
  tokensPerImage: z._default(count(0, 10_000_000), 10_000),
  tokensPerFile: z._default(count(0, 10_000_000), 100_000),
});

const router = settings({
  /** How a deployment is chosen within an `order` group. */
  routingStrategy: z._default(
    z.enum(ROUTING_STRATEGIES, { error: `only ${ROUTING_STRATEGIES.map((name) => `"${name}"`).join(', ')} for now` }),
    'simple-shuffle',
  ),
  /** Further attempts within an `order` group. */
  numRetries: z._default(count(0, 10), 2),
  /** Failures per minute that a deployment may have. One more begins a cooldown. */
  allowedFails: z._default(count(0, 1000), 3),
  cooldownTime: z._default(duration('100ms', '2m'), 10_000),
  totalTimeout: z._default(duration('100ms', '14m'), 90_000),
  maxStreamDuration: z._default(duration('1s', '14m'), 600_000),
  maxRetryAfterWait: z._default(duration('0s', '1m'), 2_000),
  whenAllCooling: z._default(
    z.enum(['try-soonest', 'refuse'], { error: 'write "try-soonest" or "refuse"' }),
    'try-soonest',
  ),
  /** Refuses a body field that would otherwise be dropped and named in `x-carryon-dropped`. */
  strictParams: z._default(z.boolean(), false),
  maxBodyBytes: z._default(count(1024, 100_000_000), 1_048_576),
  /** The limit for a body that carries images. */
  maxImageBodyBytes: z._default(count(1024, 100_000_000), 20_971_520),
  /** Allows picture URLs with `http:` and on private hosts, for your own providers that fetch them. */
  privateImageUrls: z._default(z.boolean(), false),
  /** Requests per minute that one address may make with publishable keys, in each isolate. */
  publishableRate: z._default(count(1, 1_000_000), 60),
  /** The header into which your own proxy writes the client's address. On Cloudflare it is always `cf-connecting-ip`. */
  addressHeader: z.optional(headerName),
  /** The output cap of a request if neither it nor its feature names one. */
  defaultMaxOutputTokens: z._default(count(1, 1_000_000), 4096),
});

/** The schema of `carryon.config.ts`. */
export const configSchema = settings({
  aliases: z.record(aliasName, alias),
  features: z.record(slug, feature),
  defaultFeature: slug,
  /** Origins whose pages may call. In local mode, pages of this machine may too. */
  origins: z._default(z.array(origin), []),
  /** The origin under which clients reach the router, if a proxy in front of it ends TLS and so changes the address that the router sees. */
  publicUrl: z.optional(origin),
  /** Further host names under which local mode answers, such as "my-box.lan". By itself it answers only to names of this machine. */
  localHosts: z._default(z.array(hostName), []),
  /** Your own sign-ins, whose tokens pages may send. */
  issuers,
  alerts: z._default(alerts, {}),
  telemetry: z.prefault(telemetry, {}),
  demo,
  tiers,
  tenants: z._default(z.record(tenantName, tenant), {}),
  slo: z.prefault(slo, {}),
  pricing: z.prefault(pricing, {}),
  router: z.prefault(router, {}),
}).check(
  z.superRefine((config, context) => {
    const aliases = Object.keys(config.aliases);
    if (aliases.length === 0)
      context.addIssue({ code: 'custom', path: ['aliases'], message: 'name at least one alias' });
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
      const message =
        'may be at most 15m together with totalTimeout, because a request may hold its budget for that long';
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
          const message = 'already names provider, model, base URL and key; write either this or those, not both';
          context.addIssue({ code: 'custom', path: [...path, 'fromEnvironment'], message });
        }
      }
    }
  }),
);

/** Config as written in `carryon.config.ts`. */
export type ConfigInput = z.input<typeof configSchema>;
/** Config as checked, with every default filled in and durations in milliseconds. */
export type CheckedConfig = z.output<typeof configSchema>;
/** One deployment as checked. */
export type CheckedDeployment = CheckedConfig['aliases'][string]['deployments'][number];

/** Gives types while you write `carryon.config.ts`. The build checks the config. */
export const defineConfig = (config: ConfigInput): ConfigInput => config;
