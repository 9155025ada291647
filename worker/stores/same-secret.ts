/** Compares secrets without revealing how far they agree. */
import { sha256 } from './digest.ts';

const encoder = new TextEncoder();

/** Compares two secrets. The time it takes depends only on their lengths. */
export function constantTimeEqual(one: string, other: string): boolean {
  const [left, right] = [encoder.encode(one), encoder.encode(other)];
  return left.byteLength === right.byteLength && crypto.subtle.timingSafeEqual(left, right);
}

/** Compares secrets of unknown length by comparing their hashes. */
export const sameSecret = async (one: string, other: string): Promise<boolean> =>
  crypto.subtle.timingSafeEqual(await sha256(one), await sha256(other));
