/** Tenants, and what each may use. A tenant that config does not name exists all the same, without limits. */
import * as z from 'zod';
import { alerts } from './alerts-schema.ts';
import { limits } from './limits-schema.ts';
import { settings, slug } from './settings.ts';

const LOCATIONS = ['wnam', 'enam', 'sam', 'weur', 'eeur', 'apac', 'apac-ne', 'apac-se', 'oc', 'afr', 'me'] as const;

const unreachable = z.enum(['refuse', 'run'], { error: 'write "refuse" or "run"' });

/** Named sets of limits. */
export const tiers = z.record(slug, limits).default({});

/** One tenant's settings. */
export const tenant = settings({
  /** Limits for the whole tenant; `limits` override them field by field. */
  tier: z.string().optional(),
  limits: limits.default({}),
  /** For each user without limits of their own. */
  userLimits: limits.default({}),
  /** For all requests without a user, together. */
  anonymousLimits: limits.default({}),
  /** Where the tenant's ledger is created, near its users; it stays there (location hints of Durable Objects). */
  locationHint: z.enum(LOCATIONS, { error: `write one of ${LOCATIONS.join(', ')}` }).optional(),
  /** Whether requests run while the ledger does not answer: with a budget, and with rates only. */
  whenLedgerUnreachable: settings({
    budgets: unreachable.default('refuse'),
    rates: unreachable.default('run'),
  }).prefault({}),
  /** Whether its pages learn which provider served and what it cost. Left out: yes in local mode, otherwise no. */
  showsProvider: z.boolean().optional(),
  /** What it is promised: one of `slo.classes`. */
  class: z.string().optional(),
  /** Override the common alerts, field by field. */
  alerts: alerts.default({}),
});
