/** `GET /ai/features`: what travel mode has to know of each feature before it asks. Neither a ledger nor a provider is asked. */
import type { Identity } from '../core/identity/identity.ts';
import { usableFeatures } from '../core/identity/usable-features.ts';
import type { Deps } from '../ports.ts';

export interface FeatureList {
  features: Record<string, ListedFeature>;
  /** The feature of a request that names none; null where the credential can use none. */
  default: string | null;
}

interface ListedFeature {
  /** Its streams go on where a connection broke. */
  resume: boolean;
  /** How long a browser may give an answer again; 0: never. */
  travelTtlSeconds: number;
  /** A browser forgets answers of an older one. Left out where it cannot be told at the moment. */
  generation?: number;
  alias: string;
}

export async function featureList(
  identity: Identity,
  { config, answers }: Pick<Deps, 'config' | 'answers'>,
): Promise<FeatureList> {
  const { allowed, fallback } = usableFeatures(identity, config);
  const listed: [string, ListedFeature][] = [];
  for (const name of allowed) {
    const feature = config.features.get(name);
    if (feature === undefined) continue;
    // One after the other: the first reads the tenant's record, the others find it in memory.
    const generation = await answers.generation(identity.tenant, name);
    const { resume, travelTtlSeconds, alias } = feature;
    listed.push([name, { resume, travelTtlSeconds, ...(generation !== undefined && { generation }), alias }]);
  }
  const isUsable = fallback !== undefined && config.features.has(fallback);
  return { features: Object.fromEntries(listed), default: isUsable ? fallback : null };
}
