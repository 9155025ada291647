/** Reports on promises, kept in memory for a short time, because anyone may call `GET /slo` as often as they like. */
import type { Clock } from '../core/clock.ts';
import type { DrillRecord } from '../core/operators/drill.ts';
import type { Narrowing } from '../core/slo/evaluate.ts';
import { type RecentReport, SHOWN_MS, type SloReport } from '../core/slo/report.ts';
import { pause, within } from '../core/within.ts';
import { callBook, LONGEST_CALL_MS } from './call-book.ts';

const KEEP_MS = 10_000;
/** If the book does not answer, it is not asked again for this long. */
const KEEP_FAILURE_MS = 1_000;
/** After this long, a report is given without its drills. */
const LONGEST_WAIT_FOR_DRILLS_MS = 1_000;
const SLACK_MS = 500;
const POLL_MS = 50;

interface Links {
  clock: Clock;
  report(narrowing: Narrowing): Promise<SloReport>;
  drills(from: number, to: number): Promise<DrillRecord[]>;
}

/** One per isolate. */
export class SloReports {
  readonly #links: Links;
  /** The reports by window. There are a dozen windows. */
  readonly #kept = new Map<number | undefined, { recent: RecentReport | undefined; until: number }>();
  /** By window, the time at which the call under way, or the request that makes it, will have ended. */
  readonly #underWay = new Map<number | undefined, number>();

  constructor(links: Links) {
    this.#links = links;
  }

  /** A report at most 10 s old; undefined if the book does not answer. If several requests ask at once, one calls and the others wait. */
  async recent(windowMs: number | undefined): Promise<RecentReport | undefined> {
    const { clock } = this.#links;
    for (;;) {
      const kept = this.#kept.get(windowMs);
      if (kept !== undefined && kept.until > clock.now()) return kept.recent;
      if ((this.#underWay.get(windowMs) ?? 0) <= clock.now()) return this.#ask(windowMs);
      await pause(POLL_MS, clock);
    }
  }

  async #ask(windowMs: number | undefined): Promise<RecentReport | undefined> {
    const { clock, report } = this.#links;
    const askedAt = clock.now();
    this.#underWay.set(windowMs, askedAt + LONGEST_CALL_MS + SLACK_MS);
    const [found, drills] = await Promise.all([callBook(() => report({ windowMs }), clock), this.#drills(askedAt)]);
    const recent = found && { report: found, drills };
    const until = recent === undefined ? clock.now() + KEEP_FAILURE_MS : askedAt + KEEP_MS;
    this.#kept.set(windowMs, { recent, until });
    this.#underWay.delete(windowMs);
    return recent;
  }

  /** The drills; empty if the object that keeps them does not answer. */
  #drills(now: number): Promise<DrillRecord[]> {
    const { clock, drills } = this.#links;
    const asked = (async () => drills(now - SHOWN_MS, now))().catch(() => []);
    return within(asked, LONGEST_WAIT_FOR_DRILLS_MS, clock, []);
  }
}
