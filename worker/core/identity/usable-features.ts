import type { Config } from '../config/config.ts';
import type { Identity } from './identity.ts';

/** The features a credential may use, and the one that answers its request when it names none. */
export function usableFeatures(
  { features }: Pick<Identity, 'features'>,
  config: Pick<Config, 'features' | 'defaultFeature'>,
): { allowed: readonly string[]; fallback: string | undefined } {
  const allowed = features ?? [...config.features.keys()];
  if (allowed.includes(config.defaultFeature)) return { allowed, fallback: config.defaultFeature };
  // Bound to others than the default one: its first. One that config no longer has makes way for the next.
  return { allowed, fallback: allowed.find((name) => config.features.has(name)) ?? allowed[0] };
}
