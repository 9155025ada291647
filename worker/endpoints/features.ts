/** `GET /ai/features`: what travel mode needs to know about each feature. It calls no ledger and no provider. */
import type { Identity } from '../core/identity/identity.ts';
import { usableFeatures } from '../core/identity/usable-features.ts';
import type { Deps } from '../ports.ts';

/** The features that a credential may use. */
export interface FeatureList {
  features: Record<string, ListedFeature>;
  /** The feature of a request that names none. Null if the credential cannot use a default feature. */
  default: string | null;
}

interface ListedFeature {
  /** True if its streams can be resumed after the connection broke. */
  resume: boolean;
  /** How long a browser may show an answer again. 0 means never. */
  travelTtlSeconds: number;
  /** A browser discards answers of an older generation. Left out if it cannot be read now. */
  generation?: number;
  alias: string;
}

/** Lists the features of a credential. */
export async function featureList(
  identity: Identity,
  { config, answers }: Pick<Deps, 'config' | 'answers'>,
): Promise<FeatureList> {
  const { allowed, fallback } = usableFeatures(identity, config);
  const listed: [string, ListedFeature][] = [];
  for (const name of allowed) {
    const feature = config.features.get(name);
    if (feature === undefined) continue;
    // The calls run one after another. The first reads the tenant's record, and the others find it in memory.
    const generation = await answers.generation(identity.tenant, name);
    const { resume, travelTtlSeconds, alias } = feature;
    listed.push([name, { resume, travelTtlSeconds, ...(generation !== undefined && { generation }), alias }]);
  }
  const isUsable = fallback !== undefined && config.features.has(fallback);
  return { features: Object.fromEntries(listed), default: isUsable ? fallback : null };
}
