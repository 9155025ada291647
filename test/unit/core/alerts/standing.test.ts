import { describe, expect, it } from 'vitest';
import type { Attempt } from '../../../../worker/core/alerts/alert.ts';
import {
  type DeliveryHealth,
  deliveryHealthAfter,
  HEALTHY_WEBHOOK,
} from '../../../../worker/core/alerts/delivery-health.ts';
import { FIRST_RETRY_MS, LAST_RETRY_MS, LONGEST_RETRY_AFTER_MS } from '../../../../worker/core/alerts/limits.ts';

const failed = (retryAfterMs: number | null = null): Attempt => ({
  ok: false,
  status: 500,
  ms: 1,
  error: 'answered 500',
  retryAfterMs,
});
const ok: Attempt = { ok: true, status: 200, ms: 1, error: null, retryAfterMs: null };

/** The waits after this many failures, in order. */
function waits(failures: number, random: number): number[] {
  let standing: DeliveryHealth = HEALTHY_WEBHOOK;
  return Array.from({ length: failures }, () => {
    standing = deliveryHealthAfter(standing, failed(), 1_000, random, false);
    return standing.nextTryAt - 1_000;
  });
}

describe('a webhook that fails', () => {
  it('is left alone twice as long each time, up to a quarter of an hour, spread by chance over the upper half', () => {
    const longest = Array.from({ length: 12 }, (_, index) => Math.min(FIRST_RETRY_MS * 2 ** index, LAST_RETRY_MS));
    expect(waits(12, 0)).toEqual(longest.map((ms) => ms / 2));
    expect(waits(12, 0.5)).toEqual(longest.map((ms) => (ms * 3) / 4));
    expect(waits(2_000, 0.999).at(-1)).toBeLessThanOrEqual(LAST_RETRY_MS);
  });

  it('is left alone as long as it asks, within reason', () => {
    expect(deliveryHealthAfter(HEALTHY_WEBHOOK, failed(60_000), 0, 0, false).nextTryAt).toBe(60_000);
    expect(deliveryHealthAfter(HEALTHY_WEBHOOK, failed(1), 0, 0, false).nextTryAt).toBe(FIRST_RETRY_MS / 2);
    expect(deliveryHealthAfter(HEALTHY_WEBHOOK, failed(1e12), 0, 0, false).nextTryAt).toBe(LONGEST_RETRY_AFTER_MS);
  });

  it('is tried every minute at least while a page waits, unless it asks for more', () => {
    const standing = { ...HEALTHY_WEBHOOK, failures: 20 };
    expect(deliveryHealthAfter(standing, failed(), 0, 0.999, true).nextTryAt).toBeLessThanOrEqual(60_000);
    expect(deliveryHealthAfter(standing, failed(), 0, 0.999, false).nextTryAt).toBeGreaterThan(800_000);
    expect(deliveryHealthAfter(standing, failed(300_000), 0, 0, true).nextTryAt).toBe(300_000);
  });

  it('that refuses one message works', () => {
    expect(deliveryHealthAfter(HEALTHY_WEBHOOK, { ...failed(), isRefused: true }, 0, 0, true)).toBe(HEALTHY_WEBHOOK);
  });

  it('is well again with its first success', () => {
    const standing = deliveryHealthAfter(
      deliveryHealthAfter(HEALTHY_WEBHOOK, failed(), 0, 0, false),
      failed(),
      0,
      0,
      false,
    );
    expect(standing).toMatchObject({ failures: 2, lastError: 'answered 500' });
    expect(deliveryHealthAfter(standing, ok, 0, 0, false)).toBe(HEALTHY_WEBHOOK);
  });
});
