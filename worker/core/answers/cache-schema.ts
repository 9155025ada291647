/** A feature's `cache`, as people write it and as the router uses it. Without one nothing is cached. */
import * as z from 'zod';
import { count, duration, settings } from '../config/settings.ts';
import { patternProblem } from './bounded-pattern.ts';

const pattern = z.string().superRefine((source, context) => {
  const problem = patternProblem(source);
  if (problem !== undefined) context.addIssue(problem);
});

const patterns = z.array(pattern).max(20, 'write at most 20 patterns').default([]);

export const cachePolicy = settings({
  /** How long an answer is as good as new. */
  ttl: duration('1s', '30d').default(3_600_000),
  /** How much longer it may serve when providers are down or the budget is spent. */
  staleTtl: duration('0s', '30d').default(0),
  /** Who may be given an answer: only the user who asked, or everybody of the tenant. */
  scope: z.enum(['tenant', 'user'], { error: 'write "tenant" or "user"' }).default('user'),
  /** Each of these loses something, so that a question may be given another one's answer. */
  normalize: settings({
    collapseWhiteSpace: z.boolean().default(false),
    foldCase: z.boolean().default(false),
    /** Regular expressions for what differs and means nothing, such as "ticket-\\d{1,12}". */
    ignore: patterns,
  }).prefault({}),
  /** A new one forgets the old answers at once. */
  schemaVersion: count(1, 1_000_000).default(1),
  /** Of an answer as it is stored. */
  maxBytes: count(1_024, 10_000_000).default(262_144),
  /** Whether answers that call tools are kept. */
  toolCalls: z.boolean().default(false),
  /** Regular expressions for personal data of one's own, in upper or lower case; what holds any is kept only by scope "user". */
  personalData: patterns,
});

export type CacheInput = z.output<typeof cachePolicy>;

export interface CachePolicy {
  ttlMs: number;
  staleTtlMs: number;
  scope: 'tenant' | 'user';
  normalize: Normalize;
  schemaVersion: number;
  maxBytes: number;
  toolCalls: boolean;
  personalData: readonly RegExp[];
}

export interface Normalize {
  collapseWhiteSpace: boolean;
  foldCase: boolean;
  ignore: readonly RegExp[];
}

export function resolveCachePolicy({ ttl, staleTtl, normalize, personalData, ...same }: CacheInput): CachePolicy {
  const ignore = normalize.ignore.map((source) => new RegExp(source, 'gu'));
  return {
    ...same,
    ttlMs: ttl,
    staleTtlMs: staleTtl,
    normalize: { ...normalize, ignore },
    personalData: personalData.map((source) => new RegExp(source, 'iu')),
  };
}
