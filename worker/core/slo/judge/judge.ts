/** The judge: a model that rates a sample of answers (docs/judge.md). */
import type { Identity } from '../../identity/identity.ts';

/** What the judge can be asked about an answer. `harmful` is the one that must not be true. */
export const RUBRICS = ['helpful', 'factual', 'harmful', 'follows'] as const;
/** One question about an answer. */
export type Rubric = (typeof RUBRICS)[number];

/** Config's `slo.judge`. */
export interface Judge {
  /** The alias whose deployments judge. */
  alias: string;
  /** The share of answers that are judged, from 0 to 1. */
  sample: number;
  rubrics: readonly Rubric[];
  /** The features whose answers are judged. Null for all features. */
  features: readonly string[] | null;
  maxOutputTokens: number;
}

/** The tenant of the judge. Its calls count in a ledger of their own. */
export const JUDGE_TENANT = 'carryon-judge';
/** The judge's name as a rater. The names of other raters are hashed, or are `key` or `visitor`. */
export const JUDGE_RATER = 'judge';

/** The caller of the judge's calls. No key has this identity. */
export const JUDGE_IDENTITY: Identity = {
  ...{ tenant: JUDGE_TENANT, keyId: 'judge', kind: 'secret', user: null, features: null, tier: null },
  ...{ browser: false, origins: [], expiresAt: null },
};

/** Whether the answer to this request is in the sample. */
export function isJudged({ requestId, feature }: { requestId: string; feature: string }, judge: Judge): boolean {
  if (judge.features !== null && !judge.features.includes(feature)) return false;
  // The last digits of an id are random.
  return Number.parseInt(requestId.slice(-8), 16) < judge.sample * 2 ** 32;
}
