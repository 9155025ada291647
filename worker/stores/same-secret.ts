/** Compares secrets without telling how far they agree. */
import { sha256 } from './digest.ts';

const encoder = new TextEncoder();

/** Time depends on the lengths alone. */
export function constantTimeEqual(one: string, other: string): boolean {
  const [left, right] = [encoder.encode(one), encoder.encode(other)];
  return left.byteLength === right.byteLength && crypto.subtle.timingSafeEqual(left, right);
}

/** For secrets of unknown length: their hashes are compared. */
export const sameSecret = async (one: string, other: string): Promise<boolean> =>
  crypto.subtle.timingSafeEqual(await sha256(one), await sha256(other));
