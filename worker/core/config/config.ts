import type { Quirks } from './quirks.ts';

/** The configuration as the router uses it: checked, joined with the environment, times in milliseconds. */
export interface Config {
  aliases: ReadonlyMap<string, Alias>;
  features: ReadonlyMap<string, Feature>;
  defaultFeature: string;
  origins: readonly string[];
  router: RouterSettings;
}

export interface Alias {
  name: string;
  deployments: readonly Deployment[];
}

export interface Feature {
  name: string;
  /** The alias for requests that name none. */
  alias: string;
}

export type WireFormat = 'openai' | 'anthropic';

export interface Deployment {
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
  /** For a whole answer that is not streamed. */
  timeoutMs: number;
  /** To the first content of a stream. */
  streamTimeoutMs: number;
  /** Between two chunks. */
  idleTimeoutMs: number;
  maxParallel: number;
  price: Price | undefined;
  /** Body fields outside the closed list that may pass, and what each costs. */
  allowParams: readonly string[];
  paramCosts: Readonly<Record<string, ParamCost>>;
  /** For a provider that demands an output cap, when the request has none. */
  defaultMaxOutputTokens: number;
}

/** USD per million tokens. */
export interface Price {
  input: number;
  output: number;
  cachedInput: number;
  cacheWrite: number;
}

export interface ParamCost {
  usdPerRequest: number;
  priceFactor: number;
}

export interface RouterSettings {
  routingStrategy: 'simple-shuffle';
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
}

/** What a provider's preset says (worker/providers/presets.ts). */
export interface Preset {
  format: WireFormat;
  apiBase?: string;
  keyVariable?: string;
  quirks: Quirks;
}
