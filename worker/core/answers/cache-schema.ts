/** A feature's `cache` setting as it is written. Without it nothing is cached. */
import * as z from 'zod';
import { count, duration, settings } from '../config/settings.ts';
import { patternProblem } from './bounded-pattern.ts';

const pattern = z.string().superRefine((source, context) => {
  const problem = patternProblem(source);
  if (problem !== undefined) context.addIssue(problem);
});

const patterns = z.array(pattern).max(20, 'write at most 20 patterns').default([]);

/** A feature's `cache` setting. */
export const cachePolicy = settings({
  /** How long an answer counts as fresh. */
  ttl: duration('1s', '30d').default(3_600_000),
  /** How much longer it may serve if providers are down or the budget is spent. */
  staleTtl: duration('0s', '30d').default(0),
  /** Who may get a cached answer: only the user who asked, or every user of the tenant. */
  scope: z.enum(['tenant', 'user'], { error: 'write "tenant" or "user"' }).default('user'),
  /** Each of these ignores a difference, so that a question may get the answer to another one. */
  normalize: settings({
    collapseWhiteSpace: z.boolean().default(false),
    foldCase: z.boolean().default(false),
    /** Regular expressions for parts that differ and mean nothing, such as "ticket-\\d{1,12}". */
    ignore: patterns,
  }).prefault({}),
  /** A new value forgets the old answers at once. */
  schemaVersion: count(1, 1_000_000).default(1),
  /** The largest answer that is stored. */
  maxBytes: count(1_024, 10_000_000).default(262_144),
  /** Whether answers that call tools are kept. */
  toolCalls: z.boolean().default(false),
  /** Your own regular expressions for personal data, ignoring case. What matches is kept only with scope "user". */
  personalData: patterns,
});

/** The setting as the schema lets it pass. */
export type CacheInput = z.output<typeof cachePolicy>;
