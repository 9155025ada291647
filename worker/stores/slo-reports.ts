/** How promises stand, from memory while that is new enough: anybody may ask `GET /slo`, as often as they like. */
import type { Clock } from '../core/clock.ts';
import type { Narrowing } from '../core/slo/evaluate.ts';
import type { SloReport } from '../core/slo/report.ts';
import { within } from '../core/within.ts';

const KEEP_MS = 10_000;
const LONGEST_CALL_MS = 3_000;

interface Links {
  clock: Clock;
  report(narrowing: Narrowing): Promise<SloReport>;
}

/** One per isolate. */
export class SloReports {
  readonly #links: Links;
  /** By window; there are a dozen. */
  readonly #kept = new Map<number | undefined, { report: SloReport; until: number }>();

  constructor(links: Links) {
    this.#links = links;
  }

  /** At most 10 s old; undefined if the book does not answer. */
  async recent(windowMs: number | undefined): Promise<SloReport | undefined> {
    const { clock, report } = this.#links;
    const now = clock.now();
    const kept = this.#kept.get(windowMs);
    if (kept !== undefined && kept.until > now) return kept.report;
    const asked = report({ windowMs }).catch(() => undefined);
    const found = await within(asked, LONGEST_CALL_MS, clock, undefined);
    if (found !== undefined) this.#kept.set(windowMs, { report: found, until: now + KEEP_MS });
    return found;
  }
}
