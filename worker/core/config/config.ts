import type { AlertPolicy } from '../alerts/policy.ts';
import type { CachePolicy } from '../answers/cache-schema.ts';
import type { Limits } from '../ledger/types.ts';
import type { Learnt } from '../pricing/learnt.ts';
import type { RoutingStrategy } from '../routing/strategies.ts';
import type { DemoSignIn } from './demo-schema.ts';
import type { BillingHabits } from './hosts.ts';
import type { SignInAlgorithm } from './issuers-schema.ts';
import type { Quirks } from './quirks.ts';
import type { WireFormat } from './wire-format.ts';

/** The configuration as the router uses it: checked, joined with the environment, times in milliseconds. */
export interface Config {
  aliases: ReadonlyMap<string, Alias>;
  features: ReadonlyMap<string, Feature>;
  defaultFeature: string;
  origins: readonly string[];
  /** The origin under which clients reach the router; undefined: the one that it is asked under. */
  publicUrl: string | undefined;
  localHosts: readonly string[];
  issuers: readonly SignIn[];
  /** Those that config names; any other is as `ANY_TENANT`. */
  tenants: ReadonlyMap<string, Tenant>;
  /** What a key's tier allows it. */
  tiers: ReadonlyMap<string, Partial<Limits>>;
  alerts: AlertPolicy;
  /** Of a router that is deployed: locally nobody has to sign in. */
  demo: DemoSignIn;
  pricing: PricingSettings;
  router: RouterSettings;
}

/** A team's own sign-in. */
export interface SignIn {
  issuer: string;
  jwksUrl: string;
  audience: string;
  tenant: string;
  userClaim: string;
  /** Null for all. */
  features: readonly string[] | null;
  algorithms: readonly SignInAlgorithm[];
}

export interface Tenant {
  /** Its tier's, field by field under its own. */
  limits: Partial<Limits>;
  userLimits: Partial<Limits>;
  anonymousLimits: Partial<Limits>;
  locationHint: DurableObjectLocation | undefined;
  whenLedgerUnreachable: { budgets: WhenUnreachable; rates: WhenUnreachable };
  /** Its pages learn which provider served and what it cost; undefined: only those of a router in local mode. */
  showsProvider?: boolean | undefined;
  /** Undefined: the common ones. */
  alerts?: AlertPolicy;
}

export type WhenUnreachable = 'refuse' | 'run';

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

export interface PricingSettings {
  /** On top of each answer. */
  feePerRequestUsd: number;
  /** For every deployment; undefined: each has its host's (`BillingHabits`). */
  overheadTokensPerRequest: number | undefined;
  overheadTokensPerTool: number;
  tokensPerImage: number;
  tokensPerFile: number;
  /** What bills have taught of deployments, by `healthId`; it grows while the isolate lives. */
  learnt?: ReadonlyMap<string, Learnt> | undefined;
}

export interface Alias {
  name: string;
  deployments: readonly Deployment[];
}

export interface Feature {
  name: string;
  /** The alias for requests that name none. */
  alias: string;
  caps: FeatureCaps;
  /** Serves what is above a cap or does not fit what is left of a budget; undefined: such requests are refused. */
  safeguard: Safeguard | undefined;
  limits: Partial<Limits>;
  /** Its streams may be resumed. */
  resume: boolean;
  /** Its tools and instructions come again, request after request: providers that wait to be told so are told to cache them. */
  promptCache: boolean;
  /** How long a browser may give its answers again while it reaches nobody; 0: never. */
  travelTtlSeconds: number;
  /** Undefined: its answers are neither kept nor given again. */
  cache: CachePolicy | undefined;
}

/** What one request may ask for. */
export interface FeatureCaps {
  maxInputTokens: number | undefined;
  /** A request may not ask for more. */
  maxOutputTokens: number | undefined;
  /** The output cap of a request that names none. */
  defaultMaxOutputTokens: number;
  maxCostMicroUsd: number | undefined;
}

export interface Safeguard {
  alias: string | undefined;
  maxInputTokens: number | undefined;
  maxOutputTokens: number | undefined;
}

export interface Deployment extends BillingHabits {
  id: string;
  /** Under which name its standing is kept: another model, address or key is another standing, so a corrected one starts well. */
  healthId: string;
  provider: string;
  format: WireFormat;
  model: string;
  apiBase: string;
  apiKey: string;
  quirks: Quirks;
  order: number;
  weight: number;
  /** For a whole answer that is not streamed; undefined: by its output cap. */
  timeoutMs: number | undefined;
  /** To the first content of a stream. */
  streamTimeoutMs: number;
  /** The same for a model that thinks unseen, as long as it shows life. */
  thinkingTimeoutMs: number;
  /** Between two chunks. */
  idleTimeoutMs: number;
  maxParallel: number;
  price: Price;
  /** Whether it may bill output that a stream does not show; undefined: known by its model's name. */
  hidesTokens: boolean | undefined;
  /** Body fields outside the closed list that may pass, and what each costs. */
  allowParams: readonly string[];
  paramCosts: Readonly<Record<string, ParamCost>>;
  /** For a provider that demands an output cap, when the request has none. */
  defaultMaxOutputTokens: number;
}

/** USD per million tokens. */
export interface TokenPrices {
  input: number;
  output: number;
  /** Read from the provider's cache, and written to it: parts of the input. */
  cachedInput: number;
  cacheWrite: number;
  /** A part of the output, where it costs something else. */
  reasoning?: number | undefined;
}

export interface Price extends TokenPrices {
  /** On top of the tokens, whatever their number. */
  usdPerRequest?: number | undefined;
  /** What long requests cost, the shortest first. */
  tiers?: readonly PriceTier[] | undefined;
}

/** From so many input tokens on, for all tokens of the request and not only for those above. */
export interface PriceTier extends TokenPrices {
  fromInputTokens: number;
}

/** A row of the price table (worker/core/pricing/price-table.ts). */
export interface PriceRow {
  provider: string;
  model: string;
  /** The day of the list that it was taken from. */
  checkedAt: string;
  price: Price;
}

export interface ParamCost {
  usdPerRequest: number;
  priceFactor: number;
}

export interface RouterSettings {
  routingStrategy: RoutingStrategy;
  numRetries: number;
  allowedFails: number;
  cooldownMs: number;
  /** From arrival to the first content, all attempts together. */
  totalTimeoutMs: number;
  maxStreamDurationMs: number;
  maxRetryAfterWaitMs: number;
  whenAllCooling: 'try-soonest' | 'refuse';
  strictParams: boolean;
  maxBodyBytes: number;
  maxImageBodyBytes: number;
  privateImageUrls: boolean;
  /** Requests a minute and address with publishable keys. */
  publishableRate: number;
  /** Where the address stands when not on Cloudflare; undefined: nowhere that can be trusted. */
  addressHeader: string | undefined;
}

/** What a provider's preset says (worker/providers/presets.ts). */
export interface Preset {
  format: WireFormat;
  apiBase?: string;
  keyVariable?: string;
  /** Its name in the list of @pydantic/genai-prices; a provider that is not in there has its prices from config. */
  pricesFrom?: string;
  quirks: Quirks;
}
