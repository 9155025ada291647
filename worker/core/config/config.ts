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
  /** The origin under which clients reach the router; undefined: the one in their requests. */
  publicUrl: string | undefined;
  localHosts: readonly string[];
  issuers: readonly SignIn[];
  /** Those that config names; any other tenant is `ANY_TENANT`. */
  tenants: ReadonlyMap<string, Tenant>;
  /** The limits of each tier of keys. */
  tiers: ReadonlyMap<string, Partial<Limits>>;
  alerts: AlertPolicy;
  /** For a deployed router; in local mode nobody has to sign in. */
  demo: DemoSignIn;
  pricing: PricingSettings;
  router: RouterSettings;
  slo: Slo;
  /** Undefined: no answer is judged. */
  judge?: Judge | undefined;
  telemetry: Telemetry;
}

/** A team's own sign-in. `issuer`, `audience` and `userClaim` are what its tokens say. */
export interface SignIn {
  issuer: string;
  jwksUrl: string;
  audience: string;
  tenant: string;
  userClaim: string;
  /** Null: all. */
  features: readonly string[] | null;
  algorithms: readonly SignInAlgorithm[];
}

/** One tenant. */
export interface Tenant {
  /** Its own limits over those of its tier, field by field. */
  limits: Partial<Limits>;
  userLimits: Partial<Limits>;
  anonymousLimits: Partial<Limits>;
  locationHint: DurableObjectLocation | undefined;
  whenLedgerUnreachable: { budgets: WhenUnreachable; rates: WhenUnreachable };
  /** Its pages learn which provider served and what it cost; undefined: only in local mode. */
  showsProvider?: boolean | undefined;
  /** Undefined: the common alerts. */
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

/** What a request may come to at most (docs/holds.md). */
export interface PricingSettings {
  /** On top of each answer. */
  feePerRequestUsd: number;
  /** For every deployment; undefined: each deployment's host has its own (`BillingHabits`). */
  overheadTokensPerRequest: number | undefined;
  overheadTokensPerTool: number;
  tokensPerImage: number;
  tokensPerFile: number;
  /** What bills have taught about deployments, by `healthId`; it grows while the isolate lives. */
  learnt?: ReadonlyMap<string, Learnt> | undefined;
}

/** A name that clients ask for, and the deployments behind it. */
export interface Alias {
  name: string;
  deployments: readonly Deployment[];
}

/** What an app asks for: its alias, caps and policies. */
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
  /** Its tools and instructions repeat with every request: providers that need to be told are told to cache them. */
  promptCache: boolean;
  /** How long a browser may replay its answers while it is offline; 0: never. */
  travelTtlSeconds: number;
  /** Undefined: its answers are not cached. */
  cache: CachePolicy | undefined;
}

/** The most that one request may ask for. */
export interface FeatureCaps {
  maxInputTokens: number | undefined;
  /** A request may not ask for more. */
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
  /** The name under which its health is kept. Another model, address or key has another name, so a corrected deployment starts healthy. */
  healthId: string;
  provider: string;
  format: WireFormat;
  model: string;
  apiBase: string;
  apiKey: string;
  quirks: Quirks;
  order: number;
  weight: number;
  /** For a whole answer; undefined: derived from its output cap. */
  timeoutMs: number | undefined;
  /** To the first content of a stream. */
  streamTimeoutMs: number;
  /** The same for a model that thinks before it writes, as long as it sends signs of life. */
  thinkingTimeoutMs: number;
  /** Between two chunks. */
  idleTimeoutMs: number;
  maxParallel: number;
  price: Price;
  /** Whether it may bill output that a stream does not show; undefined: judged by its model's name. */
  hidesTokens: boolean | undefined;
  /** It is sent a `traceparent` of ours. */
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
  /** For the parts of the input that are read from the provider's cache and written to it. */
  cachedInput: number;
  cacheWrite: number;
  /** For the thinking part of the output, if its price differs. */
  reasoning?: number | undefined;
}

/** A deployment's price. */
export interface Price extends TokenPrices {
  /** On top of the tokens. */
  usdPerRequest?: number | undefined;
  /** Prices of long requests, the shortest first. */
  tiers?: readonly PriceTier[] | undefined;
}

/** Holds from this many input tokens on, for all tokens of the request and not only for those above. */
export interface PriceTier extends TokenPrices {
  fromInputTokens: number;
}

/** A row of the price table (worker/core/pricing/price-table.ts). */
export interface PriceRow {
  provider: string;
  model: string;
  /** The date of the list that it comes from. */
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
  /** The header with the client's address when not on Cloudflare; undefined: none that can be trusted. */
  addressHeader: string | undefined;
}

/** A provider's preset (worker/providers/presets.ts). */
export interface Preset {
  format: WireFormat;
  apiBase?: string;
  keyVariable?: string;
  /** Its name in the list of @pydantic/genai-prices; a provider without one has its prices in config. */
  pricesFrom?: string;
  quirks: Quirks;
}
