import type { Alias, Config, Deployment, Feature, ParamCost, Preset, SignIn } from './config.ts';
import type { MissingVariable, ReadVariable, Variables } from './environment.ts';
import { healthIdOf } from './fingerprint.ts';
import { type BillingHabits, habitsOf } from './hosts.ts';
import { isLocal } from './local.ts';
import { resolveAlerts } from './resolve-alerts.ts';
import { resolveDemo } from './resolve-demo.ts';
import { resolveFeature } from './resolve-feature.ts';
import { resolveJudge } from './resolve-judge.ts';
import { deploymentPrice, missingFee } from './resolve-price.ts';
import { resolveSlo } from './resolve-slo.ts';
import { resolveTelemetry } from './resolve-telemetry.ts';
import { resolveTenants } from './resolve-tenants.ts';
import type { CheckedConfig, CheckedDeployment } from './schema.ts';
import { isBaseUrl, isEncryptedOrLocal, isKeySetUrl } from './urls.ts';
import { isWireFormat, WIRE_FORMATS, type WireFormat } from './wire-format.ts';

/**
 * Joins the checked config, its prices filled in (../pricing/fill-prices.ts), with the environment and the presets. Every
 * missing variable is collected, not only the first.
 */
export function resolveConfig(
  checked: CheckedConfig,
  variables: Variables,
  presets: Readonly<Record<string, Preset>>,
): { config: Config; missing: MissingVariable[] } {
  const missing: MissingVariable[] = [];
  const { cooldownTime, totalTimeout, maxStreamDuration, maxRetryAfterWait, defaultMaxOutputTokens, ...rest } =
    checked.router;
  const aliases = new Map<string, Alias>();
  for (const [name, { deployments }] of Object.entries(checked.aliases)) {
    aliases.set(name, {
      name,
      deployments: deployments.map((deployment) => ({
        ...resolveDeployment(deployment, variables, presets, missing),
        defaultMaxOutputTokens,
      })),
    });
  }
  const firstAlias = Object.keys(checked.aliases)[0] ?? '';
  const features = new Map<string, Feature>(
    Object.entries(checked.features).map(([name, feature]) => [
      name,
      resolveFeature(name, feature, firstAlias, defaultMaxOutputTokens),
    ]),
  );
  const { feePerRequest, ...counting } = checked.pricing;
  const config: Config = {
    aliases,
    features,
    defaultFeature: checked.defaultFeature,
    origins: checked.origins,
    publicUrl: checked.publicUrl,
    localHosts: checked.localHosts,
    issuers: resolveIssuers(checked, isLocal(variables), missing),
    ...resolveTenants(checked, variables),
    alerts: resolveAlerts(checked.alerts, {}, variables),
    demo: resolveDemo(checked.demo, variables),
    pricing: {
      feePerRequestUsd: feePerRequest,
      ...counting,
      overheadTokensPerRequest: counting.overheadTokensPerRequest,
    },
    router: {
      ...rest,
      // Without a proxy, a client can write this header itself. In local mode that harms nobody.
      addressHeader: rest.addressHeader ?? (isLocal(variables) ? 'cf-connecting-ip' : undefined),
      cooldownMs: cooldownTime,
      totalTimeoutMs: totalTimeout,
      maxStreamDurationMs: maxStreamDuration,
      maxRetryAfterWaitMs: maxRetryAfterWait,
    },
    slo: resolveSlo(checked, isLocal(variables)),
    judge: resolveJudge(checked.slo.judge),
    telemetry: resolveTelemetry(checked.telemetry, variables),
  };
  return { config, missing };
}

function resolveIssuers({ issuers }: CheckedConfig, local: boolean, missing: MissingVariable[]): SignIn[] {
  return issuers.map(({ features = null, ...issuer }, index) => {
    const name = `issuers[${index}].jwksUrl of carryon.config.ts`;
    if (!isKeySetUrl(issuer.jwksUrl, local))
      missing.push({ name, problem: 'must begin with https:// outside local mode' });
    return { ...issuer, features };
  });
}

function resolveDeployment(
  checked: CheckedDeployment,
  variables: Variables,
  presets: Readonly<Record<string, Preset>>,
  missing: MissingVariable[],
): Omit<Deployment, 'defaultMaxOutputTokens'> {
  const read = (name: string, check?: (value: string) => string | undefined): string => {
    const value = variables[name];
    const text = typeof value === 'string' ? value.trim() : '';
    const problem = text === '' ? undefined : check?.(text);
    const isWrong = text === '' || problem !== undefined;
    if (isWrong && !missing.some((entry) => entry.name === name)) {
      missing.push(problem === undefined ? { name } : { name, problem });
    }
    return text;
  };
  const upstream =
    checked.fromEnvironment === undefined
      ? fromPreset(checked, isLocal(variables), presets, read)
      : fromEnvironment(checked.fromEnvironment, checked, variables, presets, read);
  const apiBase = upstream.apiBase.replace(/\/+$/, '');
  const { format, model, apiKey } = upstream;
  const price = deploymentPrice(checked, { apiBase, model, format }, variables, read);
  const fee = missingFee(checked, model, price);
  if (fee !== undefined && !missing.some(({ name }) => name === fee.name)) missing.push(fee);
  return {
    id: checked.id,
    healthId: healthIdOf({ id: checked.id, format, model, apiBase, apiKey }),
    provider: upstream.provider,
    format,
    model,
    apiBase,
    apiKey,
    quirks: upstream.quirks,
    order: checked.order,
    weight: checked.weight,
    timeoutMs: checked.timeout,
    streamTimeoutMs: checked.streamTimeout,
    thinkingTimeoutMs: checked.thinkingTimeout,
    idleTimeoutMs: checked.idleTimeout,
    maxParallel: checked.maxParallel ?? Number.POSITIVE_INFINITY,
    price,
    hidesTokens: checked.hidesTokens,
    traceparent: checked.traceparent,
    ...habits(checked, apiBase),
    allowParams: Object.keys(checked.allowParams),
    paramCosts: Object.fromEntries(Object.entries(checked.allowParams).map(([name, cost]) => [name, paramCost(cost)])),
  };
}

/** The deployment's settings in config, or else the habits of its host. */
function habits(checked: CheckedDeployment, apiBase: string): BillingHabits {
  const host = habitsOf(apiBase);
  return {
    overheadTokens: host.overheadTokens,
    thinkingBeyondCap: checked.thinkingBeyondCap ?? host.thinkingBeyondCap,
    tokensPerSecond: checked.tokensPerSecond ?? host.tokensPerSecond,
    goesOnWhenLeft: checked.goesOnWhenLeft ?? host.goesOnWhenLeft,
  };
}

type Upstream = Pick<Deployment, 'provider' | 'format' | 'model' | 'apiBase' | 'apiKey' | 'quirks'>;

function fromPreset(
  checked: CheckedDeployment,
  local: boolean,
  presets: Readonly<Record<string, Preset>>,
  read: ReadVariable,
): Upstream {
  const name = checked.provider ?? '';
  const preset = Object.hasOwn(presets, name) ? presets[name] : undefined;
  if (preset === undefined) {
    throw new Error(`deployment "${checked.id}": no preset "${name}"; write one of ${Object.keys(presets).join(', ')}`);
  }
  return {
    provider: name,
    format: preset.format,
    model: checked.model ?? '',
    apiBase: checked.apiBase === undefined ? (preset.apiBase ?? '') : read(checked.apiBase, checkUrl(local)),
    // If the preset does not name a key, config must (check.ts).
    apiKey: read(checked.key ?? preset.keyVariable ?? '', checkKey),
    quirks: preset.quirks,
  };
}

function fromEnvironment(
  prefix: string,
  checked: CheckedDeployment,
  variables: Variables,
  presets: Readonly<Record<string, Preset>>,
  read: ReadVariable,
): Upstream {
  const apiBase = read(`${prefix}_API_BASE`, checkUrl(isLocal(variables)));
  // A known host brings its own quirks, so that PROVIDER_A_API_BASE=https://api.openai.com/v1 behaves as provider: 'openai'.
  const known = Object.entries(presets).find(([, preset]) => preset.apiBase && sameHost(preset.apiBase, apiBase));
  const format = readFormat(`${prefix}_FORMAT`, variables, read) ?? known?.[1].format ?? 'openai';
  const preset = known?.[1].format === format ? known : undefined;
  return {
    provider: preset?.[0] ?? checked.id,
    format,
    model: read(`${prefix}_MODEL`),
    apiBase,
    apiKey: read(`${prefix}_KEY`, checkKey),
    quirks: preset?.[1].quirks ?? genericQuirks(format, presets),
  };
}

function genericQuirks(format: WireFormat, presets: Readonly<Record<string, Preset>>) {
  return presets[`${format}-compatible`]?.quirks ?? {};
}

const isSet = (value: unknown): boolean => value !== undefined && value !== null && String(value).trim() !== '';

function readFormat(name: string, variables: Variables, read: ReadVariable): WireFormat | undefined {
  if (!isSet(variables[name])) return undefined;
  const value = read(name, (text) => (isWireFormat(text) ? undefined : `must be ${FORMAT_NAMES}`));
  // An unknown format was collected as missing, so no deployment is made of it.
  return isWireFormat(value) ? value : undefined;
}

const FORMAT_NAMES = WIRE_FORMATS.map((format) => `"${format}"`).join(' or ');

/** Outside local mode, keys and prompts never leave the machine in the clear. */
const checkUrl =
  (local: boolean) =>
  (text: string): string | undefined => {
    if (!isBaseUrl(text)) return 'must be a URL such as https://api.openai.com/v1';
    return local || isEncryptedOrLocal(text) ? undefined : 'must begin with https:// (http:// only to this machine)';
  };

/** The key is sent in a header, which takes only such characters. An ellipsis copied from an example would fail every request. */
const checkKey = (text: string): string | undefined =>
  /^[\x20-\x7e]+$/.test(text) ? undefined : 'must be the key as the provider shows it (ASCII, one line)';

const host = (url: string): string => /^https?:\/\/([^/]+)/.exec(url)?.[1]?.toLowerCase() ?? '';
const sameHost = (one: string, other: string): boolean => host(one) !== '' && host(one) === host(other);

const paramCost = (cost: { usdPerRequest?: number | undefined; priceFactor?: number | undefined }): ParamCost => ({
  usdPerRequest: cost.usdPerRequest ?? 0,
  priceFactor: cost.priceFactor ?? 1,
});
