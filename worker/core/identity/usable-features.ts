import type { Config } from '../config/config.ts';
import type { Identity } from './identity.ts';

/** The features that a credential may use, and the one for requests that name none. */
export function usableFeatures(
  { features }: Pick<Identity, 'features'>,
  config: Pick<Config, 'features' | 'defaultFeature'>,
): { allowed: readonly string[]; fallback: string | undefined } {
  const allowed = features ?? [...config.features.keys()];
  if (allowed.includes(config.defaultFeature)) return { allowed, fallback: config.defaultFeature };
  // A credential without the default feature falls back to its first one that config still has.
  return { allowed, fallback: allowed.find((name) => config.features.has(name)) ?? allowed[0] };
}
