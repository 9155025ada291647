import { resolveCachePolicy } from '../answers/cache-policy.ts';
import type { Feature } from './config.ts';
import { ledgerLimits } from './ledger-limits.ts';
import type { CheckedConfig } from './schema.ts';

/** A feature as the router uses it. */
export function resolveFeature(
  name: string,
  checked: CheckedConfig['features'][string],
  firstAlias: string,
  defaultMaxOutputTokens: number,
): Feature {
  const { maxInputTokens, maxOutputTokens, maxCostPerRequest, onExceed, safeguard } = checked;
  return {
    name,
    alias: checked.alias ?? firstAlias,
    caps: {
      maxInputTokens,
      maxOutputTokens,
      defaultMaxOutputTokens: maxOutputTokens ?? defaultMaxOutputTokens,
      maxCostMicroUsd: maxCostPerRequest === undefined ? undefined : Math.round(maxCostPerRequest * 1e6),
    },
    safeguard:
      onExceed === 'reject' || safeguard === undefined
        ? undefined
        : {
            alias: safeguard.alias,
            maxInputTokens: safeguard.maxInputTokens,
            maxOutputTokens: safeguard.maxOutputTokens,
          },
    limits: ledgerLimits(checked.limits),
    resume: checked.resume,
    promptCache: checked.promptCache,
    travelTtlSeconds: Math.ceil(checked.travelTtl / 1_000),
    cache: checked.cache && resolveCachePolicy(checked.cache),
  };
}
