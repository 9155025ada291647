/** Limits the rate of calls of each admin key, counted in this isolate's memory. */
import { afterArrivals, conforms, conformsInMs, type Rate, UNUSED } from '../ledger/book/gcra.ts';

/** 60 calls at once, then 10 a second. */
export const ADMIN_RATE: Rate = { intervalUs: 100_000, toleranceUs: 6_000_000, burst: 60 };
/** Only genuine keys are counted, so there are rarely this many. */
const MOST_KEYS = 1_000;

/** One isolate's counts. */
export class AdminRate {
  /** GCRA's theoretical arrival time of each key. */
  readonly #tatUs = new Map<string, number>();

  /** Counts a call. Returns 0 if it may go on, otherwise the milliseconds until the next one may come. */
  take(keyId: string, now: number): number {
    const known = this.#tatUs.get(keyId) ?? 0;
    // A count this far ahead means that the clock was set back, which must not lock anyone out.
    const tatUs = known - now * 1_000 > ADMIN_RATE.toleranceUs ? 0 : known;
    const pace = { ...UNUSED, tatUs, at: now };
    if (!conforms(pace, 1, now, ADMIN_RATE)) return conformsInMs(pace, 1, now, ADMIN_RATE);
    if (this.#tatUs.size >= MOST_KEYS) this.#forgetFull(now);
    this.#tatUs.set(keyId, afterArrivals(pace, 1, now, ADMIN_RATE).tatUs);
    return 0;
  }

  /** Forgets the keys whose bucket is full, because a key without an entry counts as having a full bucket. */
  #forgetFull(now: number): void {
    for (const [keyId, tatUs] of this.#tatUs) if (tatUs <= now * 1_000) this.#tatUs.delete(keyId);
  }
}
