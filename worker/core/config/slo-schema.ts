/** Config's promises as people write them. The build reports contradictions between fields (slo-contradictions.ts). */
import * as z from 'zod/mini';
import { OBJECTIVE_WINDOWS, type ObjectiveWindow } from '../slo/windows.ts';
import { judge } from './judge-schema.ts';
import { policy } from './policy-schema.ts';
import { count, duration, namesOf, settings, slug, usd } from './settings.ts';
import { ownSloAlert, sloAlert } from './slo-alerts-schema.ts';
import { SLO_PRESETS, type SloPreset } from './slo-presets.ts';
import { isWebhookUrl } from './urls.ts';

const PERCENT = 'write a percentage from 1 to 100, such as 99.5';
const percent = z.number().check(
  z.minimum(1, PERCENT),
  z.maximum(100, PERCENT),
  z.refine((one) => one <= 99.9999 || one >= 100, 'write a percentage up to 99.9999, or 100'),
);
const text = z.string().check(z.minLength(1, 'write a few words'), z.maxLength(500, 'write at most 500 characters'));
const time = z.pipe(
  z.iso.datetime({ offset: true, error: 'write a time such as "2027-01-31T02:00:00Z"' }),
  z.transform((written) => Date.parse(written)),
);
const window = namesOf<ObjectiveWindow>(OBJECTIVE_WINDOWS);

const runbook = z.string().check(
  z.maxLength(500, 'write at most 500 characters'),
  z.refine((url) => isWebhookUrl(url, true), 'write an address such as "https://wiki.example/runbooks/chat"'),
);

const SLIS = ['success', 'ttft', 'latency', 'cost', 'valid', 'quality', 'external'] as const;

const objective = settings({
  name: slug,
  /** What makes a request good. Defaults to the preset's, or to that of the parts in `of`. */
  sli: z.optional(z.enum(SLIS, { error: `write one of ${SLIS.join(', ')}` })),
  /** Defaults to all features. */
  feature: z.optional(slug),
  under: z.optional(duration('1ms', '30m')),
  atMostUsd: z.optional(usd),
  /** Percent of requests. Alerts and the error budget follow it. */
  target: z.optional(percent),
  /** Percent of requests, for reports and credits. Defaults to the target. */
  promised: z.optional(percent),
  window: z.optional(window),
  why: z.optional(text),
  /** How much depends on the promise, 1 being the most. It is only shown. */
  tier: z.optional(z.literal([1, 2, 3], { error: 'write 1, 2 or 3' })),
  /** A label for Prometheus, which takes braces for a template. */
  team: z.optional(text.check(z.refine((name) => !name.includes('{{'), 'write a name without "{{"'))),
  /** Names of objectives. A request is good if it is good for all of them. */
  of: z.optional(
    z
      .array(slug)
      .check(z.minLength(2, 'write at least two objectives'), z.maxLength(10, 'write at most 10 objectives')),
  ),
  /** Whether requests of drills count. */
  countsInSlo: z.optional(z.boolean()),
  /**
   * Replaces the plain thresholds of `slo.alerts` that would apply to this objective. `[]` means none. Its burn rates are watched
   * in any case.
   */
  alerts: z.optional(z.array(ownSloAlert).check(z.maxLength(5, 'write at most 5 alerts'))),
});

const dependency = settings({
  objective: slug,
  touches: z
    .array(z.string())
    .check(z.minLength(1, 'write at least one objective'), z.maxLength(50, 'write at most 50 objectives')),
  /** Whether its bad share counts against the error budgets of what it touches. */
  consumes: z._default(z.boolean(), false),
});

const average = settings({
  name: slug,
  feature: z.optional(slug),
  averageUsd: usd,
  window: z.optional(window),
});

const serviceClass = settings({
  success: z.optional(percent),
  ttft: z.optional(duration('1ms', '30m')),
  latency: z.optional(duration('1ms', '30m')),
});

const maintenance = settings({
  mostMinutes: z._default(count(0, 10_000), 60),
  perQuarter: z._default(count(0, 100), 2),
  noticeHours: z._default(count(0, 1_000), 48),
  windows: z._default(
    z
      .array(settings({ from: time, to: time, reason: text, announcedAt: time }))
      .check(z.maxLength(100, 'write at most 100 windows')),
    [],
  ),
});

/** Config's `slo` section. */
export const slo = settings({
  service: z._default(text, 'Carryon'),
  contact: z.optional(text),
  /** How long the figures of a day are kept. */
  retention: z._default(duration('62d', '800d'), 400 * 86_400_000),
  reviewEvery: z._default(duration('1d', '366d'), 30 * 86_400_000),
  /** Objectives for each feature, which `objectives` and `averages` override by name, field by field. */
  preset: z.optional(namesOf<SloPreset>(SLO_PRESETS)),
  objectives: z.optional(z.array(objective).check(z.maxLength(100, 'write at most 100 objectives'))),
  /** Which promises depend on which. */
  dependencies: z._default(z.array(dependency).check(z.maxLength(50, 'write at most 50 dependencies')), []),
  averages: z.optional(z.array(average).check(z.maxLength(100, 'write at most 100 averages'))),
  classes: z._default(z.record(slug, serviceClass), {}),
  /** What `GET /slo` shows everyone. Defaults to everything in local mode, otherwise to nothing. */
  public: z.optional(z.array(z.string())),
  showCounts: z._default(z.boolean(), false),
  staleIs: z._default(z.enum(['good', 'bad'], { error: 'write "good" or "bad"' }), 'good'),
  minErrors: z._default(count(1, 1_000_000), 5),
  noDataAfter: z._default(duration('1m', '7d'), 7_200_000),
  /** What the router does by itself. Defaults to an incident and a freeze of promotions at a fast burn, and a freeze at a slow one. */
  policy,
  /** Plain thresholds beside burn rates. Defaults to those in resolve-slo-alerts.ts. */
  alerts: z.optional(z.array(sloAlert).check(z.maxLength(50, 'write at most 50 alerts'))),
  /** Addresses of runbooks, by the name of a promise or by what else is watched, such as `spend`. `*` is for everything else. */
  runbooks: z._default(z.record(z.string(), runbook), {}),
  maintenance: z.prefault(maintenance, {}),
  credits: z._default(
    z.array(settings({ below: percent, percent })).check(z.maxLength(20, 'write at most 20 credits')),
    [],
  ),
  /** A model that rates a sample of answers. Without it, none are rated. */
  judge: z.optional(judge),
});
