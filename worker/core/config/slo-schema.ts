/** What is promised, as people write it. What is wrong between fields the build says (slo-contradictions.ts). */
import * as z from 'zod';
import { OBJECTIVE_WINDOWS, type ObjectiveWindow } from '../slo/windows.ts';
import { count, duration, namesOf, settings, slug, usd } from './settings.ts';
import { SLO_PRESETS, type SloPreset } from './slo-presets.ts';

const PERCENT = 'write a percentage from 1 to 100, such as 99.5';
const percent = z
  .number()
  .min(1, PERCENT)
  .max(100, PERCENT)
  .refine((one) => one <= 99.9999 || one >= 100, 'write a percentage up to 99.9999, or 100');
const text = z.string().min(1, 'write a few words').max(500, 'write at most 500 characters');
const time = z.iso
  .datetime({ offset: true, error: 'write a time such as "2027-01-31T02:00:00Z"' })
  .transform((written) => Date.parse(written));
const window = namesOf<ObjectiveWindow>(OBJECTIVE_WINDOWS);

const SLIS = ['success', 'ttft', 'latency', 'cost', 'valid', 'quality', 'external'] as const;

const objective = settings({
  name: slug,
  /** What makes a request good. Left out: the preset's, or that of the parts in `of`. */
  sli: z.enum(SLIS, { error: `write one of ${SLIS.join(', ')}` }).optional(),
  /** Left out: all features. */
  feature: slug.optional(),
  under: duration('1ms', '30m').optional(),
  atMostUsd: usd.optional(),
  /** Percent of requests. Alerts and the error budget watch it. */
  target: percent.optional(),
  /** Percent of requests, for reports and credits. Left out: the target. */
  promised: percent.optional(),
  window: window.optional(),
  why: text.optional(),
  /** A label for Prometheus, which takes braces for a template. */
  team: text.refine((name) => !name.includes('{{'), 'write a name without "{{"').optional(),
  /** Names of objectives: a request is good where it is good for all of them. */
  of: z.array(slug).min(2, 'write at least two objectives').max(10, 'write at most 10 objectives').optional(),
  /** Whether requests of drills count. */
  countsInSlo: z.boolean().optional(),
});

const average = settings({
  name: slug,
  feature: slug.optional(),
  averageUsd: usd,
  window: window.optional(),
});

const serviceClass = settings({
  success: percent.optional(),
  ttft: duration('1ms', '30m').optional(),
  latency: duration('1ms', '30m').optional(),
});

const maintenance = settings({
  mostMinutes: count(0, 10_000).default(60),
  perQuarter: count(0, 100).default(2),
  noticeHours: count(0, 1_000).default(48),
  windows: z
    .array(settings({ from: time, to: time, reason: text, announcedAt: time }))
    .max(100, 'write at most 100 windows')
    .default([]),
});

/** Config's `slo` section. */
export const slo = settings({
  service: text.default('Carryon'),
  contact: text.optional(),
  /** How long the figures of a day are kept. */
  retention: duration('62d', '800d').default(400 * 86_400_000),
  reviewEvery: duration('1d', '366d').default(30 * 86_400_000),
  /** Objectives for each feature, which `objectives` and `averages` override by name, field by field. */
  preset: namesOf<SloPreset>(SLO_PRESETS).optional(),
  objectives: z.array(objective).max(100, 'write at most 100 objectives').optional(),
  averages: z.array(average).max(100, 'write at most 100 averages').optional(),
  classes: z.record(slug, serviceClass).default({}),
  /** What `GET /slo` shows everybody. Left out: everything in local mode, otherwise nothing. */
  public: z.array(z.string()).optional(),
  showCounts: z.boolean().default(false),
  staleIs: z.enum(['good', 'bad'], { error: 'write "good" or "bad"' }).default('good'),
  minErrors: count(1, 1_000_000).default(5),
  noDataAfter: duration('1m', '7d').default(7_200_000),
  maintenance: maintenance.prefault({}),
  credits: z
    .array(settings({ below: percent, percent }))
    .max(20, 'write at most 20 credits')
    .default([]),
});
