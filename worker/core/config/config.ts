import type { AlertPolicy } from '../alerts/policy.ts';
import type { CachePolicy } from '../answers/cache-policy.ts';
import type { Limits } from '../ledger/types.ts';
import type { Learnt } from '../pricing/learnt.ts';
import type { RoutingStrategy } from '../routing/strategies.ts';
import type { Judge } from '../slo/judge/judge.ts';
import type { Slo } from '../slo/slo.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { DemoSignIn } from './demo-schema.ts';
import type { BillingHabits } from './hosts.ts';
import type { SignInAlgorithm } from './issuers-schema.ts';
import type { Quirks } from './quirks.ts';
import type { WireFormat } from './wire-format.ts';

/** The configuration as the router uses it: checked, joined with the environment, durations in milliseconds. */
export interface Config {
  aliases: ReadonlyMap<string, Alias>;
  features: ReadonlyMap<string, Feature>;
  defaultFeature: string;
  origins: readonly string[];
  /** The origin under which clients reach the router. Undefined if it is the one in their requests. */
  publicUrl: string | undefined;
  localHosts: readonly string[];
  issuers: readonly SignIn[];
  /** The tenants that config names. Any other tenant is `ANY_TENANT`. */
  tenants: ReadonlyMap<string, Tenant>;
  /** The limits of each tier of keys. */
  tiers: ReadonlyMap<string, Partial<Limits>>;
  alerts: AlertPolicy;
  /** How people sign in to the demo of a deployed router. In local mode nobody has to. */
  demo: DemoSignIn;
  pricing: PricingSettings;
  router: RouterSettings;
  slo: Slo;
  /** Undefined if no answer is judged. */
  judge?: Judge | undefined;
  telemetry: Telemetry;
}

/** A team's own sign-in. `issuer` and `audience` are what its tokens say, and `userClaim` is the claim that names the user. */
export interface SignIn {
  issuer: string;
  jwksUrl: string;
  audience: string;
  tenant: string;
  userClaim: string;
  /** Null if its users may use all features. */
  features: readonly string[] | null;
  algorithms: readonly SignInAlgorithm[];
}

/** One tenant. */
export interface Tenant {
  /** The tenant's own limits, merged over those of its tier field by field. */
  limits: Partial<Limits>;
  userLimits: Partial<Limits>;
  anonymousLimits: Partial<Limits>;
  locationHint: DurableObjectLocation | undefined;
  whenLedgerUnreachable: { budgets: WhenUnreachable; rates: WhenUnreachable };
  /** Whether the tenant's pages learn which provider served and what it cost. If undefined, they do so only in local mode. */
  showsProvider?: boolean | undefined;
  /** Undefined if the tenant has the common alerts. */
  alerts?: AlertPolicy;
  /** The name of its service class in `slo.classes`. */
  serviceClass?: string | undefined;
}

/** What happens while the ledger does not answer. */
export type WhenUnreachable = 'refuse' | 'run';

/** A location hint of Durable Objects. */
export type DurableObjectLocation =
  | 'wnam'
  | 'enam'
  | 'sam'
  | 'weur'
  | 'eeur'
  | 'apac'
  | 'apac-ne'
  | 'apac-se'
  | 'oc'
  | 'afr'
  | 'me';

/** A tenant exists from its first key, without limits until config or an operator sets some. */
export const ANY_TENANT: Tenant = {
  limits: {},
  userLimits: {},
  anonymousLimits: {},
  locationHint: undefined,
  whenLedgerUnreachable: { budgets: 'refuse', rates: 'run' },
};

/** What is counted towards the worst case of a request (docs/holds.md). */
export interface PricingSettings {
  /** Added to the cost of each answer. */
  feePerRequestUsd: number;
  /** Counts for every deployment. Undefined if each deployment's host has its own (`BillingHabits`). */
  overheadTokensPerRequest: number | undefined;
  overheadTokensPerTool: number;
  tokensPerImage: number;
  tokensPerFile: number;
  /** What bills have taught about deployments, by `healthId`. It grows while the isolate lives. */
  learnt?: ReadonlyMap<string, Learnt> | undefined;
}

/** A name that clients ask for, and the deployments behind it. */
export interface Alias {
  name: string;
  deployments: readonly Deployment[];
}

/** A part of an app, with its alias, caps and policies. */
export interface Feature {
  name: string;
  /** The alias for requests that name none. */
  alias: string;
  caps: FeatureCaps;
  /** Serves requests that are above a cap or do not fit what is left of a budget. Undefined if such requests are refused. */
  safeguard: Safeguard | undefined;
  limits: Partial<Limits>;
  /** True if its streams may be resumed. */
  resume: boolean;
  /** True if its tools and instructions repeat with every request. Providers that need to be told are then told to cache them. */
  promptCache: boolean;
  /** How long a browser may replay its answers while it is offline. 0 means never. */
  travelTtlSeconds: number;
  /** Undefined if its answers are not cached. */
  cache: CachePolicy | undefined;
}

/** The most that one request may ask for. */
export interface FeatureCaps {
  maxInputTokens: number | undefined;
  /** The largest output cap that a request may name. */
  maxOutputTokens: number | undefined;
  /** The output cap of a request that names none. */
  defaultMaxOutputTokens: number;
  maxCostMicroUsd: number | undefined;
}

/** The cheaper answer that a feature falls back to. */
export interface Safeguard {
  alias: string | undefined;
  maxInputTokens: number | undefined;
  maxOutputTokens: number | undefined;
}

/** One model at one provider, with everything needed to call it. */
export interface Deployment extends BillingHabits {
  id: string;
  /** The name under which its health is kept. Another model, address or key changes it, so a corrected deployment starts healthy. */
  healthId: string;
  provider: string;
  format: WireFormat;
  model: string;
  apiBase: string;
  apiKey: string;
  quirks: Quirks;
  order: number;
  weight: number;
  /** The time for a whole answer. If undefined, it is derived from the output cap. */
  timeoutMs: number | undefined;
  /** The time to the first content of a stream. */
  streamTimeoutMs: number;
  /** The same for a model that thinks before it writes, as long as it sends signs of life. */
  thinkingTimeoutMs: number;
  /** The time between two chunks. */
  idleTimeoutMs: number;
  maxParallel: number;
  price: Price;
  /** Whether it may bill output that a stream does not show. If undefined, its model's name decides. */
  hidesTokens: boolean | undefined;
  /** True if it is sent a `traceparent` of ours. */
  traceparent?: boolean;
  /** Body fields outside the closed list that may pass, and what each costs. */
  allowParams: readonly string[];
  paramCosts: Readonly<Record<string, ParamCost>>;
  /** The output cap for a provider that demands one, if the request has none. */
  defaultMaxOutputTokens: number;
}

/** USD per million tokens. */
export interface TokenPrices {
  input: number;
  output: number;
  /** The prices of input that is read from the provider's cache, and of input that is written to it. */
  cachedInput: number;
  cacheWrite: number;
  /** The price of the thinking part of the output, if it differs. */
  reasoning?: number | undefined;
}

/** A deployment's price. */
export interface Price extends TokenPrices {
  /** Added to the price of the tokens. */
  usdPerRequest?: number | undefined;
  /** Prices of long requests, the shortest first. */
  tiers?: readonly PriceTier[] | undefined;
}

/** Prices of long requests. They apply from this many input tokens on, to all tokens of the request and not only to those above. */
export interface PriceTier extends TokenPrices {
  fromInputTokens: number;
}

/** A row of the price table (worker/core/pricing/price-table.ts). */
export interface PriceRow {
  provider: string;
  model: string;
  /** The date of the list that the price comes from. */
  checkedAt: string;
  price: Price;
}

/** What a body field outside the closed list costs. */
export interface ParamCost {
  usdPerRequest: number;
  priceFactor: number;
}

/** Config's `router` section. */
export interface RouterSettings {
  routingStrategy: RoutingStrategy;
  numRetries: number;
  allowedFails: number;
  cooldownMs: number;
  /** The time from arrival to the first content, for all attempts together. */
  totalTimeoutMs: number;
  maxStreamDurationMs: number;
  maxRetryAfterWaitMs: number;
  whenAllCooling: 'try-soonest' | 'refuse';
  strictParams: boolean;
  maxBodyBytes: number;
  maxImageBodyBytes: number;
  privateImageUrls: boolean;
  /** Requests per minute from one address with publishable keys. */
  publishableRate: number;
  /** The header with the client's address when not on Cloudflare. Undefined if there is none that can be trusted. */
  addressHeader: string | undefined;
}

/** A provider's preset (worker/providers/presets.ts). */
export interface Preset {
  format: WireFormat;
  apiBase?: string;
  keyVariable?: string;
  /** Its name in the list of @pydantic/genai-prices. A provider without one has its prices in config. */
  pricesFrom?: string;
  quirks: Quirks;
}
