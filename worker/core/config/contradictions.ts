/**
 * Finds settings that are valid alone but make no sense together. The build refuses what can never work, and warns of what works
 * but may surprise. Only the build uses this, so none of it is in the Worker.
 */
import { FORMATS } from '../formats/formats.ts';
import type { Preset } from './config.ts';
import { type Contradiction, type Path, warning } from './contradiction.ts';
import { judgeContradictions } from './judge-contradictions.ts';
import { limitContradictions } from './limit-contradictions.ts';
import type { CheckedConfig, CheckedDeployment } from './schema.ts';
import { sloContradictions } from './slo-contradictions.ts';
import { isKeySetUrl, isTokenUrl } from './urls.ts';

/** `input` is the config as written. It is needed because a default contradicts nothing. */
export function contradictions(
  checked: CheckedConfig,
  input: unknown,
  presets: Readonly<Record<string, Preset>>,
): Contradiction[] {
  return [
    ...ofDeployments(checked, input, presets),
    ...ofFeatures(checked),
    ...ofRouter(checked, input),
    ...ofIssuers(checked),
    ...ofDemo(checked),
    ...limitContradictions(checked),
    ...sloContradictions(checked),
    ...judgeContradictions(checked),
    ...ofTelemetry(checked),
  ];
}

function ofTelemetry({ telemetry: { otlp } }: CheckedConfig): Contradiction[] {
  if (otlp === undefined || otlp.traces || otlp.metrics) return [];
  const message = 'sends neither traces nor metrics; set one of them to true, or leave otlp out';
  return [{ path: ['telemetry', 'otlp'], message, isError: true }];
}

function ofDeployments(
  { aliases, features, router }: CheckedConfig,
  input: unknown,
  presets: Readonly<Record<string, Preset>>,
): Contradiction[] {
  const firstAlias = Object.keys(aliases)[0];
  const marked = new Set(Object.values(features).flatMap((one) => (one.promptCache ? [one.alias ?? firstAlias] : [])));
  return Object.entries(aliases).flatMap(([alias, { deployments }]) =>
    deployments.flatMap((deployment, index) => {
      const path = ['aliases', alias, 'deployments', index];
      return [
        ...ofTimeouts(deployment, router, path, input),
        ...(marked.has(alias) ? ofPromptCache(deployment, path, presets) : []),
      ];
    }),
  );
}

const TIMEOUTS = ['timeout', 'streamTimeout', 'thinkingTimeout', 'idleTimeout'] as const;

function ofTimeouts(
  deployment: CheckedDeployment,
  { totalTimeout, maxStreamDuration }: CheckedConfig['router'],
  path: Path,
  input: unknown,
): Contradiction[] {
  return TIMEOUTS.flatMap((name) => {
    const ms = deployment[name];
    const place = [...path, name];
    if (ms === undefined || !isWritten(input, place)) return [];
    if (name === 'thinkingTimeout' && ms < deployment.streamTimeout) {
      const holds = `is shorter than streamTimeout (${seconds(deployment.streamTimeout)}), which then also applies to models that think`;
      return [warning(place, `${holds}; write a longer one, or leave it out`)];
    }
    // totalTimeout does not limit the other two. Between two chunks the first content has come already, and the last attempt for a
    // whole answer may outlast totalTimeout.
    if (name !== 'idleTimeout' && name !== 'timeout' && ms > totalTimeout) {
      const ends = `is longer than router.totalTimeout (${seconds(totalTimeout)}), which ends all attempts together`;
      return [warning(place, `${ends}; write a shorter one, or a longer totalTimeout`)];
    }
    if (ms <= maxStreamDuration) return [];
    return [
      warning(place, `is longer than router.maxStreamDuration (${seconds(maxStreamDuration)}), which ends first`),
    ];
  });
}

function ofPromptCache(
  { provider = '', price }: CheckedDeployment,
  path: Path,
  presets: Readonly<Record<string, Preset>>,
): Contradiction[] {
  const format = Object.hasOwn(presets, provider) ? presets[provider]?.format : undefined;
  if (format === undefined || !FORMATS[format].cachesWhenTold || price === undefined || price.cacheWrite !== undefined)
    return [];
  const counted = `has no cacheWrite, and a feature with promptCache writes to the cache: ${price.input * 1.25} is counted`;
  return [warning([...path, 'price'], `${counted} (1.25 times the input); write what the provider takes`)];
}

function ofFeatures({ features, aliases, router, alerts }: CheckedConfig): Contradiction[] {
  const found: Contradiction[] = [];
  const firstAlias = Object.keys(aliases)[0];
  for (const [name, { alias = firstAlias, maxInputTokens, maxOutputTokens, safeguard }] of Object.entries(features)) {
    if (safeguard === undefined) continue;
    const path = ['features', name, 'safeguard'];
    const isLonger = maxInputTokens !== undefined && (safeguard.maxInputTokens ?? 0) > maxInputTokens;
    if (isLonger) {
      const message = `is above the feature's own (${maxInputTokens}), so the safeguard takes longer requests than the feature; write a smaller one`;
      found.push(warning([...path, 'maxInputTokens'], message));
    }
    const most = maxOutputTokens ?? router.defaultMaxOutputTokens;
    const of = maxOutputTokens === undefined ? 'router.defaultMaxOutputTokens' : "the feature's own";
    if ((safeguard.maxOutputTokens ?? 0) > most) {
      const message = `is above ${of} (${most}), so it makes no answer shorter; write a smaller one`;
      found.push(warning([...path, 'maxOutputTokens'], message));
    }
    const { alias: other = alias } = safeguard;
    const isNoCheaper = other === alias || isDearer(aliases[other ?? ''], aliases[alias ?? '']);
    const isSmaller =
      (safeguard.maxOutputTokens ?? most) < most ||
      (safeguard.maxInputTokens ?? Number.POSITIVE_INFINITY) < (maxInputTokens ?? Number.POSITIVE_INFINITY);
    if (isNoCheaper && !isSmaller)
      found.push(warning(path, 'is no cheaper than the feature itself; write a cheaper alias or smaller caps'));
  }
  const degrades = Object.values(features).some(({ onExceed }) => onExceed === 'degrade');
  if (alerts.safeguardAt !== undefined && !degrades) {
    const message = 'has no effect: no feature has a safeguard (onExceed: "degrade")';
    found.push(warning(['alerts', 'safeguardAt'], message));
  }
  return found;
}

type CheckedAlias = CheckedConfig['aliases'][string];

/** True if each deployment of `one` is dearer than each of `other`. False if a price is not in config. */
function isDearer(one: CheckedAlias | undefined, other: CheckedAlias | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one.deployments.every(({ price }) =>
    other.deployments.every(
      ({ price: less }) => price && less && price.input > less.input && price.output > less.output,
    ),
  );
}

function ofRouter({ router }: CheckedConfig, input: unknown): Contradiction[] {
  const found: Contradiction[] = [];
  const { totalTimeout, maxRetryAfterWait, maxBodyBytes, maxImageBodyBytes } = router;
  if (maxRetryAfterWait > totalTimeout && isWritten(input, ['router', 'maxRetryAfterWait'])) {
    const message = `is longer than router.totalTimeout (${seconds(totalTimeout)}): no wait can be that long`;
    found.push(warning(['router', 'maxRetryAfterWait'], message));
  }
  if (maxImageBodyBytes < maxBodyBytes) {
    const message = `is below maxBodyBytes (${maxBodyBytes}): a body with images may be no larger than one without`;
    found.push(warning(['router', 'maxImageBodyBytes'], message));
  }
  return found;
}

function ofIssuers({ issuers }: CheckedConfig): Contradiction[] {
  const found: Contradiction[] = [];
  for (const [index, { issuer, jwksUrl, tenant }] of issuers.entries()) {
    if (!isKeySetUrl(jwksUrl, false)) {
      const message = 'is read only in local mode: a deployed router needs https://';
      found.push(warning(['issuers', index, 'jwksUrl'], message));
    }
    const first = issuers.findIndex((other) => other.tenant === tenant && other.issuer !== issuer);
    if (first === -1 || first > index) continue;
    const message = `is also the tenant of issuers[${first}]: a user of the same name in both is one person here, with one budget and one set of answers`;
    found.push(warning(['issuers', index, 'tenant'], message));
  }
  return found;
}

function ofDemo({ demo }: CheckedConfig): Contradiction[] {
  if (demo.signIn !== 'token' || isTokenUrl(demo.tokenUrl, false)) return [];
  const message = 'does not work in a deployed demo, which needs https://, and in local mode nobody signs in';
  return [warning(['demo', 'tokenUrl'], message)];
}

const seconds = (ms: number): string => `${ms / 1000}s`;

function isWritten(input: unknown, path: Path): boolean {
  let at = input;
  for (const part of path) at = (at as Record<string, unknown> | undefined)?.[part];
  return at !== undefined;
}
