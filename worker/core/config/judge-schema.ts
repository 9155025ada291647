/** Config's `slo.judge`, as people write it. */
import * as z from 'zod/mini';
import { RUBRICS } from '../slo/judge/judge.ts';
import { count, settings, slug, usd } from './settings.ts';

const SAMPLE = 'write the share of answers that is judged, such as 0.01; at most 1';

/** The settings of the judge. Without them, no answer is judged. */
export const judge = settings({
  /** The alias whose deployments judge. */
  alias: z.string(),
  sample: z._default(
    z.number(SAMPLE).check(
      z.refine((share) => share > 0, SAMPLE),
      z.maximum(1, SAMPLE),
    ),
    0.01,
  ),
  rubrics: z._default(
    z.array(z.enum(RUBRICS, { error: `write some of ${RUBRICS.join(', ')}` })).check(
      z.minLength(1, 'write at least one rubric, or leave it out'),
      z.refine((all) => new Set(all).size === all.length, { error: 'write each rubric once' }),
    ),
    [...RUBRICS],
  ),
  /** Defaults to all features. */
  features: z.optional(z.array(slug)),
  /** What the judge may spend. At least one of the two is needed. */
  dailyUsd: z.optional(usd),
  monthlyUsd: z.optional(usd),
  maxOutputTokens: z._default(count(1, 100_000), 500),
});
