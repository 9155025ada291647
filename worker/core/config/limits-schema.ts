/** The limits of one scope as people write them: in config, and over the admin API (worker/admin/limits.ts). */
import * as z from 'zod/mini';
import { count, settings } from './settings.ts';

const cap = z
  .number()
  .check(
    z.minimum(0, 'write an amount in USD, 0 or more'),
    z.maximum(1_000_000_000, 'write an amount in USD up to a billion'),
  );

/** The fields, for schemas that add to them. */
export const limitFields = {
  /** USD per calendar month and per day (UTC). What counts is what providers may bill. */
  monthlyUsd: cap,
  dailyUsd: cap,
  /** Requests per second, sustained. 60 a minute are 1. */
  rps: z
    .number()
    .check(
      z.minimum(1e-6, 'write requests per second from 0.000001'),
      z.maximum(1e6, 'write requests per second up to 1000000'),
    ),
  /** Requests at once out of a full bucket. Defaults to one second's worth. */
  burst: count(1, 1_000_000),
  /** Tokens per minute, input and output. The worst case is held first, then the provider's count is booked. */
  tpm: count(0, Number.MAX_SAFE_INTEGER),
  /** Requests under way at once. */
  parallel: count(0, 1_000_000),
};

/** A set of limits, each optional. */
export const limits = z.partial(settings(limitFields));

/** Limits as written. */
export type LimitsInput = z.input<typeof limits>;
