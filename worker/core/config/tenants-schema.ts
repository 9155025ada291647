/** Who pays and what each may use. A tenant that is not named here exists all the same, without limits. */
import * as z from 'zod';
import { DRILL_TENANT } from '../operators/drill.ts';
import { alerts } from './alerts-schema.ts';
import { limits } from './limits-schema.ts';
import { settings, slug } from './settings.ts';

const LOCATIONS = ['wnam', 'enam', 'sam', 'weur', 'eeur', 'apac', 'apac-ne', 'apac-se', 'oc', 'afr', 'me'] as const;

const unreachable = z.enum(['refuse', 'run'], { error: 'write "refuse" or "run"' });

/** Named sets of limits. */
export const tiers = z.record(slug, limits).default({});

export const tenantName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'use letters, digits, ".", "_" and "-" (at most 63)');

/** A tenant that keys and sign-ins may be of. */
export const clientTenant = tenantName.refine((name) => name !== DRILL_TENANT, {
  error: `"${DRILL_TENANT}" is kept for drills, whose keys POST /admin/drills makes; use another name`,
});

export const tenant = settings({
  /** For the whole tenant; `limits` stand over it, field by field. */
  tier: z.string().optional(),
  limits: limits.default({}),
  /** For each user who has none of his own. */
  userLimits: limits.default({}),
  /** For all requests without a user together. */
  anonymousLimits: limits.default({}),
  /** Where the tenant's ledger is made, near its users; it stays there (Durable Objects' location hints). */
  locationHint: z.enum(LOCATIONS, { error: `write one of ${LOCATIONS.join(', ')}` }).optional(),
  /** What becomes of a request while the ledger does not answer: where a budget is set, and where only rates are. */
  whenLedgerUnreachable: settings({
    budgets: unreachable.default('refuse'),
    rates: unreachable.default('run'),
  }).prefault({}),
  /** Whether its pages learn which provider served and what it cost; where left out: locally yes, deployed no. */
  showsProvider: z.boolean().optional(),
  /** Over the common ones, field by field. */
  alerts: alerts.default({}),
});
