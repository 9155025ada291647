/** `POST /ai/reports`: what travel mode saw while the router was out of reach. Reports count as offline, never as success. */
import * as z from 'zod/mini';
import { settings } from '../config/settings.ts';

/** What a report may be about. */
export const REPORT_KINDS = ['stale', 'offline', 'queued', 'sent', 'resumed', 'lost'] as const;
/** One of `REPORT_KINDS`. */
export type ReportKind = (typeof REPORT_KINDS)[number];

const MOST_REPORTS = 50;

const wholeNumber = (of: string) => {
  const error = `write a whole number of ${of}, 0 or more`;
  return z.number({ error }).check(z.int(error), z.minimum(0, error));
};

const report = settings({
  id: z.string().check(z.regex(/^[\x21-\x7e]{1,128}$/, 'write 1 to 128 visible characters without spaces')),
  at: wholeNumber('milliseconds since 1970'),
  kind: z.enum(REPORT_KINDS, { error: `write one of ${REPORT_KINDS.join(', ')}` }),
  /** Empty if neither the page nor the router named one. The browser may know a feature that config no longer has. */
  feature: z.string().check(z.maxLength(100, 'write at most 100 characters')),
  waitedMs: wholeNumber('milliseconds'),
});

/** The body of the call. */
export const reportsBody = settings({
  reports: z.array(report).check(z.maxLength(MOST_REPORTS, `send at most ${MOST_REPORTS} reports at once`)),
});

/** One report. */
export type Report = z.infer<typeof report>;

/** The most reports that this isolate remembers so that it counts each once. Another isolate may count one again. */
const MOST_REMEMBERED = 5_000;

/** Recognizes repeated reports. */
export class ReportsSeen {
  /** Oldest first. */
  readonly #seen = new Set<string>();

  /**
   * How many reports of each kind are new. Undefined if none is. Clients make up the ids, so they count only together with their
   * `owner`.
   */
  count(
    owner: string,
    reports: readonly Pick<Report, 'id' | 'kind'>[],
  ): Partial<Record<ReportKind, number>> | undefined {
    const counts: Partial<Record<ReportKind, number>> = {};
    let isNew = false;
    for (const { id, kind } of reports) {
      const name = `${owner} ${id}`;
      if (this.#seen.has(name)) continue;
      const [oldest] = this.#seen;
      if (oldest !== undefined && this.#seen.size >= MOST_REMEMBERED) this.#seen.delete(oldest);
      this.#seen.add(name);
      counts[kind] = (counts[kind] ?? 0) + 1;
      isNew = true;
    }
    return isNew ? counts : undefined;
  }
}
