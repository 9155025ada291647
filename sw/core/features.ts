/** The features that a person may use, from `GET /ai/features`. */

export interface FeatureFacts {
  /** True if its streams can be resumed. */
  resume: boolean;
  /** How long an answer may be kept; 0 if none may be kept. */
  travelTtlSeconds: number;
  /** The number of the current generation; answers of an older one are forgotten. Null if the router could not tell. */
  generation: number | null;
  /** The alias that answers at `/ai` if no model is named. */
  alias: string;
}

export interface Features {
  /** Epoch milliseconds. */
  readAt: number;
  features: Record<string, FeatureFacts>;
  /** The feature of a request that names none. */
  default: string | null;
}

export const FEATURES_DUE_MS = 3_600_000;

/** Whether the features are due to be read again: once an hour, and after the clock was set back. */
export const isFeaturesDue = (known: Pick<Features, 'readAt'> | undefined, now: number): boolean =>
  known === undefined || now - known.readAt >= FEATURES_DUE_MS || now < known.readAt;

export const factsOf = (known: Features | undefined, feature: string): FeatureFacts | undefined =>
  known !== undefined && Object.hasOwn(known.features, feature) ? known.features[feature] : undefined;

/** Reads the reply's JSON. Returns undefined for JSON that the router did not write. A missing field is read as the careful choice. */
export function readFeatures(json: unknown, now: number): Features | undefined {
  if (!isFields(json) || !isFields(json.features)) return undefined;
  const listed = Object.entries(json.features).flatMap(([name, value]): [string, FeatureFacts][] => {
    if (!isFields(value)) return [];
    const { resume, travelTtlSeconds, generation, alias } = value;
    return [
      [
        name,
        {
          resume: resume === true,
          travelTtlSeconds: isCount(travelTtlSeconds) ? travelTtlSeconds : 0,
          generation: isCount(generation) ? generation : null,
          alias: typeof alias === 'string' ? alias : '',
        },
      ],
    ];
  });
  return {
    readAt: now,
    features: Object.fromEntries(listed),
    default: typeof json.default === 'string' ? json.default : null,
  };
}

/** Whether an answer is of the feature's current generation. If either generation is unknown, the answer counts as current. */
export function isOfGeneration(
  { feature, generation }: { feature: string; generation: number | null },
  known: Features | undefined,
): boolean {
  const current = factsOf(known, feature)?.generation ?? null;
  return current === null || generation === null || generation >= current;
}

const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
