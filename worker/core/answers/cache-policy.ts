import type { CacheInput } from './cache-schema.ts';

/** A feature's `cache` setting as the router uses it. */
export interface CachePolicy {
  ttlMs: number;
  staleTtlMs: number;
  scope: 'tenant' | 'user';
  normalize: Normalize;
  schemaVersion: number;
  maxBytes: number;
  toolCalls: boolean;
  personalData: readonly RegExp[];
}

/** Which differences between questions are ignored. */
export interface Normalize {
  collapseWhiteSpace: boolean;
  foldCase: boolean;
  ignore: readonly RegExp[];
}

/** The setting with durations in milliseconds and compiled patterns. */
export function resolveCachePolicy({ ttl, staleTtl, normalize, personalData, ...same }: CacheInput): CachePolicy {
  const ignore = normalize.ignore.map((source) => new RegExp(source, 'gu'));
  return {
    ...same,
    ttlMs: ttl,
    staleTtlMs: staleTtl,
    normalize: { ...normalize, ignore },
    personalData: personalData.map((source) => new RegExp(source, 'iu')),
  };
}
