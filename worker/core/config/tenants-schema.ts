/** Tenants, and what each may use. A tenant that config does not name exists too, without limits. */
import * as z from 'zod/mini';
import { alerts } from './alerts-schema.ts';
import { limits } from './limits-schema.ts';
import { settings, slug } from './settings.ts';

const LOCATIONS = ['wnam', 'enam', 'sam', 'weur', 'eeur', 'apac', 'apac-ne', 'apac-se', 'oc', 'afr', 'me'] as const;

const unreachable = z.enum(['refuse', 'run'], { error: 'write "refuse" or "run"' });

/** Named sets of limits. */
export const tiers = z._default(z.record(slug, limits), {});

/** One tenant's settings. */
export const tenant = settings({
  /** The tier whose limits apply to the whole tenant. `limits` override them field by field. */
  tier: z.optional(z.string()),
  limits: z._default(limits, {}),
  /** For each user without limits of their own. */
  userLimits: z._default(limits, {}),
  /** For all requests without a user, together. */
  anonymousLimits: z._default(limits, {}),
  /** Where the tenant's ledger is created, near its users. It stays there (location hints of Durable Objects). */
  locationHint: z.optional(z.enum(LOCATIONS, { error: `write one of ${LOCATIONS.join(', ')}` })),
  /** Whether requests run while the ledger does not answer: with a budget, and with rates only. */
  whenLedgerUnreachable: z.prefault(
    settings({
      budgets: z._default(unreachable, 'refuse'),
      rates: z._default(unreachable, 'run'),
    }),
    {},
  ),
  /** Whether its pages learn which provider served and what it cost. Defaults to yes in local mode, otherwise to no. */
  showsProvider: z.optional(z.boolean()),
  /** What the tenant is promised: one of `slo.classes`. */
  class: z.optional(z.string()),
  /** Overrides the common alerts, field by field. */
  alerts: z._default(alerts, {}),
});
