/**
 * What the router does by itself when a promise burns, as people write it. The build reports contradictions between fields
 * (policy-contradictions.ts).
 */
import * as z from 'zod/mini';
import type { PolicyAction, PolicySli } from '../slo/policy/policy.ts';
import { parseTrigger } from '../slo/policy/trigger.ts';
import { settings, slug, textAs } from './settings.ts';

const ACTIONS = ['incident', 'pin', 'safeguard', 'freeze'] as const satisfies readonly PolicyAction[];
const SLIS = [
  ...(['success', 'ttft', 'latency', 'cost', 'valid', 'quality', 'external'] as const),
] as const satisfies readonly PolicySli[];

const rule = settings({
  /** Names the rule in overrides, incidents and the audit, as `policy:NAME`. By default the name is made of `on` and `objective`. */
  name: z.optional(slug),
  on: textAs(parseTrigger, 'write when it acts, such as "burn>2x/1h", "month>50%@15" or "budget<20%"'),
  /** Defaults to every objective. */
  objective: z.optional(slug),
  /** Chooses every objective that promises this. */
  sli: z.optional(z.enum(SLIS, { error: `write one of ${SLIS.join(', ')}` })),
  do: z
    .array(z.enum(ACTIONS, { error: `write one of ${ACTIONS.join(', ')}` }))
    .check(z.minLength(1, `write what it does: ${ACTIONS.join(', ')}`)),
});

/** Config's `slo.policy`. */
export const policy = z.optional(z.array(rule).check(z.maxLength(20, 'write at most 20 rules')));
