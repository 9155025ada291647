/** A feature's `cache` setting as it is written in config. A feature without one caches nothing. */
import * as z from 'zod/mini';
import { count, duration, settings } from '../config/settings.ts';
import { patternProblem } from './bounded-pattern.ts';

const pattern = z.string().check(
  z.superRefine((source, context) => {
    const problem = patternProblem(source);
    if (problem !== undefined) context.addIssue(problem);
  }),
);

const patterns = z._default(z.array(pattern).check(z.maxLength(20, 'write at most 20 patterns')), []);

/** A feature's `cache` setting. */
export const cachePolicy = settings({
  /** How long an answer counts as fresh. */
  ttl: z._default(duration('1s', '30d'), 3_600_000),
  /** How much longer a stale answer may be given if providers are down or the budget is spent. */
  staleTtl: z._default(duration('0s', '30d'), 0),
  /** Who may get a cached answer: only the user who asked, or every user of the tenant. */
  scope: z._default(z.enum(['tenant', 'user'], { error: 'write "tenant" or "user"' }), 'user'),
  /** Each of these ignores a difference between questions, so a question may get the answer to a slightly different one. */
  normalize: z.prefault(
    settings({
      collapseWhiteSpace: z._default(z.boolean(), false),
      foldCase: z._default(z.boolean(), false),
      /** Regular expressions for parts of a question that vary but mean nothing, such as "ticket-\\d{1,12}". */
      ignore: patterns,
    }),
    {},
  ),
  /** A new value makes all earlier answers unreachable at once. */
  schemaVersion: z._default(count(1, 1_000_000), 1),
  /** The largest answer that is stored. */
  maxBytes: z._default(count(1_024, 10_000_000), 262_144),
  /** True if answers that call tools are kept. */
  toolCalls: z._default(z.boolean(), false),
  /** Your own regular expressions for personal data. Case is ignored. An answer with a match is cached only in scope "user". */
  personalData: patterns,
});

/** The setting as the schema returns it. */
export type CacheInput = z.output<typeof cachePolicy>;
